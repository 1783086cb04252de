"""The review bundle: what a review body needs, as one PDF with an index. It goes to a body, never to the public."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.attachments.selectors import place_of_copy
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.documents.pdf import Attached
from cases import makers, standing
from cases.identities import none_of, people_of_what_it_came_from
from cases.letters import KEPT_BACK
from cases.letters.names import names_left_out
from cases.models import (
    Allegation,
    AllegationDecision,
    AllegationOpinion,
    Body,
    BodyNotice,
    Case,
    Code,
    Determination,
    Message,
    Note,
    Regime,
    SpecialProcedures,
    Suspension,
)
from cases.selectors import get_case, labels_of

from . import identity
from .body_notices import DECISIONS
from .disposed import check_is_there
from .letters import in_words
from .locking import MayNot
from .papers import AMONG_US, Block, blocks_of, render
from .reviews import FOR_THE_REVIEW, Bundle, bundle_of

About = Determination.About
FINDINGS: dict[str, str] = {str(value): str(label) for value, label in Allegation.Finding.choices}
# Of the files in one PDF, in bytes: as much as one complaint may bring with it. Typesetting and answering hold it in memory.
MOST_WITHIN = 100 * 1024**2


@dataclass(frozen=True)
class Listed:
    """A part of the bundle: what the index calls it, and what it says."""

    anchor: str
    title: str
    facts: Sequence[tuple[str, str]] = ()
    blocks: Sequence[Block] = ()


@dataclass(frozen=True)
class BodyNoticeListed:
    """What a body said, and by which file of the case."""

    body: str
    says: str
    dated_on: str
    document: str


@dataclass(frozen=True)
class FileListed:
    """A file of the case under its number: the copy that staff work with, which has nothing hidden in it.

    `sent_as` is the SHA-256 of the file as it was sent, where the copy has another.
    """

    anchor: str
    name: str
    kept_on: str
    size: int
    sha256: str
    sent_as: str
    place: Path


@dataclass(frozen=True)
class Papers:
    marking: str
    title: str
    reference: str
    force: str
    date: str
    facts: Sequence[tuple[str, str]]
    narrative: str
    views: str
    handling: Sequence[Listed]
    allegations: Sequence[Listed]
    letters: Sequence[Listed]
    body_notices: Sequence[BodyNoticeListed]
    within: Sequence[FileListed]
    beside: Sequence[FileListed]  # what does not fit in as well


@transaction.atomic
def as_pdf(*, reference: str, actor: Actor, at: dt.datetime) -> bytes:
    """What a review body needs, as one PDF with an index, and with the files of the case in it.

    Notes of staff for each other are no part of it, but for what a move asked for: the terms of reference and the report. Of
    the files those go beside it, and are named so, that are more than MOST_WITHIN together with the ones before them.
    It names those who complained, so they have to be revealed first. Raises Missing (404), MayNot (403), LookThemUpFirst
    and Disposed (409), TooMuchToPrint (503).
    """
    case = get_case(reference=reference, actor=actor)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    check_is_there(case)
    named = [each.name for each in case.complainants.all()]
    bundle = bundle_of(case)
    identity.check_looked_up(case, *named, *(message.text for message in bundle.messages), actor=actor)
    bundled = _papers(case, bundle, on=day_of(at))
    attached = [Attached(each.name, f"Kept on {each.kept_on}", each.place) for each in bundled.within]
    pdf = render("cases/bundle.html", {"bundle": bundled}, attached=attached)
    audit.record(
        actor=actor.public_id,
        verb="REVIEW_BUNDLE_MADE",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"version": case.version},
    )
    return pdf


def _papers(case: Case, bundle: Bundle, *, on: dt.date) -> Papers:
    here = list(case.complainants.all())
    elsewhere = none_of(here, people_of_what_it_came_from(case))
    left_out = names_left_out(elsewhere, shown=KEPT_BACK)
    files = _files(bundle.files)
    within = _that_fit(list(files.values()))
    return Papers(
        marking=AMONG_US,
        title=f"Papers for the review of {case.reference}",
        reference=case.reference,
        force=case.force.name,
        date=in_words(on),
        facts=_facts(case),
        narrative=case.narrative,
        views=case.views_at_contact or case.views_on_handling,
        handling=_handling(bundle, left_out),
        allegations=[_allegation(each, left_out) for each in bundle.allegations],
        letters=[_listed(number, each) for number, each in enumerate(bundle.messages, start=1)],
        body_notices=[_body_notice(case, each, files) for each in bundle.body_notices],
        within=within,
        beside=[each for each in files.values() if each not in within],
    )


def _facts(case: Case) -> list[tuple[str, str]]:
    days = [
        ("Made", case.made_on),
        ("Received", case.received_on),
        ("First contact", case.contacted_on),
        ("Recorded", case.recorded_on),
        ("Referred to the IOPC", case.referred_on),
        ("Investigated since", case.investigating_since),
        ("Report submitted", case.reported_on),
        ("Decided", case.decided_on),
        ("Outcome told", case.told_on),
        ("Told of the right to a review", case.review_information_on),
    ]
    complainants = ", ".join(each.name or "Not known" for each in standing.complainants_of(case))
    told = [
        ("Our reference", case.reference),
        ("Complained by", complainants or "Nobody"),
        *((name, in_words(day)) for name, day in days if day),
        ("Investigator", case.investigator.name if case.investigator else ""),
        ("Rules that it is handled by", case.get_regime_display()),
        ("Review body", Body(case.review_body).label if case.review_body else "None"),
        ("Outcome", _plain(case.outcome) if case.outcome else "None yet"),
    ]
    return [each for each in told if each[1]]


def _plain(code: str) -> str:
    """A code that has no label of its own, in words."""
    return code.replace("_", " ").capitalize()


def _handling(bundle: Bundle, left_out: Callable[[str], str]) -> list[Listed]:
    """How it was handled and why, each by its day: what was determined, the terms, special procedures, stays, the report."""
    types = labels_of(table=Code.Table.SUBJECT_TYPE)
    dated = [
        *((day_of(each.made_at), _determined(each)) for each in bundle.determinations if each.about in _DETERMINED),
        *((day_of(note.written_at), _noted(move, note)) for move, note in bundle.notes),
        *((each.declared_on, _special(each, types)) for each in bundle.special_procedures),
        *((each.suspended_on, _stay(each)) for each in bundle.suspensions),
    ]
    reported = FOR_THE_REVIEW["submit_report"]  # of all that happened on one day the last
    by_day = sorted(dated, key=lambda each: (each[0], each[1].title == reported))
    return [
        Listed(
            f"handling-{number}",
            f"{in_words(day)}: {listed.title}",
            facts=[(name, left_out(text)) for name, text in listed.facts if text],
            blocks=blocks_of(left_out("\n\n".join(block.text for block in listed.blocks))),
        )
        for number, (day, listed) in enumerate(by_day, start=1)
    ]


_DETERMINED = {
    About.DUTY_TO_INVESTIGATE: "Whether it has to be investigated",
    About.REGIME: "The rules that it is handled by",
}


def _determined(row: Determination) -> Listed:
    told = [("Decided by", row.made_by.name)]
    if row.about == About.DUTY_TO_INVESTIGATE:
        indicated = "Yes" if row.answers["indicates_misconduct"] else "No"
        told.append(("Indication of a crime, of misconduct or of an infringement of article 2 or 3", indicated))
        told.append(("Why it need not be investigated all the same", row.answers["exception"]))
    else:
        told.append(("Rules", Regime(row.answers["regime"]).label))
    return Listed("", _DETERMINED[About(row.about)], facts=[*told, ("Reasons", row.reason)])


def _noted(move: str, note: Note) -> Listed:
    return Listed("", FOR_THE_REVIEW[move], facts=[("Written by", note.author.name)], blocks=[Block(note.text)])


def _special(row: SpecialProcedures, types: Mapping[str, str]) -> Listed:
    """Whom they were declared for, and every assessment of how severe it is, with what it rests on."""
    subject = row.subject
    named = subject.person.name if subject.person else subject.label
    told = [
        ("Person", ", ".join(filter(None, [named, subject.rank, types.get(subject.subject_type, "")]))),
        ("Indication", row.get_indication_display()),
        ("Reasons", row.reasons),
    ]
    for each in row.assessments.all():
        told.append((f"Severity on {in_words(each.assessed_on)}", f"{each.get_severity_display()}\n{each.reason}"))
    if row.accelerated_on:
        told.append(("Accelerated procedure since", in_words(row.accelerated_on)))
    if row.ended_on:
        told.append(("Ended on", in_words(row.ended_on)))
    return Listed("", "Special procedures", facts=told)


def _stay(row: Suspension) -> Listed:
    told = [
        ("What", f"Allegation {row.allegation.position}" if row.allegation else "The whole"),
        ("Why", row.reason),
        *((f"Looked at again on {in_words(each.reviewed_on)}", each.reason) for each in row.reviews.all()),
        ("How it ended", f"{in_words(row.ended_on)}: {row.get_state_display()}" if row.ended_on else ""),
        ("Why it ended", row.decision_reason),
    ]
    return Listed("", "Suspended", facts=told)


def _allegation(allegation: Allegation, left_out: Callable[[str], str]) -> Listed:
    *before, last = [None, *sorted(allegation.decisions.all(), key=lambda each: each.pk)]
    stands = last if last and allegation.finding == last.finding else None
    opinions = sorted(allegation.opinions.all(), key=lambda each: each.pk)
    if opinions and opinions[-1].opinion == allegation.opinion:
        opinions.pop()
    told = [
        ("Category", str(allegation.code) if allegation.code else allegation.category or "None"),
        ("What is alleged", allegation.summary),
        ("Handled", allegation.get_handling_display()),
        *(_opinion_before(each) for each in opinions),
        ("Investigator's opinion", allegation.get_opinion_display()),
        ("Investigator", allegation.opinion_by.name if allegation.opinion_by else ""),
        ("Reasons for the opinion", allegation.opinion_reasons),
        *(_earlier(each) for each in [*before, None if stands else last] if each),
        ("Finding", FINDINGS.get(allegation.finding, allegation.finding)),
        ("Reasons", allegation.rationale),
        ("Decided by", _decider(stands) if stands else ""),
        ("Decided on", in_words(allegation.decided_on) if allegation.decided_on else ""),
        ("Action", allegation.action),
    ]
    facts = [(name, left_out(text)) for name, text in told if text]
    return Listed(f"allegation-{allegation.position}", f"Allegation {allegation.position}", facts=facts)


def _opinion_before(opinion: AllegationOpinion) -> tuple[str, str]:
    """What an investigator thought before, and does not stand any more."""
    given = f"{opinion.get_opinion_display()}, {opinion.given_by.name}\n{opinion.reasons}"
    return f"Opinion before, on {in_words(day_of(opinion.given_at))}", given


def _earlier(decision: AllegationDecision) -> tuple[str, str]:
    """What was decided before, and stands no more."""
    found = FINDINGS.get(decision.finding, decision.finding)
    return f"Decided before, on {in_words(decision.decided_on)}", f"{found}, {_decider(decision)}\n{decision.rationale}"


def _decider(decision: AllegationDecision) -> str:
    return decision.decided_by.name if decision.decided_by else "Independent Office for Police Conduct"


def _listed(number: int, message: Message) -> Listed:
    came_in = message.direction == Message.Direction.IN
    who = message.get_party_display().lower()
    title = f"{in_words(day_of(message.sent_at))}: {'from' if came_in else 'to'} the {who}, {message.get_about_display().lower()}"
    return Listed(f"letter-{number}", title, blocks=blocks_of(message.text))


def _body_notice(case: Case, notice: BodyNotice, files: Mapping[int, FileListed]) -> BodyNoticeListed:
    """By what it decides beside the path, by the move that it came in with, or by how it ended a review."""
    beside, move = DECISIONS.get(notice.decides), dict(case.moves.choices).get(notice.decides)
    says = beside.says if beside else str(move or _plain(notice.decides))
    said = says.removeprefix("Enter that ").removeprefix("Enter ")  # a move is told to who makes it
    return BodyNoticeListed(
        body=notice.get_body_display(),
        says=said[:1].upper() + said[1:],
        dated_on=in_words(notice.dated_on),
        document=files[notice.document.pk].name if notice.document else "",
    )


def _files(stored: Sequence[StoredFile]) -> dict[int, FileListed]:
    """The files by their keys. Each has a number before its name, for two may be called the same."""
    width = len(str(len(stored)))
    return {each.pk: _file(f"{number:0{width}}", each) for number, each in enumerate(stored, start=1)}


def _file(number: str, stored: StoredFile) -> FileListed:
    place = place_of_copy(stored)
    with place.open("rb") as copy:
        sha256 = hashlib.file_digest(copy, "sha256").hexdigest()
    return FileListed(
        anchor=f"file-{number}",
        name=f"{number} {stored.name}",
        kept_on=in_words(day_of(stored.kept_at)),
        size=place.stat().st_size,
        sha256=sha256,
        sent_as=stored.sha256 if stored.sha256 != sha256 else "",
        place=place,
    )


def _that_fit(files: Sequence[FileListed]) -> list[FileListed]:
    """Those that one PDF has room for, the first first."""
    fit, room = [], MOST_WITHIN
    for each in files:
        if each.size <= room:
            fit.append(each)
            room -= each.size
    return fit
