"""The moments of the days to come at which a ruler may come to another decision (A12)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .calendar import ContactCalendar, NeverOpen
from .foreseen import NEVER, Foreseen
from .ladder import effective_due

if TYPE_CHECKING:
    from .forecast import Forecast

DAY = timedelta(days=1)
RUN = timedelta(minutes=10)  # the scheduled action comes again after so long


class Moments:
    """When somebody who is played through the days is decided upon; `life.Life` fills in what is known.

    :param is_restless: something waits for what passes with the days
    :param goes_on_soon: what was decided at this moment keeps nothing else from being said on its day: an
        invoice was delivered, words that are untrue wait for a person, or a step was passed over
    :param courses: when each offset comes, by claim id: ((offset, day), …)
    """

    forecast: "Forecast"
    calendar: ContactCalendar
    first: date
    claims: Mapping[int, Foreseen]
    courses: Mapping[int, tuple]
    is_restless: bool
    goes_on_soon: bool

    @cached_property
    def events(self) -> set[date]:
        """The days on which something changes by itself."""
        events = set()
        for claim in self.claims.values():
            low = claim.watermark
            events.update(day for o, day in self.courses[claim.id] if low is None or o > low)
            with suppress(NeverOpen):
                due = effective_due(claim.ladder, self.calendar, claim.due_date)
                limit = claim.ladder.max_days_overdue
                events.update(
                    (claim.leaves_on, due, due + DAY, due + timedelta(days=(limit or 0) + 1))
                )
        return events | self.turns

    @cached_property
    def turns(self) -> set[date]:
        """The days to come from which a ruler speaks, or a hold is over."""
        turns = {day for claim in self.claims.values() for day in (claim.starts, claim.free_from)}
        return {day for day in turns if self.first < day < NEVER}

    def _moments(self, day: date) -> Iterator[datetime]:
        """The instants of a local day at which the ruler may come to another decision.

        In an evening, and on a closed day, it says what the next opening says, since steps come by the day of
        speaking. So these are looked at only where something turns before that.
        """
        if day == self.first:
            yield from self._with_next_run(self.forecast.now)
        elif self.is_restless or day in self.events:
            if windows := self.calendar.windows(day):
                yield from self._with_next_run(windows[0][0])
            elif day in self.turns:
                yield from self._with_next_run(self._midnight(day))
            else:
                self.is_restless = True  # looked at on the next open day
        windows = self.calendar.windows(day) if self.turns else ()
        if windows and self._turns_overnight(day, closes := windows[-1][1]):
            yield closes

    def _with_next_run(self, at: datetime) -> Iterator[datetime]:
        """An instant, and the next runs where what waited for this one may follow."""
        self.goes_on_soon = True
        while self.goes_on_soon:
            self.goes_on_soon = False
            yield at
            at += RUN

    def _midnight(self, day: date) -> datetime:
        zone = ZoneInfo(self.calendar.timezone)
        return datetime.combine(day, time(), zone).astimezone(UTC)

    def _turns_overnight(self, day: date, closes: datetime) -> bool:
        """Whether something turns between an evening and the next opening, for which it decides."""
        # a window up to midnight ends on the next day, which is looked at by itself
        if closes <= self.forecast.now or self.calendar.local_day(closes) != day:
            return False
        with suppress(NeverOpen):
            opens = self.calendar.speaking_day(closes)
            return any(day + n * DAY in self.turns for n in range(1, (opens - day).days + 1))
        return False
