"""Law 1: what banner, card, drawn line, list, preview and forecast announce is what leaves (A1, A12, F1).

Announced is what `outlook` and `forecast` say of a debtor at a moment. What leaves is found out here by
itself: the days are lived with `decide` and `recheck` alone, a run at each moment at which something may come
to another end; the facts that a decision makes are written down naively.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from debtors import BRAZIL, cases
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY

from dunning.course import reached_offset
from dunning.decision import decide
from dunning.facts import Snapshot
from dunning.forecast import Forecast
from dunning.foreseen import NEVER, Customer, Foreseen
from dunning.ladder import Ladder, Step
from dunning.outlook import horizon, look_ahead
from dunning.reason import Reason
from dunning.recheck import recheck

# days that are lived; what is announced for later is not compared
DAYS = 45


@dataclass(frozen=True)
class Left:
    """What left, or what was asked of us.

    :param at: when it left; of a task only the day counts
    """

    day: date
    kind: str
    channel: str
    step: int
    mode: str
    at: datetime | None
    claims: frozenset[int]
    due: tuple[tuple[int, int], ...]  # the step of each claim

    @property
    def ruler(self):
        return self.step // 100


@dataclass
class Lived:
    """A debtor, lived day by day; nobody pays, no task is done, and what wants a word gets it at once."""

    customer: Customer
    now: datetime
    left: list[Left] = field(default_factory=list)

    def __post_init__(self):
        self.snapshot = self.customer.snapshot
        self.calendar = self.snapshot.calendar
        self.claims = {claim.id: claim for claim in self.snapshot.claims}
        self.contacts = list(self.snapshot.contacts)
        self.history = self.snapshot.history

    def live(self):
        first = self.calendar.local_day(self.now)
        for days in range(DAYS):
            for instant in self.moments(first + days * DAY):
                if instant >= self.now:
                    self.now = instant
                    while self.run():  # the scheduled action comes again soon
                        self.now += timedelta(minutes=10)
        return self.left

    def moments(self, day):
        """Midnight, and whenever a window opens, stands open or closes."""
        windows = self.calendar.windows(day)
        midnight = datetime.combine(day, time(), ZoneInfo(self.calendar.timezone)).astimezone(UTC)
        edges = [self.now, midnight, *(at for window in windows for at in window)]
        halves = [begin + (end - begin) / 2 for begin, end in windows]
        local = [at for at in edges + halves if self.calendar.local_day(at) == day]
        return sorted(local)

    def facts(self, door=False):
        """The facts of now, as the plan or a door finds them."""
        today, claims = self.calendar.local_day(self.now), []
        for claim in self.claims.values():
            if claim.blocked_by and claim.free_from <= today:
                claim = replace(claim, blocked_by=None)
            comes_by = self.customer.comes_by[claim.ladder.id]
            reached = reached_offset(claim.ladder, comes_by, claim.counts_from, today)
            low = claim.watermark
            is_new = reached is not None and (low is None or reached > low)
            claims.append(replace(claim, reached_offset=reached if is_new else None))
        return replace(
            self.snapshot,
            claims=tuple(claims),
            contacts=tuple(self.contacts),
            history=self.history,
        )

    def run(self):
        """A run of the scheduled action; whether it delivered an invoice or passed a step over, so that the
        next one may find more. What may be said only on another day is left to that."""
        today = self.calendar.local_day(self.now)
        if not any(closes > self.now for _opens, closes in self.calendar.windows(today)):
            return False
        snapshot = self.facts()
        decision = decide(snapshot, self.now)
        for key, watermark in decision.watermarks.items():
            self.claims[key] = replace(self.claims[key], watermark=watermark)
        doors = [self.leave(contact, snapshot) for contact in decision.contacts]
        known = len(self.left)
        for contact in doors:
            self.write_down(contact)
        self.left[known:] = sorted(self.left[known:], key=lambda one: (one.day, one.kind == "task"))
        said = {claim.id for contact in decision.contacts for claim, _step in contact.pairs}
        passed_over = any(key not in said for key in decision.watermarks)
        return passed_over or any(one.kind == "delivery" for one in self.left[known:])

    def leave(self, contact, planned_by):
        """Ask the door when it leaves; nothing has happened meanwhile, so it must say yes."""
        step = contact.pairs[0][1]
        door = replace(self.facts(), contacts=tuple(planned_by.contacts))
        verdict = recheck(
            door,
            [(claim.id, step) for claim, step in contact.pairs],
            contact.at,
            "delivery" if contact.tone.delivers else "dunning",
            step.mode != "task",
            self.calendar.local_day(contact.at),
        )
        if verdict.verdict == "ask":
            assert verdict.reason == contact.asks
            return contact
        assert verdict.verdict == "go", (verdict, contact)
        assert verdict.keep == {claim.id for claim, _step in contact.pairs}
        if verdict.tone:
            assert verdict.tone.id == contact.tone.id, "it leaves in other words than planned"
        return contact

    def write_down(self, contact):
        day, mode = self.calendar.local_day(contact.at), contact.tone.mode
        ids = frozenset(claim.id for claim, _step in contact.pairs)
        is_task = contact.pairs[0][1].mode == "task"
        if is_task:
            for key in ids:
                made = {"task_since": day, "is_reviewed": contact.tone.reviews}
                self.claims[key] = replace(self.claims[key], **made)
            day = self.customer.comes_by[contact.pairs[0][0].ladder.id].next_open_day(day)
        elif contact.tone.delivers:
            moves = {claim.move for claim, _step in contact.pairs}
            for key, claim in self.claims.items():
                if claim.move in moves:
                    sent = {"delivered": True, "delivered_on": day, "unsent": False}
                    self.claims[key] = replace(claim, **sent)
        elif not (contact.asks or "").startswith(
            "untrue_"
        ):  # else it waits until somebody mends it
            self.contacts.append(day)
            self.snapshot = replace(self.snapshot, spoken_to=True)
            if self.history:
                written = dict.fromkeys(ids, day) | dict(self.history.written)
                self.history = replace(self.history, written=written)
        kinds = {"task": "task", "approve": "approval", "automatic": "message"}
        self.left.append(
            Left(
                day,
                "delivery" if contact.tone.delivers else kinds["task" if is_task else mode],
                contact.channel,
                contact.tone.id,
                mode,
                None if is_task else contact.at,
                ids,
                tuple(sorted((claim.id, step.id) for claim, step in contact.pairs)),
            )
        )


def announced(said):
    """What `outlook` names first, as it is compared."""
    contact = said.contact
    return Left(
        said.day,
        said.kind,
        contact.channel,
        contact.tone.id,
        contact.tone.mode,
        None if said.kind == "task" else contact.at,
        frozenset(claim.id for claim, _step in contact.pairs),
        tuple(sorted((claim.id, step.id) for claim, step in contact.pairs)),
    )


@st.composite
def customers(draw):
    """A debtor with all that may stand in the way, at an instant."""
    case = draw(cases())
    today, claims = case.today, []
    ago = st.sampled_from([None, None, None, 0, 1, 2, 5])
    rulers = {claim.ladder.id: claim.ladder for claim in case.snapshot.claims}
    sent = {}  # how each invoice stands, for all of its instalments
    rulers = {key: with_wishes(draw, ladder) for key, ladder in rulers.items()}
    for claim in case.snapshot.claims[:4]:
        values = {**vars(claim), "reached_offset": None}
        values["free_from"] = draw(st.sampled_from([NEVER, today + DAY, today + 4 * DAY]))
        if claim.move not in sent:
            is_unsent = not (claim.delivered or claim.delivered_on) and draw(st.booleans())
            sent[claim.move] = {
                "delivered": claim.delivered,
                "delivered_on": claim.delivered_on,
                "unsent": is_unsent,
                "by_hand": is_unsent and draw(st.booleans()),
            }
        values |= sent[claim.move]
        days = draw(ago)
        if days is not None:
            values |= {"task_since": today - days * DAY, "is_reviewed": draw(st.booleans())}
        values["money_went_on"] = draw(st.sampled_from([None, None, today - 3 * DAY]))
        values["draft_credit_note"] = draw(st.sampled_from([False, False, False, True]))
        values["settlement_days"] = draw(st.sampled_from([0, 0, 0, 2]))
        values["ladder"] = rulers[claim.ladder.id]
        claims.append(Foreseen(**values))
    days = [draw(ago) for _fact in range(2)]
    snapshot = replace(
        case.snapshot,
        claims=tuple(claims),
        contacts=tuple(day for day in case.snapshot.contacts if day <= today),
        thanks_on=frozenset(today - n * DAY for n in days[:1] if n is not None),
        conversation_on=None if days[1] is None else today - days[1] * DAY,
        profile=draw(st.sampled_from([None, "punctual", "late"])),
        unanswered=draw(st.sampled_from([False, False, False, True])),
        best_minute=draw(st.sampled_from([None, None, 14 * 60])),
    )
    by = {claim.ladder.id: snapshot.calendar for claim in claims}
    return Customer(snapshot, by), case.now


def with_wishes(draw, ladder):
    """The same ruler, one of whose steps reviews, states something, is not for all or not for little."""
    at = draw(st.sampled_from([None, *range(len(ladder.steps))]))
    if at is None:
        return ladder
    steps, step = list(ladder.steps), ladder.steps[at]
    wish = draw(st.sampled_from(["reviews", "profile", "least", "says"]))
    if wish == "reviews" and step.mode == "task":
        steps[at] = replace(step, reviews=True)
    elif wish == "profile":
        steps[at] = replace(step, skip_profiles=frozenset({"punctual"}))
    elif wish == "says":
        steps[at] = replace(step, says=frozenset({"no_payment"}))
    elif wish == "least":
        steps[at] = replace(step, owed_min=Decimal(250))
    return replace(ladder, steps=tuple(steps))


@given(customers())
def test_what_is_named_first_is_what_leaves_first(found):
    """Banner, card and preview: day, hour, step, tone, channel and what it is about."""
    customer, now = found
    outlook = look_ahead(horizon(now), customer)
    left = Lived(customer, now).live()
    if left:
        assert announced(outlook.first) == left[0]
    else:
        assert (
            not outlook.first
            or outlook.first.day >= customer.snapshot.calendar.local_day(now) + (DAYS - 1) * DAY
        )


@given(customers())
def test_what_is_drawn_is_what_leaves(found):
    """The drawn line and the list: for each claim each step's day, as far as it was lived."""
    customer, now = found
    today = customer.snapshot.calendar.local_day(now)
    until = today + (DAYS - 1) * DAY
    ids = {claim.id for claim in customer.snapshot.claims}
    outlook = look_ahead(horizon(now), customer, ids)
    left = Lived(customer, now).live()
    for key in ids:
        coming = outlook.of.get(key, ())
        drawn = [
            (one.day, step.id)
            for one in coming
            for step in one.steps
            if one.day < until and not one.waits
        ]
        lived = [
            (one.day, step)
            for one in left
            for claim, step in one.due
            if claim == key and one.day < until
        ]
        assert [(str(d), s) for d, s in drawn] == [(str(d), s) for d, s in lived]
        own = [one for one in left if key in one.claims]
        if own and own[0].day < until:
            assert (coming[0].words.id, coming[0].day) == (own[0].step, own[0].day)


@given(customers())
def test_what_is_forecast_is_what_leaves(found):
    """How many by day, channel, kind and ruler."""
    customer, now = found
    today = customer.snapshot.calendar.local_day(now)
    forecast = Forecast(now, DAYS - 5)
    forecast.add(customer)
    left = Lived(customer, now).live()
    until = forecast.last_day(customer.snapshot.calendar)
    assert forecast.counts == Counter(
        (one.day, one.channel, one.kind, one.ruler) for one in left if today <= one.day <= until
    )


@pytest.mark.parametrize(
    ("facts", "credit", "why"),
    [
        ({}, 100, Reason.COVERED),
        ({"residual": Decimal("0.01")}, 0, Reason.TOO_LITTLE),
        ({"blocked_by": Reason.HELD}, 0, Reason.HELD),
        ({"task_since": date(2026, 3, 2), "is_reviewed": True}, 0, Reason.TASK_OPEN),
        ({"due_date": date(2025, 12, 1), "counts_from": date(2025, 12, 1)}, 0, Reason.PAST_LIMIT),
    ],
)
def test_why_it_is_silent_is_said_as_it_is_today(facts, credit, why):
    """People take over after sixty days: that is not why nothing is said about an invoice of next week."""
    steps = Step(1, 0, "email"), Step(2, 8, "email")
    ladder = Ladder(1, steps, max_days_overdue=60, owed_min=Decimal(5))
    due = date(2026, 3, 9)
    values = {"counts_from": due, "due_date": due, "residual": Decimal(100), "watermark": None}
    values = {"reached_offset": None, "currency": "EUR", "delivered": True, **values, **facts}
    claim = Foreseen(id=1, move=1, ladder=ladder, **values)
    credits = {"EUR": Decimal(credit)} if credit else {}
    customer = Customer(Snapshot(BRAZIL, (claim,), credits, spoken_to=True), {1: BRAZIL})
    now = datetime(2026, 3, 4, 15, tzinfo=UTC)
    outlook = look_ahead(horizon(now), customer, {1})
    assert (outlook.first, outlook.why, outlook.waits) == (None, why, {1: why})
