"""No firm word from 20 December to 2 January, by whichever way one comes to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from worlds import ALL_DAY, WEEKDAYS

from dunning.calendar import ContactCalendar
from dunning.course import reached_offset, timeline
from dunning.cutoffs import cutoffs
from dunning.decision import decide
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.recheck import recheck
from dunning.turn_of_year import is_turn_of_year

DAY = timedelta(days=1)
ALWAYS = ContactCalendar("UTC", (ALL_DAY,) * 7)
FIRM = Step(3, 8, "email", spares_turn_of_year=True)
LADDER = Ladder(1, (Step(1, 2, "email"), FIRM, Step(4, 10, "activity", mode="task")))
days = st.dates(date(2025, 11, 20), date(2026, 1, 20))


def claim(due, today, watermark=2, ladder=LADDER, key=1):
    reached = reached_offset(ladder, ALWAYS, due, today)
    reached = None if watermark is not None and (reached or -99) <= watermark else reached
    return Claim(
        key, key, ladder, due, due, reached, watermark, Decimal(100), "EUR", delivered=True
    )


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@given(days, st.sampled_from([ALWAYS, ContactCalendar("UTC", WEEKDAYS)]))
def test_firm_steps_come_on_no_such_day_and_the_cut_offs_know(due, calendar):
    ladder = replace(LADDER, bank_days=False)
    course = {step.offset: day for step, day in timeline(ladder, calendar, due)}
    assert not is_turn_of_year(course[8])
    assert course[8] <= course[10], "its successors wait for it"
    for today in (course[8] - DAY, course[8]):
        cut = cutoffs(ladder, calendar, today)[8]
        assert (due <= cut) == (course[8] <= today)


@given(days, st.integers(0, 25), st.sampled_from([None, 2]))
def test_whatever_waited_no_firm_word_is_decided_or_let_through_then(due, later, watermark):
    today = due + later * DAY
    one = claim(due, today, watermark)
    snapshot = Snapshot(ALWAYS, (one,), spoken_to=True)
    decision = decide(snapshot, noon(today))
    if is_turn_of_year(today):
        assert not any(c.tone.spares_turn_of_year for c in decision.contacts)
        at_the_door = recheck(snapshot, [(1, FIRM)], noon(today))
        assert (at_the_door.verdict, at_the_door.reason) == ("wait", Reason.TURN_OF_YEAR)


def test_a_firm_word_that_came_before_waits_and_lends_itself_to_nobody():
    today = date(2025, 12, 22)
    late = replace(claim(date(2025, 12, 10), today), reached_offset=8)
    assert decide(Snapshot(ALWAYS, (late,), spoken_to=True), noon(today)).waiting == {
        1: Reason.TURN_OF_YEAR
    }
    older = claim(date(2025, 12, 1), today, watermark=8)
    newer = claim(date(2025, 12, 18), today, watermark=None, key=2)
    decision = decide(Snapshot(ALWAYS, (older, newer), spoken_to=True), noon(today))
    said = [c.tone.id for c in decision.contacts if c.channel == "email"]
    assert said == [1], "in the gentler words"
