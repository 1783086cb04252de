"""The thread with the complainant: what they are told, and what they write. Notes of staff have no way in here."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import PUBLIC, Actor
from backend.attachments import services as attachments
from backend.attachments.services import Upload
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, Refused
from cases import facts, makers, standing
from cases.models import Case, CaseFile, Complainant, Flag, Kind, Message, MessageFile, MessageRead
from cases.selectors import get_case

from . import correspondence, identity, letters, links, locking, steps, withdrawals
from .correspondence import Way
from .due import forget, write_next_due
from .letters import Recipient, Written
from .locking import MayNot
from .settling import ConsentNotRecorded
from .withdrawals import CannotWithdraw
from .words import words_of

About = Message.About
BY_STAFF = (About.PROGRESS, About.REPLY, About.ACKNOWLEDGEMENT)
NEEDS_CONSENT = (About.PROGRESS, About.REPLY)  # not that it has arrived, by which they are asked for the consent
RECORD_CONSENT = (
    "Record the consent of whom they act for first: until then, write to them that it has arrived, no more."
)
CHOOSE_A_WAY = "They have no receipt, and left no address that may be used: say how it goes to them."


class NothingToTell(Refused):
    code = "case-closed"
    title = "The case is closed."


class NobodyToTell(Refused):
    code = "nobody-to-tell"
    title = "Nobody is to be told about this case."


@transaction.atomic
def tell_progress(
    *, reference: str, text: str, actor: Actor, at: dt.datetime, version: int, complainant: UUID | None = None
) -> tuple[Message, Case]:
    """Tell one complainant, or all, how it is going; their next four weeks start today (SI 2020/2, regulation 34).

    Answers with the first of the messages, for each gets one of their own. Raises as `write`, and NothingToTell (409) once
    the outcome was told.
    """
    return write(
        reference=reference,
        about=About.PROGRESS,
        text=text,
        complainant=complainant,
        way=None,
        files=[],
        actor=actor,
        at=at,
        version=version,
    )


@transaction.atomic
def write(
    *,
    reference: str,
    about: Message.About,
    text: str,
    complainant: UUID | None,
    way: Way | None,
    files: Sequence[UUID],
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Message, Case]:
    """Write to one complainant, or (None) to all: how it is going, an answer, or an acknowledgement.

    An answer is the words of its writer alone; the other two are letters, with these words in them. How it is going alone
    starts the next four weeks (regulation 34): an acknowledgement or an answer never does. `way` None is the way that each
    wishes. A representative without a recorded consent is told that it has arrived, and what is asked
    of them with it: of the rest they hear nothing, and the trail says whom a message to all has left out. Raises Missing
    (404), Stale (412), MayNot (403), NothingToTell (409), NobodyToTell (409), ConsentNotRecorded (409), and as
    correspondence.check_way.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if about == About.PROGRESS and (case.told_on or case.closed_on):
        raise NothingToTell("The outcome was told already, so there is no progress to tell.")
    _check_may_write(case, actor)
    attached = correspondence.files_of_case(case, files)
    told, left_out = _whom(case, complainant, about=about)
    messages = []
    for each in told:
        to, chosen = letters.to_complainant(each), way or correspondence.usual_way(case, each)
        if way is None and chosen.delivery == Message.Delivery.HAND:
            raise Invalid(CHOOSE_A_WAY, errors={"delivery": [CHOOSE_A_WAY]})
        correspondence.check_way(case, chosen, to=to, by_recorded_delivery=False)
        letter = (
            letters.write_freely(case, text)
            if about == About.REPLY
            else letters.write_in_one_piece(case, about, text, to=to, on=day_of(at))
        )
        messages.append(
            correspondence.post(case, letter, about=about, to=to, way=chosen, actor=actor, at=at, files=attached)
        )
    if about == About.PROGRESS:
        note_progress(case, told, on=day_of(at))
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb="PROGRESS_TOLD" if about == About.PROGRESS else "MESSAGE_SENT",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={
            "about": about,
            "messages": [str(message.public_id) for message in messages],
            **({"left_out": [str(each.public_id) for each in left_out]} if left_out else {}),
        },
    )
    return messages[0], case


def note_progress(case: Case, told: Sequence[Complainant], *, on: dt.date) -> None:
    """They were told how it is going: a clock each, and on the case the latest of them. The caller saves the case."""
    Complainant.objects.filter(pk__in=[each.pk for each in told]).update(progress_told_on=on)
    case.progress_told_on = max(on, case.progress_told_on or on)
    forget(case, "complainants")


def send(case: Case, kind: str, *, about: Message.About, words: str, actor: Actor, at: dt.datetime) -> list[Message]:
    """What a move tells: a letter of `kind` to each complainant, by the way that they wish. For a change that records itself.

    The outcome of a recorded complaint has the right to a review in it. That it may be recorded is offered to those who
    complain alone. What was said to these, who is only kept informed reads as what was said to them. Where all have
    withdrawn, they are told, for it ends with that.
    """
    ends_with_them = case.kind != Kind.COMMENT and facts.every_complainant_has_withdrawn(case)
    return [
        correspondence.post(
            case,
            _letter_of_a_move(case, kind, words, to=letters.to_complainant(each), on=day_of(at)),
            about=about,
            to=letters.to_complainant(each),
            way=correspondence.usual_way(case, each),
            actor=actor,
            at=at,
        )
        for each in (_everybody(case) if ends_with_them else _parties(case))
        if about != About.OFFER or _complains(each)
    ]


def _letter_of_a_move(case: Case, kind: str, words: str, *, to: Recipient, on: dt.date) -> Written:
    if kind == "OUTCOME":
        return letters.write_outcome(case, words, to=to, on=on)
    # Nobody made a matter, so what is told of one is written for who is kept informed.
    was_said_to_others = to.is_only_informed and bool(words) and case.kind == Kind.COMPLAINT
    return letters.write_in_one_piece(case, "AS_TOLD" if was_said_to_others else kind, words, to=to, on=on)


def send_to(
    case: Case, complainant: Complainant, kind: str, *, about: Message.About, words: str, actor: Actor, at: dt.datetime
) -> Message:
    """A letter of `kind` to one complainant alone, by the way that they wish. For a change that records itself."""
    to = letters.to_complainant(complainant)
    return correspondence.post(
        case,
        letters.write_in_one_piece(case, kind, words, to=to, on=day_of(at)),
        about=about,
        to=to,
        way=correspondence.usual_way(case, complainant),
        actor=actor,
        at=at,
    )


@transaction.atomic
def receive(
    *,
    case_id: int,
    text: str,
    wish: Message.Wish | str,
    files: Sequence[Upload],
    at: dt.datetime,
    writer: Complainant | None = None,
) -> Message:
    """What the holder of a receipt writes: kept as it is, and shown to who handles the case until somebody has read it.

    `writer` is the complainant whose receipt it is, or None for the first of the case. The wish to have it recorded counts
    at any time, also after it was closed (PRA 2002 Sch 3 para 2(6A)(a)). A wish to withdraw is unsigned: the force has to
    write and ask (SI 2020/2 reg. 39). Where the case was merged both count in the case in which it goes on. Raises Invalid
    (400) for such a wish about a comment, or where it goes on and nobody there surely is the writer, Missing (404) where the
    case was disposed of, and FileRefused (400, 413, 415). A wish that comes too late, or again, is kept as what was written.
    """
    case: Case = locking.lock_for_complainant(case_id)
    writer = writer or case.complainants.order_by("position").first()
    if wish and case.kind != Kind.COMPLAINT:
        told = "A comment is neither recorded nor withdrawn so: send a complaint, or write what you wish."
        raise Invalid(told, errors={"wish": [told]})
    goes_on_in = links.goes_on_in(case)
    if wish and goes_on_in:
        _wish_there(goes_on_in, wish, writer=writer, instead_of=case, at=at)
    elif wish:
        case = _wish(case, wish, writer=writer, at=at)
    message = Message.objects.create(
        case_id=case.pk,
        about=About.WRITTEN,
        direction=Message.Direction.IN,
        sent_at=at,
        text=text,
        words=words_of(text, case=case),
        complainant=writer,
        wish=wish,
    )
    _keep_files(message, files, at=at)
    _flag(case, Flag.UNREAD_MESSAGE)
    case.version += 1
    write_next_due(case)
    case.save()
    instead = Case.objects.select_related("handler").get(pk=goes_on_in) if goes_on_in else None
    steps.tell_handler(case, cause=f"written:{message.public_id}", at=at, of=instead)
    audit.record(
        actor=PUBLIC.public_id,
        verb="MESSAGE_RECEIVED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"message": str(message.public_id), "wish": wish, "files": len(files)},
    )
    return message


def _wish(case: Case, wish: Message.Wish | str, *, writer: Complainant | None, at: dt.datetime) -> Case:
    """What the wish changes of the case, which is answered as it stands then. The caller saves it."""
    if wish == Message.Wish.WITHDRAW:
        if writer:
            with contextlib.suppress(CannotWithdraw):
                withdrawals.wish_from_complainant(case, complainant=writer, at=at)
        case = locking.lock_for_complainant(case.pk)  # that is a change of its own
        _flag(case, Flag.WISH_TO_WITHDRAW)
        return case
    case.wish_recording(at=at)
    case.note_what_must_be_recorded(day_of(at))
    if case.recorded_on is None:
        _flag(case, Flag.WISH_TO_RECORD)
    return case


def _wish_there(
    pk: int, wish: Message.Wish | str, *, writer: Complainant | None, instead_of: Case, at: dt.datetime
) -> None:
    """The wish counts where a merged complaint goes on. Raises Invalid (400) where nobody there surely is who wishes it."""
    other = locking.lock_for_complainant(pk)
    same = links.the_same_in(other, writer) if writer else None
    if same is None:
        told = "This complaint goes on with the other one that you made: say so with the receipt of that one."
        raise Invalid(told, errors={"wish": [told]})
    other = _wish(other, wish, writer=same, at=at)
    other.version += 1
    write_next_due(other)
    other.save()
    audit.record(
        actor=PUBLIC.public_id,
        verb="WISH_RECEIVED",
        subject_kind="case",
        subject=other.reference,
        at=at,
        details={"wish": wish, "other": instead_of.reference},
    )


def _flag(case: Case, flag: Flag) -> None:
    case.flags = [*case.flags, *({flag} - set(case.flags))]


@transaction.atomic
def mark_read(*, reference: str, message: UUID, actor: Actor, at: dt.datetime, version: int) -> tuple[Message, Case]:
    """Note that somebody who handles the case has read what came in; said again, the first time stands.

    Raises Missing (404), Stale (412), MayNot (403).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_write(case, actor)
    found = Message.objects.filter(case_id=case.pk, public_id=message, direction=Message.Direction.IN).first()
    if found is None:
        raise Missing
    MessageRead.objects.get_or_create(message=found, defaults={"read_by_id": actor.account, "read_at": at})
    if not Message.objects.filter(case_id=case.pk, direction=Message.Direction.IN, read=None).exists():
        # A wish to withdraw is a row of its own by now, with a letter owed; the wish to be recorded stands until it is.
        case.flags = [flag for flag in case.flags if flag not in (Flag.UNREAD_MESSAGE, Flag.WISH_TO_WITHDRAW)]
    case.version += 1
    case.save(update_fields=["flags", "version"])
    audit.record(
        actor=actor.public_id,
        verb="MESSAGE_READ",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"message": str(found.public_id)},
    )
    return found, case


@transaction.atomic
def open_letter(*, reference: str, message: UUID, actor: Actor, at: dt.datetime) -> Message:
    """A message as it was sent, with the name and address on its envelope: for who handles the case, and always on record.

    A letter with the name of somebody who complained is a look at who that is: they have to be revealed first, for a reason.
    Raises Missing (404), MayNot (403), LookThemUpFirst (409).
    """
    case = get_case(reference=reference, actor=actor)
    found = Message.objects.filter(case_id=case.pk, public_id=message).select_related("case__force").first()
    if found is None:
        raise Missing
    _check_may_write(case, actor)
    identity.check_looked_up(case, found.addressed_to, found.heading, found.text, actor=actor)
    audit.record(
        actor=actor.public_id,
        verb="LETTER_OPENED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"message": str(found.public_id)},
    )
    return found


def _check_may_write(case: Case, actor: Actor) -> None:
    # To the author of a comment only Professional Standards writes.
    rule = makers.may_answer_comments if case.kind == Kind.COMMENT else makers.may_handle
    if not rule(case, actor):
        raise MayNot(rule.otherwise)


def _whom(case: Case, complainant: UUID | None, *, about: Message.About) -> tuple[list[Complainant], list[Complainant]]:
    """Who is written to, and who of all is left out, for they act for somebody whose consent is not recorded."""
    if complainant is None:
        everybody = _parties(case)
        if not everybody:
            raise NobodyToTell("Nobody complained, and nobody has an interest in it.")
        left_out = [each for each in everybody if about in NEEDS_CONSENT and each.lacks_consent]
        if left_out == everybody:
            raise NobodyToTell(RECORD_CONSENT)
        return [each for each in everybody if each not in left_out], left_out
    found = [each for each in case.complainants.all() if each.public_id == complainant]
    if not found:
        raise Invalid("Name a complainant of the case.", errors={"complainant": ["The case has no such complainant."]})
    if found[0].consent_ended_on:
        raise Invalid("Write to somebody else.", errors={"complainant": ["They act for nobody any more."]})
    if about in NEEDS_CONSENT and found[0].lacks_consent:
        raise ConsentNotRecorded(RECORD_CONSENT)
    return found, []


def _parties(case: Case) -> list[Complainant]:
    """Who is told: everybody, but for who has withdrawn while others go on, and who acts for nobody any more."""
    everybody = _everybody(case)
    if case.kind == Kind.COMMENT:
        return everybody
    return [each for each in everybody if not standing.has_withdrawn(case, each.pk)] or everybody


def _everybody(case: Case) -> list[Complainant]:
    in_order = sorted(case.complainants.all(), key=lambda each: each.position)
    return [each for each in in_order if each.consent_ended_on is None]


def _complains(each: Complainant) -> bool:
    return each.relationship != Complainant.Relationship.INTERESTED


def _keep_files(message: Message, files: Sequence[Upload], *, at: dt.datetime) -> None:
    for stored in attachments.keep_all(files=files, at=at) if files else ():
        CaseFile.objects.create(case_id=message.case_id, file=stored)
        MessageFile.objects.create(message=message, file=stored)
