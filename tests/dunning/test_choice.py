"""What is announced is what is then done: lines and sentences against decisions (A12)."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from debtors import CALENDARS, rulers
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY

from dunning.calendar import ContactCalendar
from dunning.choice import choose
from dunning.course import reached_offset
from dunning.decision import decide
from dunning.drawing import draw
from dunning.facts import Claim, Snapshot
from dunning.forecast import Forecast
from dunning.foreseen import Customer, Foreseen
from dunning.ladder import Ladder, Step
from dunning.next_step import next_step
from dunning.outlook import look_ahead
from dunning.reason import Reason

NO_CAPS = {"min_days_between": 0, "max_contacts": 0, "days_after_delivery": 0}
# the days in which a customer is played until something is said
HORIZON = 120


@dataclass(frozen=True)
class Alone:
    """A customer with one claim, at the beginning of a day."""

    ladder: Ladder
    calendar: ContactCalendar
    due: date
    today: date
    watermark: int | None
    spoken_to: bool
    delivered: bool

    def announced(self):
        facts = self.ladder, self.calendar, self.due
        found = next_step(
            *facts,
            self.watermark,
            self.today,
            delivered=self.delivered,
            spoken_to=self.spoken_to,
        )
        midnight = datetime.combine(self.today, time(), ZoneInfo(self.calendar.timezone))
        claim = Foreseen(**vars(self.claim()))
        customer = Customer(
            Snapshot(self.calendar, (claim,), spoken_to=self.spoken_to), {1: self.calendar}
        )
        opens = self.calendar.first_instant(midnight.astimezone(UTC))
        days = Forecast(opens, HORIZON)
        coming = look_ahead(days, customer, {1}).of.get(1, ())
        drawn = draw(
            *facts, self.today, self.watermark, delivered=self.delivered, coming=coming
        ).next
        return found, drawn

    def claim(self):
        return Claim(
            *(1, 1, self.ladder, self.due, self.due, None, self.watermark, Decimal(10), "EUR"),
            delivered=self.delivered,
        )

    def first_contact(self):
        """Play the days with the decisions that count, until something is said or done."""
        claim = self.claim()
        for days in range(HORIZON):
            day = self.today + days * DAY
            reached = reached_offset(self.ladder, self.calendar, self.due, day)
            windows = self.calendar.windows(day)
            if not windows or reached is None:
                continue
            if claim.watermark is not None and reached <= claim.watermark:
                continue
            asked = Snapshot(
                self.calendar, (replace(claim, reached_offset=reached),), spoken_to=self.spoken_to
            )
            decision = decide(asked, windows[0][0])
            if decision.contacts:
                return decision.contacts[0], day
            claim = replace(claim, watermark=decision.watermarks.get(1, claim.watermark))
        return None, None


@st.composite
def customers(draw):
    limits = NO_CAPS | {"max_days_overdue": None, "bank_days": draw(st.booleans())}
    ladder = draw(rulers(1, limits))
    due = date(2026, 3, 2) + draw(st.integers(0, 40)) * DAY
    return Alone(
        ladder,
        draw(st.sampled_from(CALENDARS)),
        due,
        due + draw(st.integers(-20, 30)) * DAY,
        draw(st.sampled_from([None, *ladder.offsets])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


@given(customers())
def test_what_is_named_next_is_what_is_then_planned(customer):
    """For a customer with one claim and no caps: the step, its words and its day."""
    found, drawn = customer.announced()
    contact, day = customer.first_contact()
    if contact is None:
        assert (found, drawn) == (None, None)
        return
    assert found == (contact.tone, day)
    assert (drawn.step, drawn.day) == (contact.pairs[0][1], day)


LADDER = Ladder(
    1,
    (
        Step(1, -3, "email"),
        Step(2, 3, "email"),
        Step(3, 5, "phone", mode="task"),
        Step(4, 8, "sms"),
        Step(5, 8, "email"),
    ),
)


def chosen(reached_offset, watermark=None, **more):
    found = choose(LADDER, watermark, reached_offset, **{"days_late": 9, "spoken_to": True} | more)
    return [s.id for s in found.messages], [s.id for s in found.tasks], found.watermark


def test_the_latest_message_or_the_latest_task_is_taken_whichever_comes_first():
    """Nobody is called and written to in one minute, unless the ruler has both on one day."""
    assert chosen(-3) == ([], [], -3)
    assert chosen(-3, days_late=-1) == ([1], [], -3)
    assert chosen(5) == ([2], [], 3)
    assert chosen(5, watermark=3) == ([], [3], 5)
    assert chosen(8) == ([], [3], 5)
    assert chosen(8, watermark=5) == ([4, 5], [], 8)
    both = Ladder(1, (*LADDER.steps, Step(6, 8, "phone", mode="task")))
    assert len(choose(both, 3, 8, days_late=9, spoken_to=True).messages) == 2
    assert [s.id for s in choose(both, 3, 8, days_late=9, spoken_to=True).tasks] == [6]
    assert chosen(8, spoken_to=False) == ([2], [], 3)
    assert chosen(8, done_step_ids=(4, 5)) == ([2], [], 3)
    assert chosen(8, left_out=dict.fromkeys((4, 5), Reason.TOO_LITTLE)) == ([2], [], 3)


def test_what_reaches_nobody_waits_unless_something_later_arrives():
    lost = {("email", "billing"): Reason.BAD_ADDRESS}
    assert chosen(8, unreachable=lost) == ([], [3], 5)
    assert chosen(8, watermark=5, unreachable=lost) == ([4], [], 8)
    assert choose(LADDER, 5, 3 + 5, days_late=9, spoken_to=True, unreachable=lost).waits is None
    mute = lost | {("sms", "billing"): Reason.OPTED_OUT}
    assert chosen(8, unreachable=mute) == ([], [3], 5)
    waits = choose(LADDER, 5, 8, days_late=9, spoken_to=True, unreachable=mute).waits
    assert waits == Reason.OPTED_OUT
