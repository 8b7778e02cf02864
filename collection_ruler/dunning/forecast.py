"""What will be said to all customers in the coming days if nobody pays; nothing is sent by looking (A12).

The days are played with the decisions that count, customer by customer. A day is decided only where
something is due, so the cost grows with what will be said, not with what is open.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .calendar import ContactCalendar, NeverOpen
from .decision import decide
from .facts import Claim, Contact, Decision, Snapshot
from .ladder import Ladder, effective_due, timeline
from .reason import Reason

KINDS = ("message", "delivery", "approval", "task")
# so many courses of customers are kept for others who stand exactly so
SHAPES = 5000
ALWAYS, NEVER = date.min, date.max
# what makes a claim wait until something else happens; all other reasons pass with the days
PATIENT = frozenset(
    {
        Reason.BAD_ADDRESS,
        Reason.BLOCKED,
        Reason.COVERED,
        Reason.HELD,
        Reason.IN_BANK,
        Reason.IN_FLIGHT,
        Reason.NEVER_OPEN,
        Reason.NO_ADDRESS,
        Reason.PAST_LIMIT,
        Reason.PAUSED,
        Reason.RULER_STOPPED,
        Reason.TOO_LITTLE,
    }
)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Foreseen(Claim):
    """An open instalment, and what is known of its future; all days are the customer's.

    :param starts: the first day on which its ruler speaks, `NEVER` for one that stands still
    :param ends: the last one
    :param free_from: the first day on which `block` is gone, `NEVER` for nobody knows when
    :param leaves_on: the day on which it is expected to be paid, None for never
    """

    starts: date = ALWAYS
    ends: date = NEVER
    free_from: date = NEVER
    leaves_on: date | None = None

    def free_day(self) -> date:
        """The first day on which something may be said about it."""
        return max(self.starts, self.free_from if self.block else ALWAYS)


@dataclass(frozen=True)
class Planned:
    """What is planned already.

    :param day: local day on which it is to leave; one that has passed counts as today
    :param kind: one of `KINDS`
    :param ladder: id of its ruler, 0 for none
    :param claims: ids of the claims that it is about; it waits until one of them is free
    :param asks: whether it counts as a contact (B4)
    """

    day: date
    channel: str
    kind: str
    ladder: int
    claims: frozenset[int] = frozenset()
    asks: bool = True


@dataclass(frozen=True)
class Customer:
    """A debtor as it stands, with what is known of the days to come.

    :param snapshot: whose claims are `Foreseen`; what has come is found out here
    :param comes_by: by ruler id, the calendar by which its steps come: its hours at the customer's place,
        without dates to avoid
    :param planned: messages and tasks that are written down and have not left
    """

    snapshot: Snapshot
    comes_by: Mapping[int, ContactCalendar]
    planned: tuple[Planned, ...] = ()


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
        shape = _shape(customer)
        heard = self._alike.get(shape)
        if heard is None:
            heard = list(_Life(self, customer).play())
            if shape and len(self._alike) < SHAPES:
                self._alike[shape] = heard
        self.counts.update(heard)

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


class _Life:
    """One customer, played through the days."""

    def __init__(self, forecast: Forecast, customer: Customer):
        self.forecast = forecast
        self.snapshot = customer.snapshot
        self.calendar = customer.snapshot.calendar
        self.comes_by = customer.comes_by
        self.planned = customer.planned
        self.first = self.calendar.local_day(forecast.now)
        self.last = self.first + (forecast.days - 1) * _DAY
        self.courses = {
            claim.id: forecast.course(
                claim.ladder, customer.comes_by[claim.ladder.id], claim.counts_from
            )
            for claim in customer.snapshot.claims
        }
        self.claims = {c.id: c for c in customer.snapshot.claims if self._matters(c)}
        self.blocks = {claim.id: claim.block for claim in self.claims.values()}
        self.rulers = {
            step.id: claim.ladder.id
            for claim in self.claims.values()
            for step in claim.ladder.steps
        }
        self.contacts = list(customer.snapshot.contacts)
        self.spoken_at = forecast.now if customer.snapshot.spoken_to else None
        self.is_restless = True  # today is looked at in any case

    def play(self) -> Iterator[tuple[date, str, str, int]]:
        """(day, channel, kind, ruler id) of each contact in the days of the forecast."""
        said = [*self._what_is_planned()]
        events = self._events()
        day = self.first
        while day <= self.last:
            if self.is_restless or day in events:
                for instant in self._moments(day):
                    said += self._hear(self._decide(day, instant))
            day += _DAY
        return (one for one in said if one[0] <= self.last)

    def _matters(self, claim: Foreseen) -> bool:
        """Whether it is asked for, or spoken about, within these days."""
        course = self.courses[claim.id]
        # what is planned in the last evening is for a day that is not counted any more
        return claim.due_date <= self.last or (bool(course) and course[0][1] <= self.last)

    # ------------------------------------------------------------------ which moments are decided

    def _events(self) -> set[date]:
        """The days on which something changes by itself."""
        events = set()
        for claim in self.claims.values():
            low = claim.watermark
            events.update(day for o, day in self.courses[claim.id] if low is None or o > low)
            events.update((claim.starts, claim.free_from, claim.leaves_on))
            with suppress(NeverOpen):
                due = effective_due(claim.ladder, self.calendar, claim.due_date)
                limit = claim.ladder.max_days_overdue
                events.update((due, due + _DAY, due + timedelta(days=(limit or 0) + 1)))
        return events

    def _moments(self, day: date) -> Iterator[datetime]:
        """The instants of a local day at which the ruler may come to another decision."""
        windows = self.calendar.windows(day)
        by_night = self.forecast.by_night
        if day == self.first:
            yield self.forecast.now
        elif windows:
            yield windows[0][0]
        elif by_night:
            yield datetime.combine(day, time(), ZoneInfo(self.calendar.timezone)).astimezone(UTC)
        else:
            self.is_restless = True  # looked at on the next open day
        if by_night and windows and windows[-1][1] > self.forecast.now and self.is_restless:
            yield windows[-1][1]

    # ------------------------------------------------------------------ a decision, and what it changes

    def _decide(self, today: date, now: datetime) -> Decision:
        due = [claim for claim in self._as_of(today) if claim.come is not None]
        if not due:
            self.is_restless = False
            return Decision()
        decision = decide(
            _with(
                self.snapshot,
                claims=tuple(self.claims.values()),
                contacts=tuple(self.contacts),
                spoken_to=self.spoken_at is not None and self.spoken_at <= now,
                bank_days=self.snapshot.bank_days if today == self.first else 0,
            ),
            now,
        )
        for key, watermark in decision.watermarks.items():
            self.claims[key] = _with(self.claims[key], watermark=watermark)
        self.is_restless = any(
            decision.waiting.get(claim.id) not in PATIENT
            for claim in due
            if claim.come > decision.watermarks.get(claim.id, claim.come - 1)
        )
        return decision

    def _as_of(self, today: date) -> list[Foreseen]:
        """The claims as the planner finds them on a day."""
        for claim in list(self.claims.values()):
            if claim.leaves_on is not None and claim.leaves_on <= today:
                del self.claims[claim.id]
                continue
            come, block = None, Reason.RULER_STOPPED
            if claim.starts <= today <= claim.ends:
                block = None if claim.free_from <= today else self.blocks[claim.id]
                come = max((o for o, day in self.courses[claim.id] if day <= today), default=None)
                if come is not None and claim.watermark is not None and come <= claim.watermark:
                    come = None
            if come != claim.come or block != claim.block:
                self.claims[claim.id] = _with(claim, come=come, block=block)
        return list(self.claims.values())

    def _hear(self, decision: Decision) -> Iterator[tuple[date, str, str, int]]:
        for contact in decision.contacts:
            day, kind = self.calendar.local_day(contact.at), _kind(contact)
            if kind == "task":
                with suppress(NeverOpen):  # made on a closed day, done on the next open one
                    day = self.comes_by[contact.pairs[0][0].ladder.id].next_open_day(day)
            elif kind == "delivery":
                self._delivered(contact, day)
            else:
                self._heard(day, contact.at)
            yield day, contact.channel, kind, self.rulers[contact.tone.id]

    def _delivered(self, contact: Contact, day: date) -> None:
        moves = {claim.move for claim, _step in contact.pairs}
        for claim in self.claims.values():
            if claim.move in moves:
                self.claims[claim.id] = _with(claim, delivered=True, delivered_on=day)

    def _heard(self, day: date, at: datetime) -> None:
        self.contacts.append(day)
        self.spoken_at = min(self.spoken_at or at, at)

    def _what_is_planned(self) -> Iterator[tuple[date, str, str, int]]:
        for one in self.planned:
            day = max(one.day, self.first)
            if one.claims:
                about = [claim for claim in self.snapshot.claims if claim.id in one.claims]
                # a hold does not stop the invoice itself, as decisions say
                free = [c.starts if one.kind == "delivery" else c.free_day() for c in about]
                day = max(day, min(free, default=NEVER))
            if day > self.last:
                continue
            with suppress(NeverOpen):
                calendar = self.calendar
                if one.kind == "task":
                    calendar = self.comes_by.get(one.ladder, calendar)
                day = calendar.next_open_day(day)
                if one.asks and one.kind != "task":
                    if day in self.contacts:  # the snapshot has it already
                        self.contacts.remove(day)
                    self._heard(day, self.calendar.windows(day)[0][0])
                yield day, one.channel, one.kind, one.ladder


def _shape(customer: Customer) -> tuple | None:
    """What the course of a customer depends on, without ids and amounts: many are billed for the same days.

    None where amounts decide too: credits may cover what is due, and minimums ask for the sum.
    """
    snapshot = customer.snapshot
    if snapshot.credits or any(claim.ladder.asks_for_amounts for claim in snapshot.claims):
        return None
    moves: dict[int, int] = {}
    places = {claim.id: place for place, claim in enumerate(snapshot.claims)}
    return (
        snapshot.calendar,
        tuple(customer.comes_by.items()),
        snapshot.contacts,
        snapshot.spoken_to,
        snapshot.word_on,
        snapshot.talked_on,
        snapshot.bank_day,
        snapshot.bank_days,
        snapshot.profile,
        tuple(sorted(snapshot.channels.items())),
        tuple(sorted(snapshot.mute.items())),
        tuple(
            (
                c.ladder.id,
                moves.setdefault(c.move, len(moves)),
                c.counts_from,
                c.due_date,
                c.watermark,
                c.residual > 0,
                c.block,
                c.delivered,
                c.delivered_on,
                c.said,
                c.look_first,
                c.settlement_days,
                c.starts,
                c.ends,
                c.free_from,
                c.leaves_on,
            )
            for c in snapshot.claims
        ),
        tuple(
            (p.day, p.channel, p.kind, p.ladder, p.asks, frozenset(map(places.get, p.claims)))
            for p in customer.planned
        ),
    )


def _kind(contact: Contact) -> str:
    if contact.tone.delivers:
        return "delivery"
    mode = contact.tone.mode
    return {"task": "task", "approve": "approval"}.get(mode, "message")


def _with(original, **values):
    """The same with other values, like `dataclasses.replace`, which passes twenty fields each time."""
    copy = object.__new__(type(original))
    copy.__dict__.update(original.__dict__, **values)
    return copy
