"""The refusals that every room's own refusals descend from; backend.common.problems turns them into problem+json."""

from collections.abc import Mapping, Sequence

CHECK_THE_YEAR = "This day is too far off: check the year."


class Refused(Exception):
    """A rule of the house or of the law says no. The text is plain English and says what to do; it carries no personal data.

    `code` is stable and becomes the last part of the problem's `type`; `status` is the HTTP status that a door answers with.
    """

    code = "refused"
    title = "This cannot be done now."
    status = 409

    def __init__(self, detail: str, *, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = dict(errors or {})


class NotAllowed(Refused):
    """The person may see the thing, but may not do this to it."""

    code = "not-allowed"
    title = "You may not do this."
    status = 403


class Missing(Refused):
    """There is no such thing, or it is not for this person to see: the two are told alike."""

    code = "not-found"
    title = "Not found."
    status = 404

    def __init__(self, detail: str = "There is nothing here.") -> None:
        super().__init__(detail)


class Invalid(Refused):
    """What was sent breaks a rule that only the service can check."""

    code = "invalid"
    title = "Some of what was sent cannot be accepted."
    status = 400


class Stale(Refused):
    """It was changed by someone else since it was read. `changes` says what was done since: codes, names and instants alone."""

    code = "stale"
    title = "Someone has changed this since you read it."
    status = 412

    def __init__(self, detail: str, *, changes: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.changes = [dict(change) for change in changes]
