"""Nobody is called about one debt on the day of a message about another, nor forgotten for it (B4)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from debtors import ALWAYS, BRAZIL, cases
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY

from dunning.course import reached_offset
from dunning.decision import decide, decide_wanted
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason

TUESDAY = datetime(2025, 11, 18, 13, tzinfo=UTC)  # ten o'clock in São Paulo
FRIDAY = TUESDAY + 3 * DAY
NOTICE, CALL = Step(1, -3, "email"), Step(2, 5, "phone", mode="task")
STEPS = (NOTICE, CALL)


def messages(decision):
    return [c for c in decision.contacts if c.tone.mode != "task" and not c.tone.delivers]


def spoken_of(decision):
    return {claim.id for c in messages(decision) for claim, _step in c.pairs}


def called_about(decision):
    return {
        claim.id for c in decision.contacts if c.tone.mode == "task" for claim, _step in c.pairs
    }


def silent_after(snapshot, day):
    """No message can follow on the next open day."""
    after = snapshot.calendar.next_open_day(day + DAY)
    return all((after - day).days < claim.ladder.min_days_between for claim in snapshot.claims)


def owes(key, days_late, today, **limits):
    """An invoice whose steps have come that have by the day, and that had no call yet."""
    due, ladder = today - days_late * DAY, Ladder(9, STEPS, bank_days=False, **limits)
    reached = reached_offset(ladder, ALWAYS, due, today)
    low = -3 if days_late > 0 else None  # the notice was said
    return Claim(key, key, ladder, due, due, reached, low, Decimal(100), "EUR", delivered=True)


@st.composite
def beside_a_call(draw):
    """A debtor of whose debts one wants a call; what the others want is as it comes."""
    case, gap = draw(cases(quiet=True)), draw(st.integers(0, 5))
    today = case.snapshot.calendar.speaking_day(case.now)
    claims = [owes(99, 5, today), *case.snapshot.claims]
    claims = [replace(c, ladder=replace(c.ladder, min_days_between=gap)) for c in claims]
    return replace(case, snapshot=replace(case.snapshot, claims=tuple(claims)))


@given(beside_a_call())
def test_nobody_is_called_about_one_debt_on_the_day_of_a_message_about_another(case):
    """What a ruler has beside its message on one day belongs together."""
    decision, today = case.decide(), case.snapshot.calendar.speaking_day(case.now)
    waits = bool(messages(decision)) and silent_after(case.snapshot, today)
    assert (99 in called_about(decision)) != waits
    if waits:
        assert called_about(decision) <= spoken_of(decision)


@given(beside_a_call())
def test_what_waited_for_a_message_is_done_on_the_next_open_day(case):
    decision, calendar = case.decide(), case.snapshot.calendar
    today = calendar.speaking_day(case.now)
    if messages(decision) and silent_after(case.snapshot, today):
        morrow = calendar.windows(calendar.next_open_day(today + DAY))[0][0]
        then = decide(replace(case.snapshot, contacts=(today,)), morrow)
        assert not messages(then)
        assert 99 in called_about(then)


def decided(at, contacts=(), **limits):
    today = at.date()
    claims = owes(1, 5, today, **limits), owes(2, -3, today, **limits)
    return decide(Snapshot(BRAZIL, claims, spoken_to=True, contacts=contacts), at)


@pytest.mark.parametrize(
    ("at", "limits", "calls"),
    [
        (TUESDAY, {}, False),
        (
            TUESDAY,
            {"min_days_between": 1},
            True,
        ),  # else a message a day would hold it back for ever
        (TUESDAY, {"min_days_between": 0}, True),
        (FRIDAY, {}, True),  # on Monday another message may come
        (FRIDAY, {"min_days_between": 4}, False),
        (TUESDAY, {"max_days_overdue": 5}, True),  # tomorrow its ruler has come to its limit
    ],
)
def test_the_call_waits_only_where_the_next_open_day_is_sure_to_be_quiet(at, limits, calls):
    decision = decided(at, **limits)
    assert spoken_of(decision) == {2}
    assert called_about(decision) == ({1} if calls else set())
    assert decision.waiting == ({} if calls else {1: Reason.ONE_A_DAY})


def test_on_the_day_after_it_is_made():
    then = decided(TUESDAY + DAY, contacts=(TUESDAY.date(),))
    assert (called_about(then), spoken_of(then)) == ({1}, set())


def test_the_call_that_a_person_wants_comes_at_once():
    claims = owes(1, 5, TUESDAY.date()), owes(2, -3, TUESDAY.date())
    wanted = decide_wanted(Snapshot(BRAZIL, claims, spoken_to=True), 1, CALL.id, TUESDAY)
    assert (called_about(wanted), spoken_of(wanted)) == ({1}, {2})
