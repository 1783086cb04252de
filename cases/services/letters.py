"""Writing a letter: the text of its kind, filled from the case and by its handler, for one recipient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.common.errors import Invalid
from cases import letters, standing
from cases.identities import none_of, people_of_what_it_came_from
from cases.letters.names import names_left_out
from cases.models import (
    Allegation,
    Case,
    Complainant,
    Involvement,
    LetterTemplate,
    LocalPolicingBody,
    Message,
    Notice,
)
from cases.standing import complainants_of, is_owed_the_outcome, last_day_for_a_review, review_ends_on

from . import steps, templates

IOPC = "Independent Office for Police Conduct"
UNNAMED = "Sir or Madam"
SHOWN, REDACTED = "SHOWN", "REDACTED"
SAY_ENOUGH = ("ASK_TO_CONFIRM", "ASK_TO_RESUME")  # all that the law asks, without a word of the handler's
Party = Message.Party


@dataclass(frozen=True)
class Recipient:
    """One person or body that is written to. `name` and `address` are as the envelope will have them."""

    party: Message.Party
    name: str
    complainant: Complainant | None = None
    subject: Involvement | None = None

    @property
    def audience(self) -> str:
        if self.is_only_informed:
            return "INTERESTED"
        return self.party if self.party in (Party.COMPLAINANT, Party.SUBJECT) else "BODY"

    @property
    def is_only_informed(self) -> bool:
        """Whether they complain of nothing, and are kept informed (PRA 2002 s. 21)."""
        return self.complainant is not None and self.complainant.relationship == Complainant.Relationship.INTERESTED

    @property
    def public_id(self) -> str:
        """Of the person, by which what waits for them can be called off; "" for a body."""
        if self.complainant:
            return str(self.complainant.public_id)
        return str(self.subject.person.public_id) if self.subject and self.subject.person else ""


@dataclass(frozen=True)
class Written:
    """A letter as it will be read, and the version of the text that it is written by (None: written freely)."""

    text: str
    heading: str
    template: LetterTemplate | None = None


def to_complainant(complainant: Complainant) -> Recipient:
    return Recipient(Party.COMPLAINANT, complainant.name or UNNAMED, complainant=complainant)


def to_subject(subject: Involvement) -> Recipient:
    return Recipient(Party.SUBJECT, subject.person.name if subject.person else UNNAMED, subject=subject)


def to_body(case: Case, body: str, *, on: dt.date) -> Recipient:
    """The IOPC, or the force's local policing body by the name that it has on that London day."""
    if body == Party.IOPC:
        return Recipient(Party.IOPC, IOPC)
    named = _policing_body(case, on=on)
    return Recipient(Party.LPB, named.name if named else "Local policing body")


def write(
    case: Case,
    kind: str,
    *,
    to: Recipient,
    gaps: Mapping[str, str],
    on: dt.date,
    identity: str = REDACTED,
    part: Sequence[Allegation] | None = None,
) -> Written:
    """The letter of a kind. `identity` SHOWN lets the person complained about read who complained.

    `part` are the allegations that it is about, where it is not about the whole (cases.services.parts). Raises Invalid (400)
    naming each gap that is not filled, or that the letter has not.
    """
    template = _template(case, kind, to=to, on=on, part=part)
    asked = letters.for_the_handler(template.body)
    needed = [] if kind in SAY_ENOUGH else asked
    errors = {name: ["The letter needs this: write it."] for name in needed if not gaps.get(name, "").strip()}
    errors |= {name: ["The letter has no such part."] for name in gaps if name not in asked}
    if errors:
        raise Invalid("Fill the parts of the letter that are named, and send it again.", errors=errors)
    values = {**dict.fromkeys(asked, ""), **{name: text.strip() for name, text in gaps.items()}}
    return _filled(template, {**values, **values_of(case, to=to, on=on, identity=identity, part=part)})


def preview(case: Case, kind: str, *, to: Recipient, on: dt.date, part: Sequence[Allegation] | None = None) -> Written:
    """The same with the handler's parts still open."""
    template = _template(case, kind, to=to, on=on, part=part)
    return _filled(template, values_of(case, to=to, on=on, identity=REDACTED, part=part))


def kind_for(notice: Notice) -> str:
    """The kind of the letter of a notice: that an appeal was brought is told as well as how it ends."""
    is_going_on = notice.proceeding is not None and notice.proceeding.ended_on is None
    return "APPEAL_BROUGHT" if notice.kind == "PROCEEDING_OUTCOME" and is_going_on else notice.kind


def write_freely(case: Case, text: str) -> Written:
    return Written(text, heading_of(case))


def heading_of(case: Case) -> str:
    """The subject line of what no template has one for."""
    return f"Your reference {case.reference}"


def write_outcome(case: Case, outcome: str, *, to: Recipient, on: dt.date) -> Written:
    """The letter with the outcome of a recorded complaint, and with the right to a review wherever the recipient has one.

    That the right exists, whose it is to review, where to write, by when and why that body: SI 2020/2 reg. 33 wants each. Who is
    only kept informed (PRA 2002 s. 21) has none, nor has who has withdrawn. The move waits for what the body is called and
    where to write to it (facts.review_body_can_be_written_to): the 28 days would run for who cannot apply.
    """
    return with_right_to_a_review(case, write(case, "OUTCOME", to=to, gaps={"outcome": outcome}, on=on), to=to, on=on)


def with_right_to_a_review(case: Case, letter: Written, *, to: Recipient, on: dt.date) -> Written:
    """The letter with the outcome as its recipient reads it: with the right, where they complain and have one."""
    has_withdrawn = to.complainant is not None and standing.has_withdrawn(case, to.complainant.pk)
    if not case.review_body or to.audience != "COMPLAINANT" or has_withdrawn:
        return letter
    right = preview(case, f"REVIEW_RIGHT_{case.review_body}", to=to, on=on)
    return Written(f"{letter.text}\n\n{right.text}", letter.heading, letter.template)


def values_of(
    case: Case, *, to: Recipient, on: dt.date, identity: str, part: Sequence[Allegation] | None = None
) -> dict[str, str]:
    """What the case fills into a letter (cases.letters.FROM_THE_CASE)."""
    keeps_back = to.party != Party.SUBJECT or identity == REDACTED
    named = [to.complainant] if to.complainant else [] if keeps_back else complainants_of(case)
    left_out = names_left_out(_not_to_be_named(case, named), shown=letters.KEPT_BACK)
    body = _policing_body(case, on=on)
    review_by = _review_by(case, to, on=on)
    return {
        "reference": case.reference,
        "force": case.force.name,
        "office": office_of(case),
        "addressee": to.name,
        "made_on": in_words(case.made_on),
        "today": in_words(on),
        "answer_by": in_words(steps.last_day_to_answer(case, on)),
        "record": left_out(_record(case, to=to)),
        "part": left_out(_part(case, part or [], to=to)),
        "complainant": letters.KEPT_BACK if keeps_back else ", ".join(each.name or "Not known" for each in named),
        "body_name": body.name if body else f"the local policing body of {case.force.name}",
        "body_address": " ".join(body.address.split()) if body else "",
        "review_by": in_words(review_by) if review_by else "",
    }


def office_of(case: Case) -> str:
    """The department that writes: that which holds the case."""
    return case.unit.name if case.unit else "Professional Standards Department"


def in_words(day: dt.date) -> str:
    """5 January 2027."""
    return f"{day.day} {day:%B %Y}"


def _template(
    case: Case, kind: str, *, to: Recipient, on: dt.date, part: Sequence[Allegation] | None = None
) -> LetterTemplate:
    if part is not None:
        kind = letters.OF_A_PART.get(kind, kind)
    if not case.review_body:
        kind = letters.WITHOUT_A_REVIEW.get((kind, to.audience), kind)
    return templates.current(kind, audience=to.audience, force_id=case.force_id, on=on)


def _filled(template: LetterTemplate, values: Mapping[str, str]) -> Written:
    text = letters.fill(template.body, values)
    paragraphs = [paragraph.strip("\n") for paragraph in text.split("\n\n")]
    whole = "\n\n".join(paragraph for paragraph in paragraphs if paragraph.strip())
    return Written(whole, letters.fill(template.heading, values), template)


def _not_to_be_named(case: Case, named: Sequence[Complainant]) -> list[Complainant]:
    """Everybody of the case but those who are named, and of the cases that its allegations came from who is none of these."""
    here = [each for each in case.complainants.all() if each not in named]
    return [*here, *none_of(named, people_of_what_it_came_from(case))]


def _record(case: Case, *, to: Recipient) -> str:
    points = _points(case, [each for each in case.allegations.all() if not each.moved_to_id], to=to)
    return "\n\n".join(
        [case.narrative, *(["What is complained of, point by point:", "\n".join(points)] if points else [])]
    )


def _part(case: Case, part: Sequence[Allegation], *, to: Recipient) -> str:
    points = _points(case, part, to=to)
    return "\n\n".join(["This is what it is about:", "\n".join(points)]) if points else ""


def _points(case: Case, allegations: Sequence[Allegation], *, to: Recipient) -> list[str]:
    """The allegations, point by point; to an officer those alone that they are complained of for."""
    if to.subject:
        named = [each for each in case.involvements.all() if each.part == Involvement.Part.SUBJECT]
        theirs = {each.allegation_id for each in named if each.person_id == to.subject.person_id and not each.ended_at}
        allegations = [each for each in allegations if theirs & {None, each.pk}]
    return [f"- {each.summary}" for each in allegations if each.summary]


def _review_by(case: Case, to: Recipient, *, on: dt.date) -> dt.date | None:
    """Who is still owed the outcome is told of the right by this letter."""
    if to.complainant and case.review_body and is_owed_the_outcome(case, to.complainant):
        return last_day_for_a_review(case, on)
    return review_ends_on(case, of=to.complainant)


def _policing_body(case: Case, *, on: dt.date) -> LocalPolicingBody | None:
    found: LocalPolicingBody | None = LocalPolicingBody.objects.of(case.force_id, on=on)
    return found
