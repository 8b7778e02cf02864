"""The simulator: what would be said, when, and what moved it (A12)."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from debtors import BRAZIL, contact_limits, rulers
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY, due_dates

from dunning.course import timeline
from dunning.facts import Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.simulator import simulate

RULER = Ladder(
    1,
    (
        Step(1, -10, "email", delivers=True),
        Step(2, -7, "email"),
        Step(3, 0, "email"),
        Step(4, 2, "email"),
        Step(5, 5, "activity", mode="task"),
        Step(6, 8, "email"),
    ),
)
HUNDRED = Decimal(100)


def played(*dues, ladder=RULER, **more):
    found = simulate(
        ladder, Snapshot(BRAZIL, ()), [date.fromisoformat(due) for due in dues], HUNDRED, **more
    )
    return [(str(one.day), one.step.offset, one.moved) for one in found]


def test_one_due_date_gives_each_step_on_its_day():
    assert played("2026-03-18") == [  # a Wednesday
        ("2026-03-09", -10, (Reason.CLOSED,)),  # ten days before is a Sunday
        ("2026-03-12", -7, (Reason.JUST_DELIVERED,)),
        ("2026-03-18", 0, ()),
        ("2026-03-20", 2, ()),
        ("2026-03-23", 5, ()),
        ("2026-03-26", 8, ()),
    ]


def test_what_moved_a_contact_is_said():
    close = Ladder(1, (Step(1, 1, "email"), Step(2, 2, "email"), Step(3, 4, "email")))
    assert played("2026-03-16", ladder=close) == [
        ("2026-03-17", 1, ()),
        ("2026-03-19", 2, (Reason.TOO_SOON,)),
        ("2026-03-23", 4, (Reason.TOO_SOON,)),  # on Saturday two days would have passed
    ]


def test_firm_words_are_said_to_have_waited_for_the_turn_of_the_year():
    firm = Step(2, 8, "email", spares_turn_of_year=True)
    assert played("2026-12-15", ladder=Ladder(1, (Step(1, 2, "email"), firm))) == [
        ("2026-12-17", 2, ()),
        ("2027-01-04", 8, (Reason.TURN_OF_YEAR,)),  # the 3rd is a Sunday
    ]


def test_instalments_share_their_messages():
    found = simulate(
        RULER, Snapshot(BRAZIL, ()), [date(2026, 3, 18), date(2026, 3, 25)], HUNDRED, delivered=True
    )
    both = [one for one in found if len(one.dues) == 2]
    asked = {one.day: one.contact.amount for one in found if one.step.mode != "task"}
    assert len(asked) == len([one for one in found if one.step.mode != "task"]), "two on one day"
    assert both or max(asked.values()) == 200


@given(contact_limits(), st.data(), st.lists(due_dates, min_size=1, max_size=4, unique=True))
def test_a_simulation_keeps_the_laws_of_the_ruler(limits, data, dues):
    ladder = data.draw(rulers(1, limits))
    amount = Decimal(10)
    found = simulate(ladder, Snapshot(BRAZIL, ()), dues, amount)
    heard = [c.day for c in found if c.contact.pairs[0][1].mode != "task" and not c.step.delivers]
    days = sorted(set(heard))
    for one, other in pairwise(days):
        assert (other - one) >= max(1, ladder.min_days_between) * DAY
    assert all(BRAZIL.is_open_day(day) for day in days)
    assert sum(c.step.delivers for c in found) <= 1
    # each step of each instalment at most once, and never before its day
    pairs = [(claim.id, step.id) for c in found for claim, step in c.contact.pairs]
    assert len(pairs) == len(set(pairs))
    for contact in found:
        for claim, step in contact.contact.pairs:
            course = dict(timeline(ladder, BRAZIL, claim.due_date))
            assert contact.day >= course[step]


@given(contact_limits(), st.data(), due_dates)
def test_whatever_comes_late_has_a_reason(limits, data, due):
    ladder = data.draw(rulers(1, limits))
    for contact in simulate(ladder, Snapshot(BRAZIL, ()), [due], HUNDRED, delivered=True):
        if contact.step.mode != "task" and contact.day > contact.nominal:
            predecessors = [s for s in ladder.steps if s.offset < contact.step.offset]
            assert contact.moved or predecessors


def test_money_on_its_way_moves_the_first_reminder():
    assert played("2026-03-18", delivered=True, settlement_days=3)[2:4] == [
        ("2026-03-24", 2, (Reason.SETTLING,)),  # Monday the 23rd is the third bank day
        ("2026-03-25", 5, ()),  # nobody is called on the day of a message
    ]
