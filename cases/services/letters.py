"""Writing a letter: the text of its kind, filled from the case and by its handler, for one recipient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

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
    Referral,
)
from cases.standing import complainants_of, is_owed_the_outcome, last_day_for_a_review, review_ends_on

from . import steps, templates

IOPC = "Independent Office for Police Conduct"
UNNAMED = "Sir or Madam"
SHOWN, REDACTED = "SHOWN", "REDACTED"
REVIEW_RIGHT = "review_right"
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
    """A letter as it will be read, and the version of the text that it is written by (None: written freely).

    `review_right` is the version of what it says of the right to a review, where it does.
    """

    text: str
    heading: str
    template: LetterTemplate | None = None
    review_right: LetterTemplate | None = None


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
    return _filled(template, {**values, **values_of(template, case, to=to, on=on, identity=identity, part=part)})


def write_in_one_piece(case: Case, kind: str, words: str, *, to: Recipient, on: dt.date) -> Written:
    """The letter of a kind with what its handler says at the place that it has in it; without words it says all by itself.

    Nothing that was said is ever lost: an older text that has no place for it has it at the end, and one that has several has
    it at the first, and says nothing at the others.
    """
    template = _template(case, kind, to=to, on=on)
    asked = letters.for_the_handler(template.body)
    gaps = {**dict.fromkeys(asked, ""), **dict.fromkeys(asked[:1], words)}
    values = {**gaps, **values_of(template, case, to=to, on=on, identity=REDACTED)}
    letter = _filled(template, values, body=letters.without_paragraphs_of(template.body, asked[1:]))
    return letter if asked or not words else Written(f"{letter.text}\n\n{words}", letter.heading, template)


def preview(case: Case, kind: str, *, to: Recipient, on: dt.date, part: Sequence[Allegation] | None = None) -> Written:
    """The same with the handler's parts still open."""
    template = _template(case, kind, to=to, on=on, part=part)
    return _filled(template, values_of(template, case, to=to, on=on, identity=REDACTED, part=part))


def kind_for(case: Case, notice: Notice) -> str:
    """The kind of the letter of a notice: that an appeal was brought is told as well as how it ends, and who referred it."""
    if notice.kind == "REFERRAL":
        referral = standing.last_referral(case, by=notice.owed_on)
        is_ours = referral is None or referral.basis in Referral.BY_THE_AUTHORITY
        return notice.kind if is_ours else "REFERRED_BY_ANOTHER"
    is_going_on = notice.proceeding is not None and notice.proceeding.ended_on is None
    return "APPEAL_BROUGHT" if notice.kind == "PROCEEDING_OUTCOME" and is_going_on else notice.kind


def write_freely(case: Case, text: str) -> Written:
    """An answer in the thread, which is no letter: it says what its writer says."""
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
    return with_right_to_a_review(case, write_in_one_piece(case, "OUTCOME", outcome, to=to, on=on), to=to, on=on)


def with_right_to_a_review(case: Case, letter: Written, *, to: Recipient, on: dt.date) -> Written:
    """The letter with the outcome as its recipient reads it: with the right at its end where the text has no place for it."""
    right = _review_right(case, to=to, on=on)
    if right is None:
        return letter
    has_a_place = letter.template is not None and REVIEW_RIGHT in letters.gaps_in(letter.template.body)
    text = letter.text if has_a_place else f"{letter.text}\n\n{right.text}"
    return replace(letter, text=text, review_right=right.template)


def values_of(
    template: LetterTemplate,
    case: Case,
    *,
    to: Recipient,
    on: dt.date,
    identity: str,
    part: Sequence[Allegation] | None = None,
) -> dict[str, str]:
    """What the case fills into the letter (cases.letters.FROM_THE_CASE); no more is looked up than the letter has gaps for."""
    gaps = {*letters.gaps_in(template.heading), *letters.gaps_in(template.body)}
    keeps_back = to.party != Party.SUBJECT or identity == REDACTED
    named = [to.complainant] if to.complainant else [] if keeps_back else complainants_of(case)
    body = _policing_body(case, on=on) if gaps & {"body_name", "body_address"} else None

    def left_out(text: str) -> str:
        return names_left_out(_not_to_be_named(case, named), shown=letters.KEPT_BACK)(text)

    fillers: dict[str, Callable[[], str]] = {
        "reference": lambda: case.reference,
        "force": lambda: case.force.name,
        "office": lambda: office_of(case),
        "addressee": lambda: to.name,
        "made_on": lambda: in_words(case.made_on),
        "today": lambda: in_words(on),
        "answer_by": lambda: in_words(steps.last_day_to_answer(case, on)),
        "record": lambda: left_out(_record(case, to=to)),
        "part": lambda: left_out(_part(case, part or [], to=to)),
        "complainant": lambda: (
            letters.KEPT_BACK if keeps_back else ", ".join(each.name or "Not known" for each in named)
        ),
        "body_name": lambda: body.name if body else f"the local policing body of {case.force.name}",
        "body_address": lambda: " ".join(body.address.split()) if body else "",
        "review_by": lambda: _review_by(case, to, on=on),
        REVIEW_RIGHT: lambda: right.text if (right := _review_right(case, to=to, on=on)) else "",
    }
    return {name: fill() for name, fill in fillers.items() if name in gaps}


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


def _review_right(case: Case, *, to: Recipient, on: dt.date) -> Written | None:
    """What is said of the right to a review, where they complain and have one."""
    has_withdrawn = to.complainant is not None and standing.has_withdrawn(case, to.complainant.pk)
    if not case.review_body or to.audience != "COMPLAINANT" or has_withdrawn:
        return None
    template = _template(case, f"REVIEW_RIGHT_{case.review_body}", to=to, on=on)
    return _filled(template, values_of(template, case, to=to, on=on, identity=REDACTED))


def _filled(template: LetterTemplate, values: Mapping[str, str], *, body: str | None = None) -> Written:
    """`body` is what is written of the text where that is not the whole."""
    text = letters.fill(template.body if body is None else body, values)
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


def _review_by(case: Case, to: Recipient, *, on: dt.date) -> str:
    """Who is still owed the outcome is told of the right by this letter."""
    if to.complainant and case.review_body and is_owed_the_outcome(case, to.complainant):
        return in_words(last_day_for_a_review(case, on, of=to.complainant))
    ends_on = review_ends_on(case, of=to.complainant)
    return in_words(ends_on) if ends_on else ""


def _policing_body(case: Case, *, on: dt.date) -> LocalPolicingBody | None:
    found: LocalPolicingBody | None = LocalPolicingBody.objects.of(case.force_id, on=on)
    return found
