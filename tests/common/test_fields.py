"""Names and addresses are readable with the key alone: not in the row, not by a look-up."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection
from django.db.models.functions import Lower
from pytest_django.fixtures import Settings

from cases.models import Complainant
from cases.services.intake import NewComplainant
from tests.cast import Cast, a_case

WHO = NewComplainant(name="Maya Field", email="maya@home.test", telephone="0121 496 0000", address="1 Mill Lane")


def raw() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM cases_complainant c")
        return "\n".join(row for (row,) in cursor.fetchall())


def test_nothing_readable_is_in_the_row(cast: Cast) -> None:
    a_case(cast, complainants=[WHO])

    row = raw()

    for text in ("Maya Field", "maya@", "home.test", "0121 496", "1 Mill Lane"):
        assert text not in row
    assert Complainant.objects.get().name == "Maya Field"


def test_the_same_name_is_never_stored_alike(cast: Cast) -> None:
    a_case(cast, complainants=[WHO])
    a_case(cast, complainants=[WHO])

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT name), count(*) FROM cases_complainant")
        assert cursor.fetchone() == (2, 2)


@pytest.mark.parametrize(
    "lookup", ["contains", "icontains", "startswith", "iexact", "in", "gt", "lte", "regex", "range"]
)
def test_it_cannot_be_looked_up(cast: Cast, lookup: str) -> None:
    with pytest.raises(TypeError, match="encrypted"):
        Complainant.objects.filter(**{f"name__{lookup}": "Maya"}).exists()


def test_it_cannot_be_compared_and_may_be_asked_whether_it_is_given(cast: Cast) -> None:
    a_case(cast, complainants=[WHO, NewComplainant(anonymous=True)])

    with pytest.raises(TypeError, match="empty text"):
        Complainant.objects.filter(name="Maya Field").exists()
    assert Complainant.objects.filter(name="").count() == 1
    assert Complainant.objects.filter(name__isnull=False).count() == 2
    assert Complainant.objects.annotate(lower=Lower("position")).exclude(name="").count() == 1


def test_a_new_key_reads_what_the_old_one_wrote_and_writes_under_itself(cast: Cast, settings: Settings) -> None:
    a_case(cast, complainants=[WHO])
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()

    settings.FIELD_KEYS = [new, old]
    complainant = Complainant.objects.get()
    assert complainant.name == "Maya Field"
    complainant.save()

    settings.FIELD_KEYS = [new]
    assert Complainant.objects.get().name == "Maya Field"
    settings.FIELD_KEYS = [old]
    with pytest.raises(InvalidToken):
        Complainant.objects.get()
