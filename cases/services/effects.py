"""What a move brings with it beyond the case's own fields: things to look up, to check, to write beside it, and to tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from backend.accounts.actors import Actor, acting
from backend.accounts.models import Role, User
from backend.attachments.models import StoredFile
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid
from cases import facts, findings, letters
from cases.consequences import PART_2_ENDS, Consequences
from cases.models import (
    Allegation,
    BodyNotice,
    Case,
    CaseFile,
    Flag,
    Involvement,
    Kind,
    Message,
    Referral,
    Review,
)
from cases.moves import FOR_THE_FILE, VOLUNTARY_GROUNDS, kind_of
from cases.standing import FORMS

from . import (
    access,
    assessment,
    determinations,
    independence,
    links,
    matters,
    messages,
    notes,
    notices,
    reviews,
    suspensions,
    wishes,
    withdrawals,
)
from .due import forget
from .units import professional_standards_of, unit_of

INDEPENDENCE = "The investigator is not under the management of whom it is about, and nothing connects them: {told}"
HANDLED_ANEW = (
    "reopen", "handle_outside", "record", "investigate", "handle_otherwise", "take_no_further_action", "reopen_after_review",
    *FORMS,
)  # fmt: skip
NOTICES_OF_A_REFERRAL = {"call_in": Referral.Basis.CALLED_IN, "enter_referral": Referral.Basis.BY_LPB}
STANDS_BY_ITS_OUTCOME = ("OUTCOME_SENT", "UNDER_REVIEW", "FINALISED")
NO_GROUND_OF_IT = {
    "MANDATORY": (
        "This is the ground of a voluntary referral: name what makes it mandatory, or that the IOPC requires or directs it. "
        "Where nothing does, it is voluntary."
    ),
    "VOLUNTARY": (
        "What is referred on this ground has to be referred, so it is mandatory. A voluntary referral is on the gravity of it, "
        "or on exceptional circumstances."
    ),
}
ABOUT = {"answer": Message.About.ANSWER, "leave_unresolved": Message.About.OFFER}


def look_up(case: Case, move: str, details: dict[str, Any], *, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """`details` with slugs, addresses, references and public ids turned into what they name.

    Raises Invalid (400) naming the field of whatever the force, the case or the actor has not got.
    """
    return {name: _look_up(case, move, name, value, actor=actor, at=at) for name, value in details.items()}


def _look_up(case: Case, move: str, name: str, value: Any, *, actor: Actor, at: dt.datetime) -> Any:
    match kind_of(move, name):
        case "unit":
            return unit_of(case, value, on=day_of(at))
        case "account":
            return _investigator(case, value, at=at)
        case "case":
            return _other_case(case, name, value, actor=actor)
        case "document":
            return _document(case, name, value)
    return value


def _investigator(case: Case, email: str, *, at: dt.datetime) -> User:
    """Somebody fit to investigate, not part of it and under nobody whom it is about (SI 2020/2 reg. 12). Raises Invalid (400)."""
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None or not acting(user, at=at).holds(Role.PSD_INVESTIGATOR, force_id=case.force_id):
        raise _wrong("investigator", "Nobody who investigates for this force has an account by this address.")
    if Involvement.objects.filter(case_id=case.pk, person_id=user.person_id, ended_at=None).exists():
        raise _wrong("investigator", "They are part of the case themselves.")
    if why := independence.against(case, user.person, at=at):
        raise _wrong("investigator", why)
    if case.restricted and not access.has_leave(case, user):
        raise _wrong("investigator", "The case is restricted, and they have no leave to see it: give it to them first.")
    if determinations.handled_before(case, user) and not determinations.may_handle_again(case, user):
        told = "They handled it before: name somebody else, or assign it to them with a reason first."
        raise _wrong("investigator", told)
    return user


def _other_case(case: Case, name: str, reference: str, *, actor: Actor) -> Case:
    other: Case | None = (
        Case.objects.visible_to(actor)
        .filter(reference=reference.upper(), kind=case.kind, force_id=case.force_id, origin=case.origin)
        .exclude(pk=case.pk)
        .first()
    )
    if other is None or (name == "into" and other.closed_on):
        raise _wrong(name, "There is no other open case of this kind with that reference.")
    return other


def _document(case: Case, name: str, public_id: str) -> StoredFile:
    link = CaseFile.objects.filter(case_id=case.pk, file__public_id=public_id).select_related("file").first()
    if link is None:
        raise _wrong(name, "The case has no such file: upload it to the case first.")
    return link.file


def _wrong(name: str, told: str) -> Invalid:
    return Invalid("Correct the field that is named, and send the move again.", errors={name: [told]})


def check(case: Case, move: str, details: dict[str, Any]) -> None:
    """Hold the details against the case. Raises Invalid (400) for a day before the complaint was made, or out of order.

    Neither does a detail get round the law: no withdrawal without a withdrawal, no voluntary referral of what must be
    referred or on a ground of that, no other day on which that became clear than was entered, and no end in a case that was
    not recorded for what must be.
    """
    if move == "transfer_out" and not facts.is_for_this_authority(case) and details["to"] != "LOCAL_POLICING_BODY":
        raise _wrong("to", "It concerns the chief officer: only the local policing body is its authority.")
    if move == "merge":
        links.check_merger(case, details["into"])
    for name, value in details.items():
        if kind_of(move, name) == "date" and value < case.made_on:
            raise _wrong(name, f"This is before {case.made_on:%d %B %Y}, the day on which it was made.")
    for name, is_wrong, told in _WRONG:
        if name in details and is_wrong(case, details[name]):
            raise _wrong(name, told)
    if move == "refer" and (details["basis"] == "VOLUNTARY") != (details["ground"] in VOLUNTARY_GROUNDS):
        raise _wrong("ground", NO_GROUND_OF_IT[details["basis"]])


def prepare(case: Case, move: str) -> None:
    """What the step decides by, and no part of the case says: whether the IOPC reviews what it is linked to (Sch 3 para 30)."""
    if move == "send_outcome":
        links.note_whose_review_it_is(case)


_WRONG: tuple[tuple[str, Callable[[Case, Any], bool], str], ...] = (
    (
        "declined_on",
        lambda case, day: case.recording_offered_on is None or day < case.recording_offered_on,
        "Nobody declines before it was offered to them to have it recorded.",
    ),
    (
        "why",
        lambda case, why: why == "WITHDRAWN_BEFORE" and not facts.every_complainant_has_withdrawn(case),
        facts.every_complainant_has_withdrawn.otherwise,
    ),
    (
        "basis",
        lambda case, basis: basis == "VOLUNTARY" and not facts.owes_no_referral(case),
        "It must be referred: that is no voluntary referral.",
    ),
    (
        "clear_on",
        lambda case, day: not facts.owes_no_referral(case) and case.referral_clear_on not in (None, day),
        "Another day was entered on which it became clear: correct that day first, with the reason, and it is kept.",
    ),
    (
        "dated_on",
        lambda case, day: (
            day < max((each.dated_on for each in case.body_notices.all() if each.decides in FORMS), default=day)
        ),
        "This is before the IOPC's last word on who investigates: check the day on the notice.",
    ),
    (
        "into",
        lambda case, into: bool(case.concerns_conduct or case.wishes_recording) and into.recorded_on is None,
        "This one has to be recorded, and the other is not: record the other first.",
    ),
)


def follow(
    case: Case, move: str, causes: Consequences, *, actor: Actor, at: dt.datetime, details: dict[str, Any]
) -> None:
    """Write and tell what the move brings with it, in its transaction.

    Where Part 2 ceases to apply nothing else is owed any more; what an outcome left to tell outlives the case, and no wish
    to withdraw does, nor a suspension.
    """
    _say(case, move, actor=actor, at=at, details=details)
    if details.get("wishes_recording"):
        case.wish_recording(at=at)
    _keep_what_bodies_said(case, move, actor=actor, at=at, details=details)
    _link(case, move, actor=actor, at=at, details=details)
    _supersede_reviews(case, move, actor=actor, on=day_of(at))
    if move == "close_review":
        reviews.take_up_the_next(case)
    _bring_home(case, move, actor=actor, at=at)
    if move == "record":
        case.flags = [flag for flag in case.flags if flag != Flag.WISH_TO_RECORD]
    _decide_afresh(case, move)
    if case.kind == Kind.COMPLAINT and withdrawals.has_ended(case):
        wishes.drop_unsettled(case, actor=actor, on=day_of(at))
    if case.kind != Kind.COMMENT and case.closed_on:
        suspensions.end_with(case, allegation=None, actor=actor, at=at)
    if move in PART_2_ENDS:
        notices.drop_open(case, actor=actor, on=day_of(at))
    for owed in causes.owed:
        notices.owe(case, owed.kind, to=owed.to, on=_owed_on(case, move, on=day_of(at)))


def _owed_on(case: Case, move: str, *, on: dt.date) -> dt.date:
    """The outcome of a matter is owed from the day on which it was decided (reg. 34): its five working days go on from there."""
    is_outcome = move == "finalise" and not findings.is_decided_by_the_iopc(case)
    return case.decided_on or on if is_outcome else on


def _say(case: Case, move: str, *, actor: Actor, at: dt.datetime, details: dict[str, Any]) -> None:
    words = details.get("told", "")
    kind = letters.WITHDRAWN[details["public_interest"]] if move == "withdraw" else letters.TOLD_BY.get(move, "")
    if kind:
        about = ABOUT.get(move, Message.About.OUTCOME)
        messages.send(case, kind, about=about, words=words, actor=actor, at=at)
    for name in FOR_THE_FILE:
        if name in details:
            notes.write(case, text=details[name], actor=actor, at=at)
    if "independence" in details:
        notes.write(case, text=INDEPENDENCE.format(told=details["independence"]), actor=actor, at=at)


def _keep_what_bodies_said(case: Case, move: str, *, actor: Actor, at: dt.datetime, details: dict[str, Any]) -> None:
    if "document" in details:
        _keep_notice(case, move, actor=actor, at=at, details=details)
    if move in ("refer", *NOTICES_OF_A_REFERRAL):
        _keep_referral(case, move, on=day_of(at), details=details)
    if move in FORMS:
        _keep_form(case, FORMS[move], on=details["dated_on"])


def _link(case: Case, move: str, *, actor: Actor, at: dt.datetime, details: dict[str, Any]) -> None:
    if move == "merge":
        links.merge(case, details["into"], actor=actor, at=at)
    if details.get("public_interest") == "CONDUCT_MATTER":
        matters.open_from(case, why="The complaint was withdrawn; the public interest asks for it.", actor=actor, at=at)


def _supersede_reviews(case: Case, move: str, *, actor: Actor, on: dt.date) -> None:
    """Nothing is told or reviewed of an outcome that was taken back, nor of a case that ended in another way."""
    if case.kind == Kind.COMMENT or case.state in STANDS_BY_ITS_OUTCOME:
        return
    why = "The outcome that it was about stands no more."
    if any(notice.kind == "OUTCOME" and notice.settled_on is None for notice in case.notices.all()):
        notices.drop(case, "OUTCOME", reason=why, actor=actor, on=on)
    superseded = [review for review in case.reviews.all() if review.state in review.OPEN]
    for review in superseded:
        review.state, review.superseded_on, review.superseded_by = Review.State.SUPERSEDED, on, move
        review.save(update_fields=["state", "superseded_on", "superseded_by"])
    if superseded:
        notices.drop(case, "REVIEW_BUNDLE", reason=why, actor=actor, on=on)


def _bring_home(case: Case, move: str, *, actor: Actor, at: dt.datetime) -> None:
    """What a unit may not have goes back to Professional Standards."""
    if move == "return_to_triage":
        case.unit, case.handler = professional_standards_of(case.force_id, on=day_of(at)), None
    elif case.kept_from_units:
        assessment.keep_from_units(case, actor=actor, at=at)


def _decide_afresh(case: Case, move: str) -> None:
    """Handled anew, every allegation is decided anew: what was found before stays in the decisions that were kept."""
    if move not in HANDLED_ANEW:
        return
    afresh: dict[str, Any] = {"finding": "", "rationale": ""}
    afresh |= dict.fromkeys(("decided_on", "decided_by", "actions_set_on"))
    afresh["handling"] = Allegation.Handling.NFA if move == "take_no_further_action" else ""
    if move != "refer_back_to_complete":
        afresh |= {"opinion": "", "opinion_reasons": "", "opinion_by": None}
    Allegation.objects.filter(case_id=case.pk, moved_to=None).exclude(finding__in=findings.ENDED).update(**afresh)
    case.decided_on = None
    forget(case, "allegations")


def _keep_notice(case: Case, move: str, *, actor: Actor, at: dt.datetime, details: dict[str, Any]) -> None:
    forget(case, "body_notices")
    BodyNotice.objects.create(
        case_id=case.pk,
        body="LPB" if move == "enter_referral" else "IOPC",
        decides=move,
        dated_on=details["dated_on"],
        document=details["document"],
        entered_by_id=actor.account,
        entered_at=at,
    )


def _keep_referral(case: Case, move: str, *, on: dt.date, details: dict[str, Any]) -> None:
    forget(case, "referrals")
    by_a_notice = NOTICES_OF_A_REFERRAL.get(move)
    Referral.objects.create(
        case_id=case.pk,
        basis=by_a_notice or details["basis"],
        ground="" if by_a_notice else details["ground"],
        clear_on=details["dated_on" if by_a_notice else "clear_on"],
        made_on=on,
    )


def _keep_form(case: Case, form: str, *, on: dt.date) -> None:
    forget(case, "referrals")
    last = Referral.objects.filter(case_id=case.pk).order_by("pk").last()
    if last:
        last.form, last.form_on = form, on
        last.save(update_fields=["form", "form_on"])
