"""A briefing over HTTP: asked for, made by the worker, fetched; by whom, and recorded."""

import datetime as dt
import io
import json
import uuid
from typing import Any

import pypdf
import pytest
from django.urls import reverse
from django_q.models import OrmQ
from rest_framework.test import APIClient

from backend.accounts.models import Role
from backend.audit import services as audit
from backend.documents import pdf as documents
from backend.documents.pdf import TooMuchToPrint
from reports import jobs
from reports.models import Briefing
from reports.services import briefings, production
from tests.cast import Cast, a_case, add_user
from tests.reports.history import History

YEAR = {"period_from": "2026-01-01", "period_to": "2026-12-31"}
LIST = "/api/v1/reports/briefings/"


def ask(client: APIClient, **body: Any) -> Any:
    return client.post(LIST, {**YEAR, **body}, format="json")


def made(cast: Cast, **body: Any) -> Briefing:
    """A briefing that Beth asked for and the worker has made."""
    briefing = Briefing.objects.get(public_id=ask(cast.client("beth"), **body).json()["public_id"])
    jobs.make_briefing(briefing.pk)
    briefing.refresh_from_db()
    return briefing


def address(briefing: Briefing, name: str = "briefing") -> str:
    return reverse(f"reports:{name}", kwargs={"public_id": briefing.public_id})


def fetch(client: APIClient, briefing: Briefing, **headers: str) -> tuple[Any, bytes]:
    """The PDF's response, and its content read to the end, which closes the file."""
    response = client.get(address(briefing, "briefing-pdf"), **headers)
    return response, b"".join(response.streaming_content) if response.streaming else response.content


def verbs(briefing: Briefing) -> list[str]:
    return [event.verb for event, _ in audit.timeline(subject_kind="briefing", subject=str(briefing.public_id))]


def test_the_authority_s_delegate_asks_and_fetches_it_when_the_worker_has_made_it(cast: Cast):
    a_case(cast)
    beth = cast.client("beth")

    answer = ask(beth, unit="westshire")

    assert answer.status_code == 202
    assert answer.json()["state"] == "QUEUED"
    where = answer["Location"]
    assert where == f"{LIST}{answer.json()['public_id']}/"
    assert beth.get(f"{where}pdf/").status_code == 409
    assert beth.get(f"{where}figures/").status_code == 409

    (job,) = OrmQ.objects.all()
    assert job.func() == "reports.jobs.make_briefing"
    jobs.make_briefing(*job.task["args"])

    assert beth.get(where).json()["state"] == "READY"
    pdf, content = fetch(beth, Briefing.objects.get())
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith("attachment")
    assert "OFFICIAL-SENSITIVE" in pdf["Content-Disposition"]
    assert "Westshire Police" in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    figures = beth.get(f"{where}figures/").json()
    assert figures["figures"][0]["value"] == 1
    assert figures["fingerprint"] == beth.get(where).json()["fingerprint"]


def test_a_job_carries_an_id_and_nothing_else(cast: Cast):
    ask(cast.client("beth"), unit="northgate")

    (job,) = OrmQ.objects.all()

    assert job.task["args"] == (Briefing.objects.get().pk,)
    assert not job.task["kwargs"]


def test_asking_making_and_fetching_are_each_on_the_trail(cast: Cast):
    briefing = made(cast, unit="westshire")
    hal = cast.client("hal")

    fetch(hal, briefing)
    hal.get(address(briefing, "briefing-figures"))

    assert verbs(briefing) == ["BRIEFING_REQUESTED", "BRIEFING_MADE", "BRIEFING_DOWNLOADED", "BRIEFING_FIGURES_READ"]
    assert audit.verify().first_bad is None


@pytest.mark.parametrize("name", ["amal", "cai", "dee", "fay", "gwen", "hal", "ida", "jo", "nobody"])
def test_nobody_but_the_authority_s_delegate_asks_for_one(cast: Cast, name: str):
    answer = ask(cast.client(name), unit="westshire")

    assert answer.status_code == 403
    assert not Briefing.objects.exists()


@pytest.mark.parametrize("name", ["beth", "lev", "hal", "ida"])
def test_authority_senior_reader_and_auditor_of_the_force_read_it(cast: Cast, name: str):
    briefing = made(cast, unit="northgate")
    client = cast.client(name)

    assert [row["public_id"] for row in client.get(LIST).json()["results"]] == [str(briefing.public_id)]
    assert client.get(address(briefing)).status_code == 200
    assert fetch(client, briefing)[0].status_code == 200
    assert client.get(address(briefing, "briefing-figures")).status_code == 200


@pytest.mark.parametrize("name", ["amal", "cai", "dee", "ed", "fay", "gwen", "jo", "kit", "nobody"])
def test_to_everybody_else_it_is_as_if_it_did_not_exist(cast: Cast, name: str):
    briefing = made(cast, unit="westshire")
    client = cast.client(name)
    absent = Briefing(public_id=uuid.uuid4())

    assert client.get(LIST).json()["results"] == []
    for door in ("briefing", "briefing-pdf", "briefing-figures"):
        hidden, missing = client.get(address(briefing, door)), client.get(address(absent, door))
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content
    assert verbs(briefing) == ["BRIEFING_REQUESTED", "BRIEFING_MADE"]


def test_a_senior_reader_of_one_unit_reads_of_that_unit_alone(cast: Cast):
    add_user(cast, "sam", Role.SENIOR_READER, cast.northgate, collar_number="2001")
    made(cast, unit="southgate")
    made(cast, unit="westshire")
    of_northgate = made(cast, unit="northgate")

    rows = cast.client("sam").get(LIST).json()["results"]

    assert [row["public_id"] for row in rows] == [str(of_northgate.public_id)]


@pytest.mark.parametrize("name", ["eastshire", "nowhere", "westshire/nowhere"])
def test_a_unit_of_another_force_is_refused_as_one_that_does_not_exist(cast: Cast, name: str):
    answer = ask(cast.client("beth"), unit=name)

    assert answer.status_code == 400
    assert answer.json()["errors"] == {"unit": [f"There is no force or unit with the slug {name}."]}


def test_without_a_unit_it_is_about_the_delegate_s_own_force_whatever_others_received(cast: Cast):
    a_case(cast)
    History(slug="elsewhere").complaint("2026-05-01")

    answer = ask(cast.client("beth"))

    assert answer.status_code == 202
    assert answer.json()["unit"] == "westshire"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"period_from": "2027-01-01"}, "period_to"),
        ({"period_from": "1900-01-01"}, "period_to"),
        ({"period_from": "yesterday"}, "period_from"),
        ({"period_to": None}, "period_to"),
        ({"period_from": "2020-01-01", "period_to": "2020-12-31"}, "unit"),
    ],
)
def test_a_period_that_cannot_be_is_refused_by_field(cast: Cast, body: dict[str, Any], field: str):
    a_case(cast)

    answer = ask(cast.client("beth"), **body)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert answer["Content-Type"] == "application/problem+json"


def test_nobody_asks_or_reads_without_signing_in(browser: APIClient, cast: Cast):
    assert ask(browser).status_code == 401
    assert browser.get(LIST).status_code == 401


def test_the_list_goes_on_page_by_page_newest_first(cast: Cast):
    beth = cast.client("beth")
    asked = [ask(beth, unit="westshire").json()["public_id"] for _ in range(3)]

    first = beth.get(LIST, {"limit": 2}).json()
    rest = beth.get(LIST, {"limit": 2, "cursor": first["next"]}).json()

    assert [row["public_id"] for row in first["results"] + rest["results"]] == asked[::-1]
    assert rest["next"] == ""
    assert beth.get(LIST, {"colour": "red"}).status_code == 400


def test_a_program_may_ask_for_application_pdf_and_understands_a_refusal(cast: Cast):
    briefing = made(cast, unit="westshire")
    pdf = {"HTTP_ACCEPT": "application/pdf"}

    answer, content = fetch(cast.client("hal"), briefing, **pdf)
    assert answer.status_code == 200
    assert content.startswith(b"%PDF")
    refusal, content = fetch(cast.client("cai"), briefing, **pdf)
    assert refusal.status_code == 404
    assert json.loads(content)["type"] == "urn:rylp:problem:not-found"


def test_a_job_that_runs_twice_changes_nothing_the_second_time(cast: Cast):
    briefing = made(cast, unit="westshire")

    jobs.make_briefing(briefing.pk)

    again = Briefing.objects.get()
    assert (again.pdf_id, again.ready_at) == (briefing.pdf_id, briefing.ready_at)
    assert verbs(briefing).count("BRIEFING_MADE") == 1


def test_a_briefing_whose_worker_was_killed_is_made_by_the_next(cast: Cast):
    ask(cast.client("beth"), unit="westshire")
    Briefing.objects.update(state=Briefing.State.MAKING)

    jobs.make_briefing(Briefing.objects.get().pk)

    assert Briefing.objects.get().state == Briefing.State.READY


def test_what_goes_wrong_is_said_without_its_words_and_the_next_try_may_succeed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    ask(cast.client("beth"), unit="westshire")
    briefing = Briefing.objects.get()

    def run_out(*args: object, **options: object) -> None:
        raise MemoryError("Maya Field")

    with monkeypatch.context() as broken:
        broken.setattr(production, "render_pdf", run_out)
        with pytest.raises(MemoryError):
            jobs.make_briefing(briefing.pk)

    answer = cast.client("beth").get(address(briefing)).json()
    assert answer["state"] == "FAILED"
    assert answer["failure"] == "It could not be made (MemoryError)."
    jobs.make_briefing(briefing.pk)
    assert cast.client("beth").get(address(briefing)).json()["state"] == "READY"
    assert cast.client("beth").get(address(briefing)).json()["failure"] == ""


def test_a_briefing_that_is_too_much_says_so_in_words(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    ask(cast.client("beth"), unit="westshire")
    briefing = Briefing.objects.get()
    monkeypatch.setattr(documents, "SECONDS", 0.1)

    with pytest.raises(TooMuchToPrint):
        jobs.make_briefing(briefing.pk)

    answer = cast.client("beth").get(address(briefing)).json()
    assert answer["state"] == "FAILED"
    assert answer["failure"].startswith("It could not be made. It took longer, or more memory, than it may.")


@pytest.mark.django_db(transaction=True)
def test_a_request_that_is_rolled_back_leaves_no_job(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def fail(**details: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(briefings.audit, "record", fail)

    with pytest.raises(ConnectionError):
        ask(cast.client("beth"), unit="westshire")

    assert not Briefing.objects.exists()
    assert not OrmQ.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_all_frames_of_a_briefing_are_of_one_instant(cast: Cast):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from cases.models import Case

    history = History(slug="mercia")
    history.complaint("2007-05-10")

    def add_another() -> None:
        history.complaint("2007-05-11")
        connection.close()

    with production.one_snapshot():
        before = Case.objects.count()
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(add_another).result()
        within = Case.objects.count()

    assert within == before == 1
    assert Case.objects.count() == 2


def test_ready_means_whole_in_the_database_too(cast: Cast):
    from django.db import IntegrityError, transaction

    ask(cast.client("beth"), unit="westshire")

    with pytest.raises(IntegrityError, match="ready_briefing_is_whole"), transaction.atomic():
        Briefing.objects.update(state=Briefing.State.READY, ready_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
