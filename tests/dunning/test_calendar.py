"""When we may speak (B1), when banks settle (A3)."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import (
    ALL_DAY,
    DAY,
    MINUTE,
    NINE_TO_NINE,
    SUNDAY_TO_THURSDAY,
    WEEKDAYS,
    calendars,
    calendars_at,
    due_dates,
    holiday,
    may_speak,
)

from dunning.blackouts import blackout_days
from dunning.calendar import BEFORE_CLOSING, SEARCH_DAYS, CalendarError, ContactCalendar, NeverOpen
from dunning.public_holidays import holiday_support, public_holidays


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spans(calendar, day):
    """The windows of a day as text, for comparing with what stands in the test."""
    return [f"{a:%d %H:%M}-{b:%d %H:%M}" for a, b in calendar.windows(date.fromisoformat(day))]


def every_day(zone, *windows, **more):
    return ContactCalendar(zone, (tuple(windows),) * 7, **more)


# laws


@given(calendars_at())
@settings(max_examples=300)
def test_nothing_is_said_outside_hours_or_on_a_closed_day_or_holiday(case):
    calendar, instant = case
    assert calendar.is_open(instant) == may_speak(calendar, instant)


@given(calendars_at())
def test_first_instant_is_open_and_the_earliest_minute_by_minute(case):
    calendar, instant = case
    expected = instant
    while not may_speak(calendar, expected) and expected < instant + 5 * DAY:
        expected = expected.replace(second=0) + MINUTE
    if expected < instant + 5 * DAY:
        assert calendar.first_instant(instant) == expected
    else:
        try:
            found = calendar.first_instant(instant)
        except NeverOpen:
            return
        assert found >= expected and may_speak(calendar, found)
        assert not may_speak(calendar, found - MINUTE)


@given(calendars_at())
@settings(max_examples=40)
def test_windows_of_a_day_are_its_open_minutes_no_more_no_less(case):
    calendar, instant = case
    zone = ZoneInfo(calendar.timezone)
    day = instant.astimezone(zone).date()
    found = calendar.windows(day)
    assert found == sorted(found)
    assert all(a < b for a, b in found)
    assert all(left[1] < right[0] for left, right in pairwise(found))
    # the longest day has 25 hours
    first = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) - 60 * MINUTE
    last = first + 27 * 60 * MINUTE
    assert all(first < a and b < last for a, b in found)
    moment = first
    while moment < last:
        expected = moment.astimezone(zone).date() == day and may_speak(calendar, moment)
        assert any(a <= moment < b for a, b in found) == expected, moment
        moment += MINUTE


@given(calendars_at())
def test_an_open_moment_closes_when_the_definition_says(case):
    calendar, instant = case
    closes = calendar.closes_at(instant)
    assert (closes is None) == (not may_speak(calendar, instant))
    if closes:
        moment = instant
        while moment < closes:
            assert may_speak(calendar, moment)
            moment += 15 * MINUTE
        assert may_speak(calendar, closes - MINUTE / 60)
        same_day = calendar.local_day(closes) == calendar.local_day(instant)
        assert not (same_day and may_speak(calendar, closes))


@given(calendars_at(), st.integers(1, 1439))
def test_the_best_time_is_the_nearest_open_one_of_that_day_that_leaves_time(case, minute):
    calendar, instant = case
    first = calendar.first_instant(instant)
    found = calendar.near(first, minute)
    assert found >= first and may_speak(calendar, found)
    day = calendar.local_day(first)
    assert calendar.local_day(found) == day
    zone = ZoneInfo(calendar.timezone)
    wanted = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    early_enough = [
        moment
        for begin, end in calendar.windows(day)
        for moment in (begin + n * 15 * MINUTE for n in range(200))
        if max(begin, first) <= moment <= end - BEFORE_CLOSING
    ]
    assert all(abs(found - wanted) <= abs(moment - wanted) for moment in early_enough)


def test_without_a_best_time_it_is_as_soon_as_may_be():
    calendar = every_day("Europe/Dublin", (540, 1080))
    assert calendar.near(utc("2026-03-02T10:00"), None) == utc("2026-03-02T10:00")
    assert calendar.near(utc("2026-03-02T10:00"), 9 * 60) == utc("2026-03-02T10:00")  # gone by
    assert calendar.near(utc("2026-03-02T10:00"), 14 * 60) == utc("2026-03-02T14:00")
    assert calendar.near(utc("2026-03-02T10:00"), 22 * 60) == utc("2026-03-02T17:30")


NEW_YEARS = ["2025-12-31", "2026-01-01", "2026-01-02", "2026-12-31", "2027-01-01", "2027-01-02"]


@pytest.mark.parametrize(
    ("blackout", "today", "expected"),
    [
        (("2026-03-10", None, False), "2026-03-02", ["2026-03-10"]),
        (("2025-03-10", None, False), "2026-03-02", []),
        (("1990-03-10", None, True), "2026-03-02", ["2026-03-10", "2027-03-10"]),
        (("1992-02-29", None, True), "2027-02-02", ["2027-02-28", "2028-02-29"]),
        (("1992-02-29", None, True), "2026-02-02", ["2026-02-28", "2027-02-28"]),
        # over the turn of the year, begun last year
        (("2020-12-31", "2021-01-02", True), "2026-01-02", NEW_YEARS),
        (("2026-03-10", "2026-03-12", False), "2026-03-11", ["2026-03-10", "2026-03-11", "2026-03-12"]),
        # what has passed counts for a task that was made before it
        (("2026-03-10", "2026-03-11", False), "2026-03-16", ["2026-03-10", "2026-03-11"]),
    ],
)  # fmt: skip
def test_dates_to_avoid(blackout, today, expected):
    first, last, yearly = blackout
    entry = (date.fromisoformat(first), last and date.fromisoformat(last), yearly)
    found = blackout_days([entry], date.fromisoformat(today))
    assert sorted(map(str, found)) == expected


def test_a_day_to_avoid_is_closed_for_that_customer_and_no_bank_holiday():
    calendar = every_day("Europe/Dublin", (540, 1080))
    spared = calendar.without([date(2026, 3, 10)])
    assert spared.first_instant(utc("2026-03-10T08:00")) == utc("2026-03-11T09:00")
    assert spared.bank_day(date(2026, 3, 10)) == date(2026, 3, 10)
    assert calendar.without(()) is calendar


@given(calendars_at())
def test_a_day_is_open_when_some_minute_of_it_is(case):
    calendar, instant = case
    day = instant.date()
    assert calendar.is_open_day(day) == bool(calendar.windows(day))


@given(calendars(), due_dates)
def test_open_days_are_the_nearest_in_each_direction(calendar, day):
    for seek, step in ((calendar.next_open_day, DAY), (calendar.previous_open_day, -DAY)):
        expected = day
        while not calendar.windows(expected):
            expected += step
        assert seek(day) == expected


@given(calendars(), due_dates)
def test_a_due_date_moves_to_the_first_bank_day(calendar, due):
    def banks_work(day):
        places = ((calendar.country, calendar.state), calendar.ours or (None, None))
        return day.weekday() not in calendar.weekend and not any(
            country and holiday(country, state, day) for country, state in places
        )

    expected = due
    while not banks_work(expected):
        expected += DAY
    assert calendar.bank_day(due) == expected
    assert calendar.is_bank_day(due) == (expected == due)


@given(calendars_at(), st.integers(-12 * 60, 14 * 60))
def test_the_zone_in_which_an_instant_is_written_does_not_matter(case, minutes):
    calendar, instant = case
    elsewhere = instant.astimezone(timezone(timedelta(minutes=minutes)))
    assert calendar.local_day(elsewhere) == calendar.local_day(instant)
    assert calendar.closes_at(elsewhere) == calendar.closes_at(instant)
    try:
        first = calendar.first_instant(elsewhere)
    except NeverOpen:
        return
    assert first.tzinfo is UTC
    assert first == calendar.first_instant(instant)


# the clock changes


def test_dublin_spring_gap_takes_its_hour_from_the_window():
    assert spans(every_day("Europe/Dublin", (30, 90)), "2025-03-30") == ["30 00:30-30 01:00"]
    assert spans(every_day("Europe/Dublin", (75, 105)), "2025-03-30") == []
    assert not every_day("Europe/Dublin", (75, 105)).is_open_day(date(2025, 3, 30))
    assert spans(every_day("Europe/Dublin", *ALL_DAY), "2025-03-30") == ["30 00:00-30 23:00"]


def test_dublin_autumn_fold_is_open_both_times_and_shut_between():
    around = every_day("Europe/Dublin", (30, 150))
    assert spans(around, "2025-10-26") == ["25 23:30-26 02:30"]
    inside = every_day("Europe/Dublin", (75, 105))
    assert spans(inside, "2025-10-26") == ["26 00:15-26 00:45", "26 01:15-26 01:45"]
    assert not inside.is_open(utc("2025-10-26T01:00"))


def test_sao_paulo_had_no_midnight_in_spring_and_two_late_evenings_in_autumn():
    calendar = every_day("America/Sao_Paulo", *ALL_DAY)
    assert spans(calendar, "2018-11-04") == ["04 03:00-05 02:00"]
    assert spans(calendar, "2018-02-17") == ["17 02:00-18 03:00"]
    late = every_day("America/Sao_Paulo", (1380, 1410))
    assert spans(late, "2018-02-17") == ["18 01:00-18 01:30", "18 02:00-18 02:30"]


def test_lord_howe_moves_by_half_an_hour():
    calendar = every_day("Australia/Lord_Howe", (60, 180))
    assert spans(calendar, "2025-10-05") == ["04 14:30-04 16:00"]
    assert spans(calendar, "2025-04-06") == ["05 14:00-05 16:30"]


def test_apia_skipped_a_day_and_nothing_is_planned_on_it():
    calendar = every_day("Pacific/Apia", *NINE_TO_NINE)
    assert calendar.windows(date(2011, 12, 30)) == []
    assert not calendar.is_open_day(date(2011, 12, 30))
    assert calendar.next_open_day(date(2011, 12, 30)) == date(2011, 12, 31)
    assert calendar.previous_open_day(date(2011, 12, 30)) == date(2011, 12, 29)
    assert calendar.first_instant(utc("2011-12-30T08:00")) == utc("2011-12-30T19:00")


def test_st_johns_lives_the_last_hour_of_a_day_again_after_midnight():
    evening = every_day("America/St_Johns", (1410, 1440))
    # 00:00:30 of the 7th, before the clock goes back to 23:01 of the 6th
    assert evening.first_instant(utc("2010-11-07T02:30:30")) == utc("2010-11-07T03:00")
    night = every_day("America/St_Johns", (0, 1), (1439, 1440))
    assert night.first_instant(utc("2010-11-07T02:30")) == utc("2010-11-07T02:30")
    assert night.first_instant(utc("2010-11-07T02:31")) == utc("2010-11-07T03:29")


# examples


def test_brazilian_hours_are_nine_to_nine_where_the_customer_lives():
    calendar = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "SP")
    assert not calendar.is_open(utc("2025-10-10T11:59:59"))
    assert calendar.is_open(utc("2025-10-10T12:00"))
    assert calendar.closes_at(utc("2025-10-10T12:00")) == utc("2025-10-11T00:00")
    assert not calendar.is_open(utc("2025-10-11T00:00"))
    # 10 October 2025 was a Friday
    assert calendar.first_instant(utc("2025-10-11T00:00")) == utc("2025-10-13T12:00")


def test_twelfth_of_october_is_silent_in_brazil_only():
    day = date(2026, 10, 12)  # a Monday
    brazil = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR")
    assert brazil.is_holiday(day) and not brazil.is_open_day(day) and not brazil.is_bank_day(day)
    assert brazil.first_instant(utc("2026-10-10T15:00")) == utc("2026-10-13T12:00")
    assert ContactCalendar("America/Sao_Paulo", WEEKDAYS, "PT").is_open_day(day)


def test_ninth_of_july_is_silent_in_sao_paulo_state_only():
    day = date(2025, 7, 9)
    assert ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "SP").is_holiday(day)
    assert ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "RJ").is_open_day(day)
    assert ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR").is_open_day(day)


def test_a_holiday_on_a_sunday_closes_its_day_in_lieu():
    calendar = ContactCalendar("America/New_York", WEEKDAYS, "US")
    assert calendar.is_holiday(date(2027, 7, 5))
    assert calendar.is_holiday(date(2021, 12, 31))  # New Year's Day of 2022


def test_friday_and_saturday_are_the_weekend_in_riyadh():
    calendar = ContactCalendar("Asia/Riyadh", SUNDAY_TO_THURSDAY, "SA", weekend=frozenset({4, 5}))
    friday = date(2025, 1, 10)
    assert calendar.bank_day(friday) == calendar.next_open_day(friday) == date(2025, 1, 12)
    assert calendar.previous_open_day(friday) == date(2025, 1, 9)


def test_the_companys_closed_days_do_not_close_the_banks():
    day = date(2025, 12, 29)
    calendar = ContactCalendar("Europe/Dublin", WEEKDAYS, "IE", closed=frozenset({day}))
    assert not calendar.is_open_day(day) and calendar.is_bank_day(day)
    assert calendar.bank_day(day) == day


def test_leap_day_is_a_day_like_any_other():
    calendar = ContactCalendar("Europe/Dublin", WEEKDAYS, "IE")
    assert calendar.is_open_day(date(2024, 2, 29))
    assert calendar.first_instant(utc("2024-02-28T21:00")) == utc("2024-02-29T09:00")
    leap_sunday = date(2032, 2, 29)
    assert calendar.bank_day(leap_sunday) == date(2032, 3, 1)


@pytest.mark.parametrize("country", ["XX", "", None, "datetime", "brazil"])
def test_an_unknown_country_has_no_holidays_and_does_not_crash(country):
    calendar = ContactCalendar("UTC", WEEKDAYS, country, "SP")
    assert calendar.is_open_day(date(2025, 12, 25))
    assert calendar.holiday_name(date(2025, 12, 25)) is None
    assert not holiday_support(country, "SP")
    assert not holiday_support(country)


def test_an_unknown_state_has_its_countrys_holidays():
    calendar = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "ZZ")
    assert calendar.is_holiday(date(2025, 9, 7))
    assert not calendar.is_holiday(date(2025, 7, 9))
    assert holiday_support("BR") and holiday_support("BR", "SP") and not holiday_support("BR", "ZZ")


@pytest.mark.parametrize("language", ["en_US.UTF-8", "fr_FR", "pt_BR", ""])
def test_holidays_have_the_name_they_have_at_home_whatever_the_server_speaks(monkeypatch, language):
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, language)
    public_holidays.cache_clear()
    brazil = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR")
    germany = ContactCalendar("Europe/Berlin", WEEKDAYS, "DE")
    assert brazil.holiday_name(date(2025, 10, 12)) == "Nossa Senhora Aparecida"
    assert germany.holiday_name(date(2025, 1, 1)) == "Neujahr"


# refusals


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "time zone"),
        ({"timezone": "America"}, "time zone"),
        ({"timezone": "../etc/passwd"}, "time zone"),
        ({"timezone": None}, "time zone"),
        ({"hours": (NINE_TO_NINE,) * 6}, "7 weekdays"),
        ({"hours": ((),) * 7}, "whole week"),
        ({"hours": (((600, 540),),) * 7}, "before it begins"),
        ({"hours": (((540, 540),),) * 7}, "before it begins"),
        ({"hours": (((-1, 540),),) * 7}, "Outside the day"),
        ({"hours": (((540, 1441),),) * 7}, "Outside the day"),
        ({"hours": (((540, 700), (600, 800)),) * 7}, "Overlaps"),
        ({"weekend": frozenset(range(7))}, "bank day"),
        ({"weekend": frozenset({7})}, "bank day"),
    ],
)
def test_an_impossible_calendar_is_refused_in_words(arguments, words):
    with pytest.raises(CalendarError, match=words) as caught:
        ContactCalendar(**{"timezone": "UTC", "hours": WEEKDAYS, **arguments})
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("method", ["local_day", "is_open", "closes_at", "first_instant"])
def test_a_naive_instant_is_refused(method):
    calendar = ContactCalendar("UTC", WEEKDAYS)
    with pytest.raises(CalendarError, match="time zone"):
        getattr(calendar, method)(datetime(2025, 1, 1, 12))


def test_who_is_closed_for_longer_than_the_search_is_never_open():
    start = date(2025, 1, 1)

    def closed_for(days):
        return every_day("UTC", *ALL_DAY, closed=frozenset(start + n * DAY for n in range(days)))

    assert closed_for(SEARCH_DAYS).next_open_day(start) == start + SEARCH_DAYS * DAY
    assert closed_for(SEARCH_DAYS).first_instant(utc("2025-01-01T10:00")).date() == (
        start + SEARCH_DAYS * DAY
    )
    shut = closed_for(SEARCH_DAYS + 60)
    last = start + (SEARCH_DAYS + 59) * DAY
    for search in (
        lambda: shut.next_open_day(start),
        lambda: shut.previous_open_day(last),
        lambda: shut.first_instant(utc("2025-01-01T10:00")),
    ):
        with pytest.raises(NeverOpen):
            search()


def test_the_end_of_the_calendar_is_never_open_rather_than_a_crash():
    calendar = ContactCalendar("UTC", WEEKDAYS, closed=frozenset({date(9999, 12, 31)}))
    with pytest.raises(NeverOpen):
        calendar.next_open_day(date(9999, 12, 31))


def test_equal_calendars_are_one_key():
    first, second = (ContactCalendar("UTC", WEEKDAYS, "BR", "SP") for _count in range(2))
    assert len({first, second}) == 1
