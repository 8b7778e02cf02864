"""The moments of the days to come at which a ruler may come to another decision (A12)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from .bank import settles_on
from .calendar import ContactCalendar, NeverOpen
from .foreseen import Foreseen
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
            events.update((claim.starts, claim.free_from, claim.leaves_on))
            if claim.rests_until:
                events.add(claim.rests_until + DAY)
            with suppress(NeverOpen):
                due = effective_due(claim.ladder, self.calendar, claim.due_date)
                if claim.settlement_days:
                    events.add(settles_on(self.calendar, claim) + DAY)
                limit = claim.ladder.max_days_overdue
                events.update((due, due + DAY, due + timedelta(days=(limit or 0) + 1)))
        return events

    def _moments(self, day: date) -> Iterator[datetime]:
        """The instants of a local day at which the ruler may come to another decision: from its opening on.
        An evening, or a closed day, leaves it to the next opening."""
        at = self.forecast.now if day == self.first else None
        if at is None and not (self.is_restless or day in self.events):
            return
        with suppress(NeverOpen):
            windows = self.calendar.windows(day)
            if at is None and windows:
                at = windows[0][0]
            if at is None or self.calendar.speaking_day(at) != day:
                self.is_restless = True  # looked at on the next open day
                return
        yield from self._with_next_run(at)

    def _with_next_run(self, at: datetime) -> Iterator[datetime]:
        """An instant, and the next runs where what waited for this one may follow."""
        self.goes_on_soon = True
        while self.goes_on_soon:
            self.goes_on_soon = False
            yield at
            at += RUN
