"""When may we speak: open days, contact windows, bank days (B1, A3).

Days are local days of the calendar's time zone, instants are aware datetimes, and every instant
that comes out of here is in UTC. Nothing reads the clock: "now" is always an argument. Searches end
after SEARCH_DAYS with NeverOpen; an instant without time zone raises CalendarError.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from .public_holidays import public_holidays
from .wall_clock import Span, Windows, overlaps, spans_of

# a time of the day that somebody prefers is kept so far from the end of a window
BEFORE_CLOSING = timedelta(minutes=30)
SEARCH_DAYS = 400  # a year and a holiday season: who is closed that long will not be reached at all

_DAY = timedelta(days=1)


class CalendarError(ValueError):
    """The calendar, or the instant given to it, makes no sense; the text says why."""


class NeverOpen(Exception):
    """No suitable day or instant within SEARCH_DAYS."""


@dataclass(frozen=True)
class ContactCalendar:
    """Hours and days on which one kind of customer may be contacted (B1).

    :param timezone: IANA name of the customer's time zone
    :param hours: for each weekday, Monday first, its windows (from, to) in minutes of the local day
    :param country: ISO code for the public holidays, or None for none
    :param state: code of the region within the country (`SP`, `CA`, `BY`), or None
    :param closed: the company's own closed days
    :param weekend: weekdays on which banks are closed, 0 = Monday (Friday and Saturday: {4, 5})
    :param also_in: further time zones whose clocks must show these hours too, on the same day: it is
        not known which is the customer's
    :param ours: (country, state) of the company, whose public holidays close too, or None
    :param rest: weekdays on which the customer rests, whatever the hours
    :raise CalendarError: unknown time zone, impossible windows, no window or bank day in the week
    """

    timezone: str
    hours: tuple[Windows, ...]
    country: str | None = None
    state: str | None = None
    closed: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})
    also_in: tuple[str, ...] = ()
    ours: tuple[str | None, str | None] | None = None
    rest: frozenset[int] = frozenset()

    def __post_init__(self):
        for zone in (self.timezone, *self.also_in):
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError, TypeError) as error:
                raise CalendarError(f"Unknown time zone: {zone!r}") from error
        if len(self.hours) != 7:
            raise CalendarError(f"Windows for 7 weekdays are needed, not for {len(self.hours)}")
        if not any(self.hours):
            raise CalendarError("No contact window in the whole week")
        for weekday, windows in enumerate(self.hours):
            last = 0
            for begin, end in sorted(windows):
                where = f"window {begin}-{end} of weekday {weekday}"
                if not (0 <= begin <= 1440 and 0 <= end <= 1440):
                    raise CalendarError(f"Outside the day (0 to 1440 minutes): {where}")
                if begin >= end:
                    raise CalendarError(f"Ends before it begins: {where}")
                if begin < last:
                    raise CalendarError(f"Overlaps the window before it: {where}")
                last = end
        if not self.weekend < frozenset(range(7)):
            raise CalendarError("The weekend must leave a bank day and use weekdays 0 to 6")

    def holiday_name(self, day: date) -> str | None:
        """Name of the public holiday on `day`, theirs or ours, in the country's language, or None (B1)."""
        name = public_holidays(self.country or None, self.state or None, day.year).get(day)
        if name is None and self.ours:
            country, state = self.ours
            name = public_holidays(country or None, state or None, day.year).get(day)
        return name

    def is_holiday(self, day: date) -> bool:
        """Whether `day` is a public holiday of the country or state, or its day in lieu (B1)."""
        return self.holiday_name(day) is not None

    def is_open_day(self, day: date) -> bool:
        """Whether anything may be said on the local day `day` (B1).

        Closed are the holidays and weekly rest of either side, the company's closed days, weekdays
        without a window, and days whose windows never come (Samoa had no 30 December 2011).
        """
        return bool(self._spans(day))

    def is_bank_day(self, day: date) -> bool:
        """Whether banks settle on `day` (A3); the company's own closed days are not theirs."""
        return day.weekday() not in self.weekend and not self.is_holiday(day)

    def bank_day(self, due: date) -> date:
        """The effective due date (A3): `due`, or the next bank day, else NeverOpen."""
        if due not in self._found:
            self._found[due] = _seek(due, _DAY, self.is_bank_day)
        return self._found[due]

    @cached_property
    def _found(self) -> dict:
        """Bank days by due date, first instants by instant, spans by day: decisions ask for the same ones."""
        return {}

    def next_open_day(self, day: date) -> date:
        """The first open day on or after `day` (B2, defer), else NeverOpen."""
        return _seek(day, _DAY, self.is_open_day)

    def previous_open_day(self, day: date) -> date:
        """The last open day on or before `day` (B2, advance), else NeverOpen."""
        return _seek(day, -_DAY, self.is_open_day)

    def local_day(self, instant: datetime) -> date:
        """The customer's day at an aware instant (B1)."""
        day = self._days.get(instant)
        if day is None:
            day = self._days[instant] = _utc(instant).astimezone(self._zone).date()
        return day

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _days(self) -> dict[datetime, date]:
        """Local days by instant."""
        return {}

    def windows(self, day: date) -> list[Span]:
        """When we may speak on the local day `day`: spans in UTC, sorted, disjoint, half-open (B1).

        Hours are those of the wall clock. What falls into the gap in spring does not exist; what
        the clock shows twice in autumn counts twice, as two spans when the window ends between.
        """
        return list(self._spans(day))

    def is_open(self, instant: datetime) -> bool:
        """Whether we may speak at an aware instant (B1)."""
        return self.closes_at(instant) is not None

    def closes_at(self, instant: datetime) -> datetime | None:
        """End (UTC, exclusive) of the span that contains an aware instant, None outside (B1)."""
        instant = _utc(instant)
        for begin, end in self._spans(self.local_day(instant)):
            if begin <= instant < end:
                return end
        return None

    def first_instant(self, not_before: datetime) -> datetime:
        """The earliest open instant (UTC) at or after an aware one, else NeverOpen (B1)."""
        not_before = _utc(not_before)
        if not_before not in self._found:
            self._found[not_before] = self._first_instant(not_before)
        return self._found[not_before]

    def speaking_day(self, now: datetime) -> date:
        """The local day on which we may speak next: today while hours last, later the next open one, else
        NeverOpen (B1)."""
        return self.local_day(self.first_instant(now))

    def _first_instant(self, not_before: datetime) -> datetime:
        def starts(day: date) -> list[datetime]:
            return [max(begin, not_before) for begin, end in self._spans(day) if end > not_before]

        # The clock may go back over midnight: yesterday then comes again, and tomorrow may have
        # been here already. So begin a day early, and let the following day compete.
        today = self.local_day(not_before)
        with suppress(OverflowError):  # the end of the calendar, year 9999
            for days in range(-1, SEARCH_DAYS + 1):
                day = today + days * _DAY
                if found := starts(day):
                    return min(found + starts(day + _DAY))
        raise NeverOpen(f"No contact window within {SEARCH_DAYS} days from {not_before}")

    def without(self, days: Iterable[date]) -> "ContactCalendar":
        """This calendar for a customer who is left in peace on some days more (B3)."""
        days = frozenset(days)
        return replace(self, closed=self.closed | days) if days else self

    def near(self, instant: datetime, minute: int | None) -> datetime:
        """The open instant (UTC) of the same local day, not before `instant`, that is nearest to a time of
        the day (B3).

        :param instant: an open one, aware
        :param minute: the time in minutes of the local day, None for as soon as may be
        """
        if minute is None:
            return instant
        day = self.local_day(instant)
        midnight = datetime.combine(day, time(), ZoneInfo(self.timezone))
        wanted = midnight.replace(hour=minute // 60, minute=minute % 60).astimezone(UTC)
        # the end of a window is too late to leave in it
        choices = [
            max(begin, instant, min(wanted, end - BEFORE_CLOSING))
            for begin, end in self._spans(day)
            if end > instant
        ]
        choices.append(instant)
        return min(
            (c for c in choices if self.is_open(c)),
            key=lambda c: (abs(c - wanted), c),
            default=instant,
        )

    def _spans(self, day: date) -> tuple[Span, ...]:
        key = "spans", day
        if key not in self._found:
            self._found[key] = self._spans_of(day)
        return self._found[key]

    def _spans_of(self, day: date) -> tuple[Span, ...]:
        if day in self.closed or day.weekday() in self.rest or self.is_holiday(day):
            return ()
        hours = self.hours[day.weekday()]
        spans = spans_of(self.timezone, hours, day)
        for zone in self.also_in:
            spans = overlaps(spans, spans_of(zone, hours, day))
        return spans


def _seek(day: date, step: timedelta, suits: Callable[[date], bool]) -> date:
    start = day
    with suppress(OverflowError):  # the end of the calendar, year 1 or 9999
        for _count in range(SEARCH_DAYS + 1):
            if suits(day):
                return day
            day += step
    raise NeverOpen(f"No open day within {SEARCH_DAYS} days from {start}")


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise CalendarError(f"An instant needs a time zone: {instant!r}")
    return instant.astimezone(UTC)
