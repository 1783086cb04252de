"""Who sees a force's past."""

import pytest

from cases.models import Case
from tests.cast import AT, Cast


@pytest.fixture
def past(cast: Cast) -> Case:
    return Case.objects.create(
        kind="COMPLAINT", state="FINALISED", origin="IMPORTED", source="books", source_reference="1", force=cast.force,
        unit=cast.northgate, about_unit=cast.northgate, received_on=AT.date(), made_on=AT.date(), concerns_conduct=True,
        narrative="An old complaint.",
    )  # fmt: skip


def test_history_is_seen_by_the_authority_alone(cast: Cast, past: Case) -> None:
    seen = {name for name in cast.users if Case.objects.visible_to(cast.actor(name)).filter(pk=past.pk).exists()}

    assert seen == {"beth", "lev"}


def test_history_is_in_the_queue_only_when_asked_for(cast: Cast, past: Case) -> None:
    client = cast.client("beth")

    assert client.get("/api/v1/cases/").json()["results"] == []
    for history in ("include", "only"):
        found = client.get("/api/v1/cases/", {"history": history}).json()["results"]
        assert [case["reference"] for case in found] == [past.reference]
    assert client.get("/api/v1/cases/", {"history": "exclude", "search": "complaint"}).json()["results"] == []
