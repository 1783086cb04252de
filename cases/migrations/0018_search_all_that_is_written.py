"""A case is found by what is written in it: its notes, messages and allegations, and not by its narrative alone.

The table of cases is written anew once, for its search column is another one, and its index is made again: a minute or two for
a million cases, during which nobody works.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Coalesce

from cases.letters.names import names_left_out

FUNCTIONS = """
-- A vector holds a megabyte. A case with more different words than that is found by those that it had.
CREATE FUNCTION cases_case_add_words(of_case bigint, more tsvector) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cases_case SET words = coalesce(words, '') || more WHERE id = of_case;
EXCEPTION WHEN program_limit_exceeded THEN
    NULL;
END
$$;

CREATE FUNCTION cases_allegation_words(alleged cases_allegation) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN alleged.moved_to_id IS NULL
        THEN to_tsvector('english', alleged.summary || ' ' || alleged.location) ELSE '' END
$$;

-- Of everything that stands in the case now. Its row is locked first, so that no other change is missed.
CREATE FUNCTION cases_case_words_anew(of_case bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part tsvector;
    found tsvector := '';
BEGIN
    PERFORM 1 FROM cases_case WHERE id = of_case FOR NO KEY UPDATE;
    BEGIN
        FOR part IN
            SELECT words FROM cases_note WHERE case_id = of_case
            UNION ALL SELECT words FROM cases_message WHERE case_id = of_case
            UNION ALL SELECT cases_allegation_words(a) FROM cases_allegation a WHERE case_id = of_case
        LOOP
            found := found || part;
        END LOOP;
    EXCEPTION WHEN program_limit_exceeded THEN
        NULL;
    END;
    BEGIN
        UPDATE cases_case SET words = found WHERE id = of_case;
    EXCEPTION WHEN program_limit_exceeded THEN
        UPDATE cases_case SET words = NULL WHERE id = of_case;
    END;
END
$$;
"""

TRIGGERS = """
CREATE FUNCTION cases_case_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Who saves a case that was read before a note came in would else write the note's words away.
    IF pg_trigger_depth() < 2 THEN
        NEW.words := OLD.words;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER cases_case_keep_words BEFORE UPDATE OF words ON cases_case
    FOR EACH ROW EXECUTE FUNCTION cases_case_keep_words();

CREATE FUNCTION cases_part_changes_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM cases_case_words_anew(OLD.case_id);
    IF TG_OP = 'UPDATE' AND NEW.case_id <> OLD.case_id THEN
        PERFORM cases_case_words_anew(NEW.case_id);
    END IF;
    RETURN NULL;
END
$$;

-- Notes and messages bring their words, without names that the database cannot read. A text that changes alone loses them.
CREATE FUNCTION cases_part_adds_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM cases_case_add_words(NEW.case_id, NEW.words);
    RETURN NULL;
END
$$;
CREATE FUNCTION cases_part_loses_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words := '';
    RETURN NEW;
END
$$;
CREATE TRIGGER cases_note_adds_words AFTER INSERT ON cases_note
    FOR EACH ROW WHEN (NEW.words <> '') EXECUTE FUNCTION cases_part_adds_words();
CREATE TRIGGER cases_note_loses_words BEFORE UPDATE OF text ON cases_note
    FOR EACH ROW WHEN (NEW.text <> OLD.text AND NEW.words = OLD.words) EXECUTE FUNCTION cases_part_loses_words();
CREATE TRIGGER cases_note_changes_words AFTER UPDATE OR DELETE ON cases_note
    FOR EACH ROW EXECUTE FUNCTION cases_part_changes_words();
CREATE TRIGGER cases_message_adds_words AFTER INSERT ON cases_message
    FOR EACH ROW WHEN (NEW.words <> '') EXECUTE FUNCTION cases_part_adds_words();
CREATE TRIGGER cases_message_loses_words BEFORE UPDATE OF text ON cases_message
    FOR EACH ROW WHEN (NEW.text <> OLD.text AND NEW.words = OLD.words) EXECUTE FUNCTION cases_part_loses_words();
CREATE TRIGGER cases_message_changes_words AFTER UPDATE OR DELETE ON cases_message
    FOR EACH ROW EXECUTE FUNCTION cases_part_changes_words();

-- Imported allegations have neither summary nor place: they cost the test of two empty texts.
CREATE FUNCTION cases_allegation_adds_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM cases_case_add_words(NEW.case_id, cases_allegation_words(NEW));
    RETURN NULL;
END
$$;
CREATE TRIGGER cases_allegation_adds_words AFTER INSERT ON cases_allegation
    FOR EACH ROW WHEN (NEW.summary <> '' OR NEW.location <> '') EXECUTE FUNCTION cases_allegation_adds_words();
CREATE TRIGGER cases_allegation_changes_words AFTER UPDATE ON cases_allegation
    FOR EACH ROW WHEN ((NEW.summary, NEW.location, NEW.moved_to_id, NEW.case_id)
        IS DISTINCT FROM (OLD.summary, OLD.location, OLD.moved_to_id, OLD.case_id))
    EXECUTE FUNCTION cases_part_changes_words();
CREATE TRIGGER cases_allegation_takes_words AFTER DELETE ON cases_allegation
    FOR EACH ROW WHEN (OLD.summary <> '' OR OLD.location <> '') EXECUTE FUNCTION cases_part_changes_words();
"""

UNDO = """
DROP TRIGGER cases_allegation_takes_words ON cases_allegation;
DROP TRIGGER cases_allegation_changes_words ON cases_allegation;
DROP TRIGGER cases_allegation_adds_words ON cases_allegation;
DROP TRIGGER cases_message_changes_words ON cases_message;
DROP TRIGGER cases_message_loses_words ON cases_message;
DROP TRIGGER cases_message_adds_words ON cases_message;
DROP TRIGGER cases_note_changes_words ON cases_note;
DROP TRIGGER cases_note_loses_words ON cases_note;
DROP TRIGGER cases_note_adds_words ON cases_note;
DROP TRIGGER cases_case_keep_words ON cases_case;
DROP FUNCTION cases_allegation_adds_words();
DROP FUNCTION cases_part_loses_words();
DROP FUNCTION cases_part_adds_words();
DROP FUNCTION cases_part_changes_words();
DROP FUNCTION cases_case_keep_words();
"""
DROP_FUNCTIONS = """
DROP FUNCTION cases_case_words_anew(bigint);
DROP FUNCTION cases_allegation_words(cases_allegation);
DROP FUNCTION cases_case_add_words(bigint, tsvector);
"""

# What is there already. No trigger stands yet, and the search column follows.
FILL = """
SELECT cases_case_words_anew(id) FROM cases_case c
WHERE EXISTS (SELECT FROM cases_note WHERE case_id = c.id)
    OR EXISTS (SELECT FROM cases_message WHERE case_id = c.id)
    OR EXISTS (SELECT FROM cases_allegation WHERE case_id = c.id AND (summary <> '' OR location <> ''))
"""


def find_the_words_of_what_is_there(apps, schema_editor):
    """Of each note and message, without the names that are known of the complainants of its case."""
    alias = schema_editor.connection.alias
    complainants = apps.get_model("cases", "Complainant").objects.using(alias)
    for name in ("Note", "Message"):
        rows = apps.get_model("cases", name).objects.using(alias)
        of_case, as_found = None, str
        for pk, case, text in rows.order_by("case_id").values_list("pk", "case_id", "text").iterator():
            if case != of_case:
                of_case, as_found = case, names_left_out(complainants.filter(case_id=case), shown=" ")
            rows.filter(pk=pk).update(words=SearchVector(Value(as_found(text)), config="english"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_receipts_and_consent")]

    operations = [
        migrations.RemoveIndex("case", "case_search"),
        migrations.RemoveField("case", "search"),
        migrations.AddField("case", "words", SearchVectorField(editable=False, null=True)),
        migrations.AddField("note", "words", SearchVectorField(editable=False, default=""), preserve_default=False),
        migrations.AddField("message", "words", SearchVectorField(editable=False, default=""), preserve_default=False),
        migrations.RunPython(find_the_words_of_what_is_there, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTIONS + FILL, DROP_FUNCTIONS),
        migrations.AddField(
            "case",
            "search",
            models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    SearchVector("narrative", config="english"),
                    Coalesce("words", Value("", output_field=SearchVectorField())),
                    function="tsvector_concat",
                ),
                output_field=SearchVectorField(),
            ),
        ),
        migrations.AddIndex("case", django.contrib.postgres.indexes.GinIndex(fields=["search"], name="case_search")),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
