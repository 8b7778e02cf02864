"""What will be said to all customers in the coming days if nobody pays; nothing is sent by looking (A12).

The days are played with the decisions that count, customer by customer. A day is decided only where
something is due, so the cost grows with what will be said, not with what is open.
"""

from collections import Counter
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from .calendar import ContactCalendar, NeverOpen
from .course import timeline
from .foreseen import Customer, Foreseen
from .ladder import Ladder
from .life import Life

# what so many customers hear is kept for others who stand exactly so
STANDINGS = 10_000


@dataclass
class Forecast:
    """Counts per day; customers are added one by one, so that they need not be in memory at once.

    :param now: aware UTC; what comes before its day's end is in it
    :param days: how many local days, today included
    :param counts: {(day, channel, kind, ruler id): number}
    """

    now: datetime
    days: int = 30
    counts: Counter = field(default_factory=Counter)
    _courses: dict = field(default_factory=dict, repr=False)
    _known: dict = field(default_factory=dict, repr=False)

    def add(self, customer: Customer) -> None:
        """Count what this customer will hear, and what there will be to do about them.

        Nobody pays, except for claims with `leaves_on`; what wants approval is let go the same day; bank
        data that is old today is up to date from tomorrow on.
        """
        self.counts.update(one.counted for one in Life(self, customer).play())

    def add_standing(self, standing: Hashable | None, make: Callable[[], Customer]) -> None:
        """Count a customer who is made and played only where nobody stood exactly so before: many are billed
        for the same days.

        :param standing: the same only for those who hear the same on the same days; None for nobody else's
        """
        heard = self._known.get(standing)
        if heard is None:
            heard = tuple(one.counted for one in Life(self, make()).play())
            if standing is not None and len(self._known) < STANDINGS:
                self._known[standing] = heard
        self.counts.update(heard)

    def last_day(self, calendar: ContactCalendar) -> date:
        """The last day that is counted, where a customer lives."""
        return calendar.local_day(self.now) + timedelta(days=self.days - 1)

    def matters(self, claim: Foreseen, calendar: ContactCalendar, last: date) -> bool:
        """Whether a claim is asked for, or spoken about, within these days.

        :param calendar: by which the steps of its ruler come
        :param last: as `last_day` says
        """
        return self.is_near(claim.ladder, calendar, claim.counts_from, claim.due_date, last)

    def is_near(
        self, ladder: Ladder, calendar: ContactCalendar, counts_from: date, due: date, last: date
    ) -> bool:
        """What `matters` says of a claim with these dates."""
        if due <= last:
            return True
        course = self.course(ladder, calendar, counts_from)
        return bool(course) and course[0][1] <= last

    def course(self, ladder: Ladder, calendar: ContactCalendar, counts_from: date) -> tuple:
        """When each offset comes for a due date, ((offset, day), …); nothing where no day is ever open."""
        key = ladder.key, calendar, counts_from
        if key not in self._courses:
            found = ()
            with suppress(NeverOpen):
                course = timeline(ladder, calendar, counts_from)
                found = tuple({step.offset: day for step, day in course}.items())
            self._courses[key] = found
        return self._courses[key]
