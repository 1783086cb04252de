"""Whose request it is: never what the caller claims, and behind our own proxies what the outermost of them wrote."""

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from backend.common.addresses import client_address

PEER, FORGED, OURS, CLIENT = "203.0.113.9", "1.2.3.4", "10.0.0.1", "198.51.100.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", PEER), (0, FORGED, PEER), (0, f"{FORGED}, {CLIENT}", PEER),
        (1, "", PEER), (1, CLIENT, CLIENT), (1, f"{FORGED}, {CLIENT}", CLIENT), (1, f"{FORGED},,{CLIENT} ,", CLIENT),
        (2, f"{CLIENT}, {OURS}", CLIENT), (2, f"{FORGED}, {CLIENT}, {OURS}", CLIENT), (2, CLIENT, PEER),
        (1, f"{FORGED}, not an address", ""), (1, "x" * 10_000, ""),
    ],
)  # fmt: skip
def test_what_a_caller_forges_changes_nothing(settings: Settings, proxies: int, forwarded: str, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=PEER)) == address


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"), ("::ffff:203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.10", "203.0.113.10"),
        ("fe80::1%eth0", "fe80::"), ("", ""),
    ],
)  # fmt: skip
def test_a_household_is_one_caller_and_a_mapped_address_is_its_own(peer: str, address: str) -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer)) == address
