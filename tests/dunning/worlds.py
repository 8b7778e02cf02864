"""Calendars, ladders and moments to test with, and the definition of "may we speak" once more.

The definition here is on purpose the naive one: look at the wall clock, look at the holidays.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import holidays
from hypothesis import assume
from hypothesis import strategies as st

from dunning.calendar import ContactCalendar
from dunning.ladder import Ladder, Step

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

NINE_TO_NINE = ((540, 1260),)
ALL_DAY = ((0, 1440),)
WEEKDAYS = (NINE_TO_NINE,) * 5 + ((), ())
SUNDAY_TO_THURSDAY = (NINE_TO_NINE,) * 4 + ((), (), NINE_TO_NINE)

# moments at which the clock was or will be changed
CHANGES = {
    "Europe/Dublin": ("2025-03-30T01:00", "2025-10-26T01:00"),
    "America/Sao_Paulo": ("2018-11-04T03:00", "2018-02-18T02:00"),  # at midnight, both ways
    "Australia/Lord_Howe": ("2025-10-04T15:30", "2025-04-05T15:00"),  # by half an hour
    "Pacific/Apia": ("2011-12-30T10:00",),  # a day skipped
    "Pacific/Kwajalein": ("1993-08-21T12:00",),  # another one
    "America/St_Johns": ("2010-11-07T02:31", "2010-03-14T03:31"),  # 00:01 back to 23:01
    "America/Havana": ("2025-03-09T05:00", "2025-11-02T05:00"),
}
ZONES = (*CHANGES, "UTC", "Asia/Riyadh", "Asia/Kolkata", "America/New_York")
PLACES = (
    (None, None),
    ("BR", None),
    ("BR", "SP"),
    ("US", "CA"),
    ("DE", "BY"),
    ("SA", None),
    ("IE", None),
    ("XX", None),
    ("BR", "ZZ"),
)


def holiday(country, state, day):
    """Whether the library calls a day a holiday; unknown places have none, or national ones."""
    try:
        found = holidays.country_holidays(country, subdiv=state, years=day.year)
    except NotImplementedError:
        return bool(state) and holiday(country, None, day)
    return day in found


def may_speak(calendar, instant):
    """The definition, from the wall clocks: all show the hours, and the day is open for both sides."""
    zones = (calendar.timezone, *calendar.also_in)
    locals_ = [instant.astimezone(ZoneInfo(zone)) for zone in zones]
    day = locals_[0].date()
    return (
        all(local.date() == day and _in_hours(calendar, local) for local in locals_)
        and day not in calendar.closed
        and day.weekday() not in calendar.rest
        and not any(
            country and holiday(country, state, day)
            for country, state in (
                (calendar.country, calendar.state),
                calendar.ours or (None, None),
            )
        )
    )


def _in_hours(calendar, local):
    minute = local.hour * 60 + local.minute
    return any(begin <= minute < end for begin, end in calendar.hours[local.weekday()])


@st.composite
def windows(draw):
    edges = sorted(draw(st.sets(st.integers(0, 96), max_size=5)))
    pairs = [(a * 15, b * 15) for a, b in pairwise(edges)]
    return tuple(pair for pair in pairs if draw(st.booleans()))


weeks = st.one_of(
    st.sampled_from([(ALL_DAY,) * 7, (NINE_TO_NINE,) * 7, WEEKDAYS, SUNDAY_TO_THURSDAY]),
    st.tuples(*[windows()] * 7).filter(any),
)


@st.composite
def moments(draw, zones=ZONES):
    """A zone and an aware instant, often near a change of the clock or in a year's dark corner."""
    zone = draw(st.sampled_from(zones))
    centres = [*CHANGES.get(zone, ()), "2024-02-29T12:00", "2025-12-31T23:00", "2025-10-12T00:00"]
    centre = datetime.fromisoformat(draw(st.sampled_from(centres))).replace(tzinfo=UTC)
    seconds = draw(st.one_of(st.integers(-7200, 7200), st.integers(-172800, 172800)))
    return zone, centre + timedelta(seconds=seconds)


@st.composite
def calendars_at(draw, around=None):
    """A calendar and an instant at which to try it."""
    zone, instant = draw(moments())
    return draw(calendars(zone, instant.date(), weeks)), instant


@st.composite
def calendars(draw, zone="America/Sao_Paulo", day=date(2025, 3, 1), hours=weeks):
    """A calendar with closed days, single and in a row, about a day."""
    country, state = draw(st.sampled_from(PLACES))
    single = draw(st.sets(st.integers(-20, 20), max_size=3))
    first, length = draw(st.tuples(st.integers(-30, 30), st.sampled_from([0, 0, 4, 12, 25])))
    calendar = ContactCalendar(
        zone,
        draw(hours),
        country,
        state,
        closed=frozenset(day + n * DAY for n in {*single, *range(first, first + length)}),
        weekend=draw(st.sampled_from([frozenset({5, 6}), frozenset({4, 5}), frozenset({4})])),
        # hours and half an hour away from some
        also_in=draw(st.sampled_from([(), (), ("America/Denver",), ("America/St_Johns", zone)])),
        ours=draw(st.sampled_from([None, None, ("IE", None), ("DE", "BY"), (None, None)])),
        rest=draw(st.sampled_from([frozenset(), frozenset(), frozenset({4})])),
    )
    # clocks too far apart leave no hour, and a week of Fridays no day: that has tests of its own
    assume(any(calendar.is_open_day(day + n * DAY) for n in range(40, 80)))
    return calendar


due_dates = st.one_of(
    st.sampled_from(
        [
            date(2024, 2, 28),
            date(2024, 2, 29),
            date(2024, 12, 31),
            date(2025, 7, 9),
            date(2025, 10, 11),
            date(2025, 12, 25),
            date(2026, 10, 12),
        ]
    ),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)


@st.composite
def ladders(draw, max_offsets=6):
    # close together, so that they get in each other's way about closed days
    gaps = draw(st.lists(st.sampled_from([1, 1, 2, 3, 9]), max_size=max_offsets - 1))
    offsets = list(accumulate(gaps, initial=draw(st.integers(-15, 30))))
    steps = []
    for offset in draw(st.permutations(offsets)):
        for channel in draw(st.sampled_from([["email"], ["phone"], ["email", "sms"]])):
            closed_days = draw(st.sampled_from(["advance", "defer"]))
            steps.append(Step(len(steps) + 1, offset, channel, closed_days=closed_days))
    return Ladder(1, tuple(steps), bank_days=draw(st.booleans()))


@st.composite
def cases(draw):
    """A ladder, a calendar and a due date, with the calendar's closed days about the due date."""
    due = draw(due_dates)
    return draw(ladders()), draw(calendars(day=due)), due
