"""What will be said to all customers in the coming days if nobody pays; nothing is sent by looking (A12).

The days are played with the decisions that count, customer by customer. A day is decided only where
something is due, so the cost grows with what will be said, not with what is open.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from .calendar import ContactCalendar, NeverOpen
from .course import timeline
from .facts import Snapshot
from .foreseen import Customer, Foreseen
from .ladder import Ladder
from .life import Life

# so many courses of customers are kept for others who stand exactly so
SHAPES = 5000


@dataclass
class Forecast:
    """Counts per day; customers are added one by one, so that they need not be in memory at once.

    :param now: aware UTC; what comes before its day's end is in it
    :param days: how many local days, today included
    :param by_night: whether rulers are also asked outside contact hours, as the scheduled action does:
        what had to wait is then planned in the evening for the next open day
    :param counts: {(day, channel, kind, ruler id): number}
    """

    now: datetime
    days: int = 30
    by_night: bool = True
    counts: Counter = field(default_factory=Counter)
    _courses: dict = field(default_factory=dict, repr=False)
    _alike: dict = field(default_factory=dict, repr=False)

    def add(self, customer: Customer) -> None:
        """Count what this customer will hear, and what there will be to do about them.

        Nobody pays, except for claims with `leaves_on`; what wants approval is let go the same day; bank
        data that is old today is up to date from tomorrow on.
        """
        shape = self._shape(customer)
        heard = self._alike.get(shape)
        if heard is None:
            heard = list(Life(self, customer).play())
            if shape and len(self._alike) < SHAPES:
                self._alike[shape] = heard
        self.counts.update(heard)

    def last_day(self, calendar: ContactCalendar) -> date:
        """The last day that is counted, where a customer lives."""
        return calendar.local_day(self.now) + timedelta(days=self.days - 1)

    def matters(self, claim: Foreseen, calendar: ContactCalendar, last: date) -> bool:
        """Whether a claim is asked for, or spoken about, within these days.

        :param calendar: by which the steps of its ruler come
        :param last: as `last_day` says; what is planned in its evening is for a day that is not counted
        """
        if claim.due_date <= last:
            return True
        course = self.course(claim.ladder, calendar, claim.counts_from)
        return bool(course) and course[0][1] <= last

    def course(self, ladder: Ladder, calendar: ContactCalendar, counts_from: date) -> tuple:
        """When each offset comes for a due date, ((offset, day), …); nothing where no day is ever open."""
        key = ladder.id, calendar, counts_from
        if key not in self._courses:
            found = ()
            with suppress(NeverOpen):
                course = timeline(ladder, calendar, counts_from)
                found = tuple({step.offset: day for step, day in course}.items())
            self._courses[key] = found
        return self._courses[key]

    def _shape(self, customer: Customer) -> tuple | None:
        """What the course of a customer depends on, without ids and amounts: many are billed for the same
        days.

        None where amounts decide too: credits may cover what is due, and minimums ask for the sum.
        """
        snapshot = customer.snapshot
        if snapshot.credits or any(_is_small(snapshot, claim) for claim in snapshot.claims):
            return None
        last, planned = self.last_day(snapshot.calendar), customer.planned
        named = frozenset().union(*(p.claims for p in planned)) if planned else frozenset()
        # what comes only afterwards changes nothing
        claims = [
            c
            for c in snapshot.claims
            if c.id in named or self.matters(c, customer.comes_by[c.ladder.id], last)
        ]
        moves: dict[int, int] = {}
        places = {claim.id: place for place, claim in enumerate(claims)}
        return (
            snapshot.calendar,
            tuple(customer.comes_by.items()),
            snapshot.contacts,
            snapshot.spoken_to,
            snapshot.return_notice_on,
            snapshot.conversation_on,
            snapshot.bank_day,
            snapshot.bank_days,
            snapshot.profile,
            tuple(sorted(snapshot.channels.items())),
            tuple(sorted(snapshot.unreachable.items())),
            tuple(_shape_of(c, moves.setdefault(c.move, len(moves))) for c in claims),
            tuple(
                (p.day, p.channel, p.kind, p.ladder, p.asks, frozenset(map(places.get, p.claims)))
                for p in planned
            ),
        )


def _is_small(snapshot: Snapshot, claim: Foreseen) -> bool:
    """Whether a claim alone is less than its ruler, or a step of it, asks for (D6)."""
    ladder = claim.ladder
    if not ladder.asks_for_amounts:
        return False
    least = max(ladder.owed_min, *(step.owed_min for step in ladder.steps))
    return snapshot.worth({claim.currency: claim.residual}) < least


def _shape_of(c: Foreseen, move: int) -> tuple:
    """:param move: the place of its entry among those of the customer"""
    return (
        c.ladder.id,
        move,
        c.counts_from,
        c.due_date,
        c.watermark,
        c.residual > 0,
        c.blocked_by,
        c.delivered,
        c.delivered_on,
        c.unsent,
        c.by_hand,
        c.done_step_ids,
        c.draft_credit_note,
        c.settlement_days,
        c.starts,
        c.ends,
        c.free_from,
        c.leaves_on,
    )
