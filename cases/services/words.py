"""The words that a case is found by: those of what was written in it, without the names of those who complained."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from cases.identities import people_of_what_it_came_from
from cases.letters.names import names_left_out
from cases.models import Case


def words_of(text: str, *, case: Case) -> SearchVector:
    """The words of a note or message, for its row; the database adds them to those of the case.

    A search must not tell whose complaint it is: names, addresses and numbers that are known of the complainants by now, also
    of the cases that its allegations came from, are left out for everybody, as for a reader who has not revealed them.
    """
    people = [*case.complainants.all(), *people_of_what_it_came_from(case)]
    as_found = names_left_out(people, shown=" ")
    return SearchVector(Value(as_found(text)), config="english")
