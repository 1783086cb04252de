"""Signing in. One door for pages and API, where a second factor and single sign-on will stand too."""

from __future__ import annotations

import datetime as dt

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest  # the session is the web's own
from knox.models import AuthToken

from backend.accounts.models import User
from backend.audit import services as audit
from backend.common.addresses import client_address
from backend.common.errors import Refused
from backend.requests import services as requests

TRIES_WITHIN = dt.timedelta(minutes=10)


class WrongPassword(Refused):
    """The address is unknown, the password wrong or the account closed: the three are told alike."""

    code = "wrong-password"
    title = "The e-mail address or the password is wrong."
    status = 400


class TooManyTokens(Refused):
    code = "too-many-tokens"
    title = "This account has ten tokens already."


class LockedOut(Refused):
    code = "locked-out"
    title = "Too many wrong passwords."
    status = 429
    headers = {"Retry-After": "900"}

    def __init__(self) -> None:
        super().__init__("Wait fifteen minutes and try again.")


def identify(*, request: HttpRequest, email: str, password: str, at: dt.datetime) -> User:
    """The user whose e-mail address and password these are.

    Raises TooMany (429) for too many tries from one address, WrongPassword (400), and LockedOut (429) at the fifth wrong one from one address and for fifteen minutes after.
    """
    requests.count_try(
        what="sign-in", caller=client_address(request), limit=settings.SIGN_IN_LIMIT, per=TRIES_WITHIN, at=at
    )
    credentials = {"username": email.strip().lower()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        raise LockedOut
    user = authenticate(request, username=credentials["username"], password=password)
    if not isinstance(user, User):
        _record_failure(email=credentials["username"], at=at)
        if not AxesProxyHandler.is_allowed(request, credentials):
            raise LockedOut
        raise WrongPassword("Check both and try again.")
    reset(username=credentials["username"], ip=client_address(request))  # a token sends no signal that would do it
    return user


def sign_in(*, request: HttpRequest, email: str, password: str, at: dt.datetime) -> User:
    """Start a session in the browser that the request came from."""
    user = identify(request=request, email=email, password=password, at=at)
    with transaction.atomic():
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        _record(user, "SIGNED_IN", at)
    return user


def sign_out(*, request: HttpRequest, at: dt.datetime) -> None:
    """End the session of the browser that the request came from."""
    user = request.user
    with transaction.atomic():
        logout(request)
        if isinstance(user, User):
            _record(user, "SIGNED_OUT", at)


def issue_token(*, request: HttpRequest, email: str, password: str, at: dt.datetime) -> str:
    """A new token for the API, shown once and stored hashed; it ends after thirty days.

    Raises as `identify`, and TooManyTokens (409) where the account has ten.
    """
    user = identify(request=request, email=email, password=password, at=at)
    with transaction.atomic():
        if AuthToken.objects.filter(user=user, expiry__gt=at).count() >= settings.TOKENS_OF_AN_ACCOUNT:
            raise TooManyTokens("End them first: DELETE /api/v1/auth/tokens/.")
        _, token = AuthToken.objects.create(user)
        _record(user, "TOKEN_ISSUED", at)
    return str(token)


@transaction.atomic
def revoke_tokens(*, user: User, at: dt.datetime) -> int:
    """End every token of the account, and answer how many there were."""
    count, _ = AuthToken.objects.filter(user=user).delete()
    _record(user, "TOKENS_REVOKED", at)
    return int(count)


def _record(user: User, verb: str, at: dt.datetime) -> None:
    audit.record(actor=str(user.public_id), verb=verb, subject_kind="user", subject=str(user.public_id), at=at)


def _record_failure(*, email: str, at: dt.datetime) -> None:
    """Outside any transaction: the refusal that follows would roll it back. Addresses that nobody has leave no trace."""
    known = User.objects.filter(email=email).values_list("public_id", flat=True).first()
    if known:
        audit.record(actor="", verb="SIGN_IN_FAILED", subject_kind="user", subject=str(known), at=at)
