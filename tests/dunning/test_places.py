"""Where a customer is, and on whose clock and holidays we speak to them (B1)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import NINE_TO_NINE, WEEKDAYS, moments

from dunning.calendar import NeverOpen
from dunning.places import _ZONES_OF_STATES, Place, contact_calendar, locate

DUBLIN = Place(("Europe/Dublin",), "IE")
US = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
ALL_US = (*US, "Pacific/Honolulu")
RUSSIA = ("Europe/Moscow", "Asia/Novosibirsk", "Asia/Vladivostok", "Asia/Kamchatka")
NINE_TO_SIX = (((540, 1080),),) * 5 + ((), ())


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# where they are


@pytest.mark.parametrize(
    ("said", "country", "state", "zones", "expected"),
    [
        ("", "IE", "", ["Europe/Dublin"], "Europe/Dublin|IE|"),
        ("", "US", "CA", US, "America/Los_Angeles|US|CA"),
        ("", "BR", "AC", ["America/Sao_Paulo", "America/Rio_Branco"], "America/Rio_Branco|BR|AC"),
        ("", "BR", "SP", ["America/Sao_Paulo", "America/Manaus"], "America/Sao_Paulo|BR|SP"),
        ("", "ES", "TF", ["Europe/Madrid", "Atlantic/Canary"], "Atlantic/Canary|ES|"),
        ("", "CL", "CL-MA", ["America/Santiago"], "America/Punta_Arenas|CL|MA"),
        ("America/Chicago", "US", "TX", US, "America/Chicago|US|TX"),
        ("America/Denver", "US", "", US, "America/Denver|US|"),
        ("Asia/Tokyo", "", "", [], "Asia/Tokyo||"),
        ("", "", "", [], "||"),
    ],
)
def test_the_address_says_where_they_are(said, country, state, zones, expected):
    assert locate(said or None, country or None, state or None, zones, "IE").key == expected


def test_time_zone_of_whoever_typed_the_contact_in_is_not_believed():
    assert locate("Europe/Dublin", "JP", None, ["Asia/Tokyo"], "IE").zones == ("Asia/Tokyo",)
    assert locate("America/New_York", "US", "CA", US, "US").zones == ("America/Los_Angeles",)


def test_a_time_zone_that_this_machine_does_not_know_stops_nobody():
    assert locate("Mars/Olympus_Mons", None, None, (), "IE").zones == ()
    assert locate(None, "IE", None, ["Eire/Tara", "Europe/Dublin"], "US").zones == (
        "Europe/Dublin",
    )
    assert locate("../etc/passwd", None, None, (), "IE").zones == ()


def test_a_divided_state_keeps_both_its_clocks():
    assert locate(None, "US", "TX", US, "IE").zones == ("America/Chicago", "America/Denver")


def test_at_home_an_address_without_state_lives_by_our_clock():
    assert locate(None, "US", None, US, "US").zones == ()
    assert locate(None, "US", None, US, "IE").zones == US


@given(st.sampled_from(sorted(_ZONES_OF_STATES)), st.sampled_from(["", "*", "ZZ"]))
def test_each_time_zone_of_the_table_exists_and_no_state_stands_twice(country, state):
    named = [s for states in _ZONES_OF_STATES[country].values() for s in states.split()]
    assert len(named) == len(set(named))
    for zone in locate(None, country, state, (), None).zones:
        ZoneInfo(zone)
    for zones in _ZONES_OF_STATES[country]:
        assert [ZoneInfo(zone).key for zone in zones.split()]


@given(st.sampled_from([DUBLIN, Place(), Place(US, "US", "CA"), Place(("Asia/Riyadh",), "SA")]))
def test_a_place_comes_back_from_its_key(place):
    assert Place.of_key(place.key) == place


# when we may speak to each other


@given(moments(), st.sampled_from(["America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati"]))
def test_nobody_hears_from_us_at_night_wherever_they_are(case, zone):
    _zone, instant = case
    calendar = contact_calendar(DUBLIN, Place((zone,)), (NINE_TO_NINE,) * 7)
    at = calendar.first_instant(instant).astimezone(ZoneInfo(zone))
    assert 9 <= at.hour < 21


@given(moments())
def test_an_address_without_state_is_written_to_when_it_is_day_in_all_its_zones(case):
    _zone, instant = case
    calendar = contact_calendar(DUBLIN, Place(ALL_US, "US"), NINE_TO_SIX)
    at = calendar.first_instant(instant)
    assert {9 <= at.astimezone(ZoneInfo(zone)).hour < 18 for zone in ALL_US} == {True}


def test_where_no_hour_is_day_for_all_of_a_country_nothing_is_said():
    calendar = contact_calendar(DUBLIN, Place(RUSSIA, "RU"), NINE_TO_SIX)
    with pytest.raises(NeverOpen):
        calendar.first_instant(utc("2026-03-02T09:00"))


def test_a_day_is_open_only_if_it_is_open_for_both_sides():
    calendar = contact_calendar(DUBLIN, Place(("Europe/Berlin",), "DE", "BY"), WEEKDAYS)
    assert calendar.holiday_name(date(2026, 3, 17)) == "Saint Patrick's Day"  # ours
    assert calendar.holiday_name(date(2026, 6, 4)) == "Fronleichnam"  # theirs, in Bavaria
    assert not calendar.is_open_day(date(2026, 3, 17))
    assert not calendar.is_open_day(date(2026, 6, 4))
    assert calendar.is_open_day(date(2026, 6, 5))
    assert calendar.bank_day(date(2026, 6, 4)) == date(2026, 6, 5)


def test_their_weekend_is_a_weekend_too():
    calendar = contact_calendar(DUBLIN, Place(("Asia/Riyadh",), "SA"), WEEKDAYS)
    # Thursday evening in Riyadh; then come their Friday and Saturday, and our Sunday
    assert calendar.first_instant(utc("2026-03-05T19:00")) == utc("2026-03-09T06:00")
    assert calendar.bank_day(date(2026, 3, 6)) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("country", "state", "zone", "days"),
    [
        ("MY", "KTN", "Asia/Kuala_Lumpur", {4, 5}),  # Friday and Saturday, as Odoo names Kelantan
        ("MY", "KUL", "Asia/Kuala_Lumpur", {5, 6}),
        ("MY", None, "Asia/Kuala_Lumpur", {5, 6}),
        ("LY", None, "Africa/Tripoli", {4, 5}),
        ("AE", None, "Asia/Dubai", {5, 6}),
    ],
)
def test_the_weekend_is_that_of_the_state(country, state, zone, days):
    here = locate(None, country, state, (zone,), "IE")
    calendar = contact_calendar(here, here, (((540, 1080),),) * 7)
    assert calendar.weekend == days
    away = contact_calendar(DUBLIN, here, (((540, 1080),),) * 7)
    assert away.rest == days - {5, 6}
    friday = date(2026, 3, 6)
    assert away.is_open_day(friday) == (4 not in days)


def test_what_nobody_knows_of_a_customer_is_as_with_us():
    ours, closed = Place(("America/Sao_Paulo",), "BR", "SP"), frozenset({date(2026, 3, 3)})
    calendar = contact_calendar(ours, Place(), WEEKDAYS, closed)
    assert calendar.timezone == "America/Sao_Paulo"
    assert calendar.is_holiday(date(2026, 7, 9))  # of São Paulo alone
    assert not calendar.is_open_day(date(2026, 3, 3))


def test_hours_across_the_date_line_are_those_of_their_day():
    calendar = contact_calendar(DUBLIN, Place(("Pacific/Kiritimati",), "KI"), NINE_TO_SIX)
    # Sunday evening in Dublin is Monday morning there
    assert calendar.first_instant(utc("2026-03-01T12:00")) == utc("2026-03-01T19:00")
    assert calendar.local_day(utc("2026-03-01T19:00")) == date(2026, 3, 2)
