"""Rulers, debtors and whole lives of debtors to try decisions on, and what is owed once more.

What is owed and what was said is defined here naively, a second time.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from hypothesis import strategies as st
from worlds import ALL_DAY, DAY, NINE_TO_NINE, SUNDAY_TO_THURSDAY, WEEKDAYS

from dunning.calendar import ContactCalendar
from dunning.course import reached_offset
from dunning.decision import decide
from dunning.facts import Claim, Contact, Decision, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.recheck import recheck

HOUR = timedelta(hours=1)
BRAZIL = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "SP")
ALWAYS = ContactCalendar("UTC", (ALL_DAY,) * 7)
CALENDARS = (
    BRAZIL,
    ALWAYS,
    ContactCalendar("Asia/Riyadh", SUNDAY_TO_THURSDAY, "SA", weekend=frozenset({4, 5})),
    ContactCalendar("Europe/Dublin", (((540, 720), (840, 1080)),) * 5 + ((), ()), "IE"),
    ContactCalendar("Pacific/Auckland", ((), NINE_TO_NINE, *((),) * 5), "NZ"),  # on Tuesdays only
    ContactCalendar(
        "America/Sao_Paulo",
        WEEKDAYS,
        closed=frozenset(date(2025, 12, 22) + n * DAY for n in range(12)),
    ),
)
STARTS = [  # all before a weekend, a holiday or a change of the clock
    datetime.fromisoformat(text + "+00:00")
    for text in ("2025-10-09T00:00", "2025-12-19T09:00", "2026-02-27T20:00", "2025-10-24T12:00")
]
BLOCKS = (Reason.HELD, Reason.BLOCKED, Reason.IN_FLIGHT, Reason.IN_BANK, Reason.RULER_STOPPED)
RUNGS = (  # what is on one offset: (channel, mode, role)
    (("email", "automatic", "billing"),),
    (("email", "automatic", "billing"),),
    (("email", "automatic", "billing"),),
    (("email", "automatic", "billing"), ("sms", "automatic", "billing")),
    (("email", "automatic", "billing"), ("phone", "task", "billing")),
    (("sms", "automatic", "billing"),),
    (("phone", "task", "billing"),),
    (("email", "approve", "billing"),),
    (("email", "approve", "billing"), ("sms", "automatic", "billing")),
    (("email", "automatic", "escalation"),),
)
# few draws per example: making the examples costs far more time than deciding upon them
amounts = st.integers(1, 99999).map(lambda cents: Decimal(cents) / 100)
gap_lists = st.lists(st.sampled_from([3, 1, 2, 9]), min_size=1, max_size=5)


# ruler and debtor


@st.composite
def rulers(draw, number, limits):
    """A ruler with messages, approvals, tasks and often a delivery; step ids differ per number."""
    offsets = list(accumulate(draw(gap_lists), initial=draw(st.integers(-12, 2))))
    delivering = draw(st.sampled_from([None, 0, 0, 1]))
    steps = []
    for n, offset in enumerate(offsets):
        for channel, mode, role in draw(st.sampled_from(RUNGS)):
            delivers = n == delivering and offset <= 0 and channel == "email"
            mode = "automatic" if delivers else mode
            key = number * 100 + len(steps)
            steps.append(Step(key, offset, channel, mode, delivers=delivers, role=role))
    return Ladder(number, tuple(steps), **limits)


@st.composite
def contact_limits(draw):
    contacts, days = draw(st.sampled_from([(0, 7), (3, 7), (2, 4), (1, 3), (3, 9)]))
    return {
        "min_days_between": draw(st.sampled_from([0, 1, 2, 3])),
        "max_contacts": contacts,
        "max_contacts_days": days,
        "days_after_delivery": draw(st.sampled_from([3, 0, 1])),
        "max_days_overdue": draw(st.sampled_from([None, None, None, 10, 25])),
        "bank_days": draw(st.booleans()),
    }


@dataclass(frozen=True)
class Case:
    snapshot: Snapshot
    now: datetime

    @property
    def today(self):
        return self.snapshot.calendar.local_day(self.now)

    def decide(self):
        return decide(self.snapshot, self.now)


@st.composite
def cases(draw, quiet=False):
    """A debtor at an instant.

    :param quiet: one ruler, already spoken to, and nothing that makes a claim wait
    """
    calendar = draw(st.sampled_from(CALENDARS))
    now = draw(st.sampled_from(STARTS)) + draw(st.integers(0, 100)) * HOUR
    today = calendar.local_day(now)
    limits = draw(contact_limits())
    if quiet:
        limits |= {"max_days_overdue": None, "min_days_between": 0, "max_contacts": 0}
    ladders = [draw(rulers(1, limits))]
    if not quiet and draw(st.booleans()):
        ladders.append(draw(rulers(2, draw(contact_limits()))))
    claims = []
    for key in range(1, draw(st.integers(1, 5)) + 1):
        claims.append(draw(claims_of(key, draw(st.sampled_from(ladders)), calendar, today, quiet)))
    total, first = sum(c.residual for c in claims), claims[0].residual
    credits = [{}, {}, {}, {"EUR": Decimal(1)}, {"EUR": first}, {"EUR": total}, {"EUR": total / 2}]
    credits += [{"USD": first}, {"EUR": total, "USD": Decimal(1)}, {"USD": total, "EUR": first}]
    contacts = [(), (), (), (-1,), (-2, -5), (-3, -4, -6), (-3, 1), (2,), (2, 3, 4), (0,), (-9, -9)]
    days = () if quiet else draw(st.sampled_from(contacts))
    return Case(
        Snapshot(
            calendar,
            tuple(claims),
            {} if quiet else draw(st.sampled_from(credits)),
            tuple(today + n * DAY for n in days),
            quiet or draw(st.booleans()),
        ),
        now,
    )


@st.composite
def claims_of(draw, key, ladder, calendar, today, quiet=False):
    due = today - draw(st.integers(-12, 30)) * DAY
    reached = reached_offset(ladder, calendar, due, today)
    # nothing is consumed before it has come
    below = [None] if reached is None else [None, *(o for o in ladder.offsets if o <= reached)]
    back = draw(st.sampled_from([1, 1, 2, 3, 0]))
    watermark = below[max(-len(below), -1 - back)]
    if quiet:
        block, delivered, delivered_on = None, True, None
    else:
        block = draw(st.sampled_from([*[None] * 12, *BLOCKS]))
        delivered, ago = draw(
            st.sampled_from([(True, None), (False, None), (False, None), (True, 1), (False, 3)])
        )
        delivered_on = None if ago is None else today - ago * DAY
    return Claim(
        key,
        draw(st.sampled_from([key, key, 1])),
        ladder,
        due,
        due,
        None if reached == watermark else reached,
        watermark,
        draw(amounts),
        "EUR" if quiet else draw(st.sampled_from(["EUR", "EUR", "EUR", "USD"])),
        block,
        delivered,
        delivered_on,
    )


# what is owed and what was said


def heard(decision: Decision) -> list[Contact]:
    """The dunning contacts that the customer hears of."""
    return [c for c in decision.contacts if _mode(c) != "task" and not c.tone.delivers]


def tasks(decision: Decision) -> list[Contact]:
    return [c for c in decision.contacts if _mode(c) == "task"]


def deliveries(decision: Decision) -> list[Contact]:
    return [c for c in decision.contacts if c.tone.delivers]


def _mode(contact):
    return contact.pairs[0][1].mode


def fates(decision: Decision) -> dict[int, list]:
    """{claim id: the steps said, made a task or skipped}, in no order."""
    result = defaultdict(list)
    for contact in decision.contacts:
        for claim, step in contact.pairs:
            result[claim.id].append(step)
    for claim, step, _reason in decision.skipped:
        result[claim.id].append(step)
    return result


def effective(calendar, claim):
    return calendar.bank_day(claim.due_date) if claim.ladder.bank_days else claim.due_date


def in_force(snapshot, day):
    """The claims that the ruler may speak about: neither blocked nor beyond its limit of days."""
    return [
        c
        for c in snapshot.claims
        if c.blocked_by is None
        and not (
            c.ladder.max_days_overdue
            and day - effective(snapshot.calendar, c) > c.ladder.max_days_overdue * DAY
        )
    ]


def due(snapshot, day):
    return [c for c in in_force(snapshot, day) if effective(snapshot.calendar, c) <= day]


def owed(snapshot: Snapshot, day: date, spoken_about=()) -> dict[str, Decimal]:
    """What a message may ask for on a day: of what it speaks about the sums of what is due, or else of what
    it announces, less what credits leave after they paid for what is older."""
    free = [c for c in in_force(snapshot, day) if c.id in spoken_about]
    asked = [c for c in free if c in due(snapshot, day)] or free
    sums = {}
    for currency in {c.currency for c in asked}:
        owing = [c for c in in_force(snapshot, day) if c.currency == currency]
        credit = snapshot.credits.get(currency, 0)
        sums[currency] = Decimal(0)
        for claim in sorted(owing, key=lambda c: (c.due_date, c.id)):
            paid = min(credit, claim.residual)
            credit -= paid
            sums[currency] += claim.residual - paid if claim in asked else 0
    return sums


def waits_for_the_other_track(claim: Claim, watermark: int) -> bool:
    """Whether a message and a task have both come, so that the later of the two follows another day."""
    left = claim.ladder.steps_between(claim.watermark, claim.reached_offset)
    return watermark < claim.reached_offset and len({s.mode == "task" for s in left}) == 2


def consumed(snapshot: Snapshot, decision: Decision, **more) -> Snapshot:
    """The debtor after a decision was written down."""
    claims = (
        replace(c, reached_offset=None, watermark=decision.watermarks.get(c.id, c.watermark))
        for c in snapshot.claims
    )
    return replace(snapshot, claims=tuple(claims), **more)


# a life


@dataclass(frozen=True)
class Planned:
    """A contact on its way: when it may go, the run that planned it, what the door kept of it."""

    contact: Contact
    at: datetime
    run: int
    kept: frozenset[int] = frozenset()

    @property
    def asks(self):
        """Whether it counts as a contact with the customer."""
        return _mode(self.contact) != "task" and not self.contact.tone.delivers


@dataclass
class Life:
    """A debtor followed through time: decides, lets contacts leave by a door, lets things happen.

    Whoever writes decisions down does it like this: watermarks at once, a contact counts as one as
    long as it is planned, what waits at the door or for approval does not.
    """

    calendar: ContactCalendar
    ladder: Ladder
    now: datetime
    claims: dict[int, Claim] = field(default_factory=dict)
    closed: dict[int, Reason] = field(default_factory=dict)
    credit: Decimal = Decimal(0)
    spoken_to: bool = False
    planned: list[Planned] = field(default_factory=list)
    waiting: list[Planned] = field(default_factory=list)  # at the door, or on somebody's desk
    left: list[Planned] = field(default_factory=list)
    fates: dict[int, list] = field(default_factory=lambda: defaultdict(list))
    first: dict[int, int | None] = field(default_factory=dict)  # the watermark at the beginning
    runs: int = 0

    @property
    def today(self):
        return self.calendar.local_day(self.now)

    def bill(self, in_days, residuals, watermark=None):
        """An invoice with one instalment a week."""
        move = len(self.first) + 1
        for n, residual in enumerate(residuals):
            key, due = move + n, self.today + (in_days + 7 * n) * DAY
            reached = reached_offset(self.ladder, self.calendar, due, self.today)
            low = watermark if reached is not None and (watermark or 0) <= reached else None
            self.first[key] = low
            self.claims[key] = Claim(key, move, self.ladder, due, due, None, low, residual, "EUR")

    def snapshot(self, door_of=None):
        """The facts of now; at the door of a contact it and those beside it do not count."""
        claims, speaks_on = [], self.calendar.speaking_day(self.now)
        for claim in self.claims.values():
            reached = reached_offset(self.ladder, self.calendar, claim.counts_from, speaks_on)
            low = claim.watermark
            new = reached is not None and (low is None or low < reached)
            claims.append(replace(claim, reached_offset=reached if new else None))
        days = []
        for other in (*self.left, *self.planned):
            day = self.calendar.local_day(other.at)
            beside = door_of and other.run == door_of.run and day == self.today
            if other.asks and not beside:
                days.append(day)
        credits = {"EUR": self.credit} if self.credit else {}
        return Snapshot(
            self.calendar, tuple(claims), credits, tuple(days), self.spoken_to, self.closed
        )

    def run(self):
        """One run of the job: plan, then let leave what may.

        :return: the snapshot and the decision
        """
        self.runs += 1
        snapshot = self.snapshot()
        decision = decide(snapshot, self.now)
        for key, watermark in decision.watermarks.items():
            self.claims[key] = replace(self.claims[key], watermark=watermark)
        for key, steps in fates(decision).items():
            self.fates[key] += steps
        for contact in decision.contacts:
            desk = self.waiting if _mode(contact) == "approve" else self.planned
            desk.append(Planned(contact, contact.at, self.runs))
            if contact.tone.delivers:
                day = self.calendar.local_day(contact.at)
                self._of_move(contact.pairs[0][0].move, delivered_on=day)
        self._send()
        return snapshot, decision

    def approve(self):
        """Somebody clears the desk; also what waited at the door is asked again."""
        again, self.waiting = self.waiting, []
        for one in again:
            self.planned.append(replace(one, at=self.now))
            self._send()

    def _send(self):
        for one in [p for p in self.planned if p.at <= self.now]:
            contact = one.contact
            self.planned.remove(one)
            check = recheck(
                self.snapshot(one),
                [(claim.id, step) for claim, step in contact.pairs],
                self.now,
                "delivery" if contact.tone.delivers else "dunning",
                _mode(contact) != "task",
                # whatever leaves a desk was approved
                self.today if _mode(contact) == "approve" else None,
            )
            if check.verdict == "wait":
                self.waiting.append(one)
            elif check.verdict == "go":
                self.left.append(replace(one, at=self.now, kept=check.keep))
                if contact.tone.delivers:
                    self._of_move(contact.pairs[0][0].move, delivered=True)
                elif one.asks:
                    self.spoken_to = True

    def _of_move(self, move, **values):
        for key, claim in self.claims.items():
            if claim.move == move:
                self.claims[key] = replace(claim, **values)

    def pay(self, which, share):
        """A payment, of all that is left of a claim or of a part."""
        if not self.claims:
            return
        key = sorted(self.claims)[which % len(self.claims)]
        rest = (self.claims[key].residual * (100 - share) / 100).quantize(Decimal("0.01"))
        if rest:
            self.claims[key] = replace(self.claims[key], residual=rest)
        else:
            del self.claims[key]
            self.closed[key] = Reason.PAID

    def block(self, which, reason):
        """A hold, a payment under way …, or the end of one."""
        if self.claims:
            key = sorted(self.claims)[which % len(self.claims)]
            self.claims[key] = replace(self.claims[key], blocked_by=reason)


events = st.one_of(
    st.just(("nothing",)),
    st.just(("approve",)),
    st.tuples(st.just("pay"), st.integers(0, 9), st.sampled_from([30, 100, 100])),
    st.tuples(st.just("block"), st.integers(0, 9), st.sampled_from([None, None, *BLOCKS])),
    st.tuples(st.just("credit"), amounts),
    st.tuples(
        st.just("bill"),
        st.integers(-20, 12),
        st.lists(amounts, min_size=1, max_size=3),
        st.none() | st.integers(-12, 20),
    ),
)

# hours until the job runs again: minutes, a day, a server down for days
pauses = st.sampled_from([0, 1, 7, 24, 24, 24, 24, 24, 72, 240])


@st.composite
def lives(draw):
    """A debtor with an invoice or two, and what will happen: [(hours until then, event)]."""
    limits = draw(contact_limits())
    ladder = draw(rulers(1, limits))
    calendar = draw(st.sampled_from([BRAZIL, BRAZIL, ALWAYS]))
    now = draw(st.sampled_from(STARTS)) + draw(st.integers(0, 72)) * HOUR
    life = Life(calendar, ladder, now)
    for _count in range(draw(st.integers(1, 2))):
        life.bill(draw(st.integers(-20, 12)), draw(st.lists(amounts, min_size=1, max_size=3)))
    return life, draw(st.lists(st.tuples(pauses, events), min_size=5, max_size=25))
