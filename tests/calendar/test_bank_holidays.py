"""The list of bank holidays as it ships, and its editing."""

import datetime as dt
import json
from pathlib import Path

import holidays
import pytest
from django.core.management import CommandError, call_command

from backend.audit import services as audit
from backend.calendar import services
from backend.calendar.models import BankHoliday
from backend.calendar.selectors import working_calendar
from backend.common.errors import Invalid

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "bank_holidays" / "bank_holidays_2024_2028.json"
ELECTION_DAY = dt.date(2026, 11, 24)
pytestmark = pytest.mark.django_db


def test_the_list_holds_every_weekday_holiday_of_2010_to_2035() -> None:
    expected = {d for d in holidays.country_holidays("GB", subdiv="ENG", years=range(2010, 2036)) if d.weekday() < 5}

    assert set(BankHoliday.objects.values_list("day", flat=True)) == expected


@pytest.mark.parametrize(
    "day",
    ["2011-04-29", "2012-06-04", "2012-06-05", "2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"],
)
def test_one_off_and_moved_days_are_in_the_list(day: str) -> None:
    assert BankHoliday.objects.filter(day=day, provisional=False).exists()


@pytest.mark.parametrize("day", ["2012-05-28", "2020-05-04", "2022-05-30"])
def test_the_days_that_were_moved_away_from_are_working_days(day: str) -> None:
    assert working_calendar().is_working_day(dt.date.fromisoformat(day))


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published list of 2024-2028 is not beside the checkout")
def test_the_years_2024_to_2028_are_as_published() -> None:
    published = {event["date"] for event in json.loads(PUBLISHED.read_text())["england-and-wales"]["events"]}

    rows = BankHoliday.objects.filter(day__year__range=(2024, 2028), provisional=False)

    assert {day.isoformat() for day in rows.values_list("day", flat=True)} == published


def test_days_beyond_the_published_list_are_provisional_and_name_their_rule() -> None:
    beyond = BankHoliday.objects.filter(day__year__gt=2028)

    assert beyond.count() == 56
    assert not beyond.filter(provisional=False).exists()
    assert not beyond.exclude(source__startswith="Rule: ").exists()
    assert not BankHoliday.objects.filter(day__year__lte=2028, provisional=True).exists()


def test_the_calendar_follows_an_edit_at_once() -> None:
    assert working_calendar().is_working_day(ELECTION_DAY)

    services.add_bank_holiday(day=ELECTION_DAY, name="A day of thanks", source="Proclamation")
    assert working_calendar().why(ELECTION_DAY) == "A day of thanks"

    services.remove_bank_holiday(day=ELECTION_DAY)
    assert working_calendar().is_working_day(ELECTION_DAY)


def test_the_calendar_follows_an_edit_that_went_past_the_services() -> None:
    working_calendar()

    BankHoliday.objects.filter(day="2026-08-31").update(name="Renamed")

    assert working_calendar().why(dt.date(2026, 8, 31)) == "Renamed"


def test_an_empty_list_leaves_weekends_good_friday_and_christmas_day() -> None:
    BankHoliday.objects.all().delete()

    calendar = working_calendar()

    assert calendar.is_working_day(dt.date(2026, 8, 31))
    assert not calendar.is_working_day(dt.date(2026, 4, 3))


def test_a_provisional_day_is_corrected_into_a_certain_one() -> None:
    services.correct_bank_holiday(day=dt.date(2029, 5, 7), name="Early May  bank holiday", source="gov.uk")

    holiday = BankHoliday.objects.get(day="2029-05-07")
    assert (holiday.name, holiday.source, holiday.provisional) == ("Early May bank holiday", "gov.uk", False)


def test_what_cannot_be_a_bank_holiday_is_refused() -> None:
    with pytest.raises(services.AlreadyABankHoliday, match="Christmas Day"):
        services.add_bank_holiday(day=dt.date(2026, 12, 25), name="Christmas", source="")
    with pytest.raises(services.NotAWorkingDayAnyway, match="Saturday"):
        services.add_bank_holiday(day=dt.date(2026, 11, 28), name="A Saturday", source="")
    with pytest.raises(services.NotABankHoliday):
        services.remove_bank_holiday(day=ELECTION_DAY)
    with pytest.raises(services.NotABankHoliday):
        services.correct_bank_holiday(day=ELECTION_DAY, name="Another", source="")
    with pytest.raises(Invalid, match="1 to 120"):
        services.add_bank_holiday(day=ELECTION_DAY, name=" \n ", source="")


def test_staff_edit_the_list_by_command_and_the_trail_tells(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bank_holidays", "add", "2026-11-24", "A day of thanks", "--source", "Proclamation")
    call_command("bank_holidays", "correct", "2026-11-24", "Day of thanks")
    call_command("bank_holidays", "list", "--year", "2026")
    call_command("bank_holidays", "remove", "2026-11-24")

    printed = capsys.readouterr().out
    assert "2026-11-24 Tue  Day of thanks  [Entered by staff]" in printed
    assert "2026-12-25 Fri  Christmas Day" in printed
    assert "2025-12-25" not in printed
    trail = audit.timeline(subject_kind="bank_holiday", subject="2026-11-24")
    assert [event.verb for event, _ in trail] == [
        "BANK_HOLIDAY_ADDED",
        "BANK_HOLIDAY_CORRECTED",
        "BANK_HOLIDAY_REMOVED",
    ]
    assert trail[0][1] == {"name": "A day of thanks", "source": "Proclamation"}


def test_the_command_says_in_plain_words_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command("bank_holidays", "add", "24/11/2026", "A day of thanks")
    with pytest.raises(CommandError, match="not in the list"):
        call_command("bank_holidays", "remove", "2026-11-24")
