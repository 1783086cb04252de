"""Who of a case's complainants a reader has looked up, and how the reader is shown what was written to them and by them.

The trail is what tells who looked: there is no second record that could differ from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from cases import makers
from cases.letters.names import names_left_out
from cases.makers import Maker
from cases.models import Allegation, Case, Complainant, Kind

REVEALED = "COMPLAINANT_REVEALED"  # verbs of the trail
JOINED = ("COMPLAINANT_ADDED", "INTERESTED_PERSON_ADDED")


def who_may_look(case: Case) -> Maker:
    """Those who handle the case."""
    return makers.may_work_on_comments if case.kind == Kind.COMMENT else makers.may_handle


def kept_from(case: Case, actor: Actor) -> list[Complainant]:
    """The complainants whom the actor has not looked up in this case, or may not look up any more.

    Who was added after the last look is among them.
    """
    people = list(case.complainants.all())
    if not who_may_look(case)(case, actor):
        return people
    here = {"subject_kind": "case", "subject": case.reference}
    looked_at = audit.last_at(REVEALED, actor=actor.public_id, **here)
    if looked_at is None:
        return people
    on = day_of(looked_at)
    later = [each for each in people if each.added_on is not None and each.added_on > on]
    that_day = [each for each in people if each.added_on == on]
    came_at = audit.last_at(*JOINED, **here) if that_day else None
    return [*later, *(that_day if came_at and came_at > looked_at else [])]


def as_read_by(actor: Actor, *, case: Case, others: Iterable[Case] = ()) -> Callable[[str], str]:
    """How the actor reads a text of the case: without the names, addresses and numbers of those who are kept from them.

    Whatever shows such a text to staff puts it through this one: messages, letters that are drafted, notes, contact
    attempts, contributions, the timeline. What was queued stays as it was, and so it is mailed, printed and tracked.
    `others` are the cases that the text may speak of too, as those that its allegations came from always are: the people of
    each are looked up there.
    """

    @cache  # asked for once, where there is a text at all
    def leave_out() -> Callable[[str], str]:
        kept = kept_from(case, actor)
        looked_up = [each for each in case.complainants.all() if each not in kept]
        elsewhere = [each for other in (*others, *came_from(case)) for each in kept_from(other, actor)]
        return names_left_out([*kept, *none_of(looked_up, elsewhere)])

    return lambda text: leave_out()(text) if text else text


def came_from(case: Case) -> list[Case]:
    """The other cases that its allegations came from, be it by way of others, with their people. Most cases have none."""
    own = {each.pk for each in case.allegations.all()}
    sources = {each.split_from_id for each in case.allegations.all() if each.split_from_id} - own
    found: set[int] = set()
    while sources:
        rows = list(Allegation.objects.filter(pk__in=sources).values_list("pk", "case_id", "split_from_id"))
        own |= {pk for pk, _, _ in rows}
        found |= {case_id for _, case_id, _ in rows}
        sources = {source for _, _, source in rows if source} - own
    if not found:
        return []
    return list(Case.objects.filter(pk__in=found).exclude(pk=case.pk).prefetch_related("complainants"))


def people_of_what_it_came_from(case: Case) -> list[Complainant]:
    """Who complained in the cases that its allegations came from."""
    return [each for other in came_from(case) for each in other.complainants.all()]


def none_of(known: Sequence[Complainant], people: Iterable[Complainant]) -> list[Complainant]:
    """Those of the people who are not surely one of the known."""
    return [each for each in people if not any(is_the_same(each, one) for one in known)]


def is_the_same(one: Complainant, other: Complainant) -> bool:
    """Whether two complainants are surely one person: a common address or number, and no two different names.

    A name alone is no proof, and nobody who is anonymous is anybody in particular.
    """
    if one.anonymous or other.anonymous:
        return False
    names = {_plain(one.name), _plain(other.name)} - {""}
    return len(names) <= 1 and bool(_contacts(one) & _contacts(other))


def _contacts(complainant: Complainant) -> set[tuple[str, str]]:
    digits = "".join(letter for letter in complainant.telephone if letter.isdigit())
    national = digits.removeprefix("0044").removeprefix("44").lstrip("0")
    return {("email", _plain(complainant.email)), ("telephone", national)} - {("email", ""), ("telephone", "")}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
