"""ETag and If-Match: nobody overwrites what somebody else has changed since."""

import re

from rest_framework.request import Request

from .errors import Refused, Stale

_TAG = re.compile(r'"([^".]+)\.([1-9][0-9]{0,8})"')


class NotConditional(Refused):
    """A change was sent without saying what it is a change of."""

    code = "precondition-required"
    title = "Say which version you are changing."
    status = 428


def etag(reference: str, version: int) -> str:
    """The strong entity tag of one version of one thing."""
    return f'"{reference}.{version}"'


def read_if_match(request: Request, reference: str) -> int:
    """The version that If-Match names. Raises NotConditional (428) without one, Stale (412) for a tag of something else."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        raise NotConditional("Send the ETag that you were given with the case in an If-Match header.")
    tag = _TAG.fullmatch(header)
    if tag is None or tag[1] != reference:
        raise Stale("The If-Match header does not name a version of this case. Read it again, and try once more.")
    return int(tag[2])
