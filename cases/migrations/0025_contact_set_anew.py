"""What somebody was known by before it was set anew is kept with them, and erased with the rest."""

from django.db import migrations

import backend.common.fields

FUNCTION = "cases_dispose_of(bigint, date)"
BEFORE = "email_index = '', telephone_index = '',"
AFTER = f"formerly = '', {BEFORE}"


def rewrite(old, new):
    """The function as it stands in the database with `new` for `old`: its owner and who may call it stay as they are."""

    def change(_apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_functiondef(%s::regprocedure)", [FUNCTION])
            (body,) = cursor.fetchone()
            if body.count(old) != 1:
                raise RuntimeError(f"{FUNCTION} is not as this migration knows it.")
            cursor.execute(body.replace(old, new))

    return change


class Migration(migrations.Migration):
    dependencies = [("cases", "0024_since_when_it_is_the_chief_officers")]

    operations = [
        migrations.AddField(
            "complainant",
            "formerly",
            backend.common.fields.EncryptedTextField(blank=True, db_default="", default=""),
        ),
        migrations.RunPython(rewrite(BEFORE, AFTER), rewrite(AFTER, BEFORE)),
    ]
