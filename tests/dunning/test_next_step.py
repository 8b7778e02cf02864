"""What is announced to come next is what the decisions then do (F1)."""

from datetime import UTC, date, datetime
from decimal import Decimal

from debtors import BRAZIL, CALENDARS
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY, cases

from dunning.course import contact_day, next_day
from dunning.facts import Snapshot
from dunning.forecast import Forecast
from dunning.foreseen import Customer, Foreseen
from dunning.ladder import Ladder, Step, effective_due
from dunning.next_step import Coming, amount_of, next_step, soonest
from dunning.open_task import free_from
from dunning.watermark import begin

RULER = Ladder(
    1,
    (
        Step(1, -7, "email"),
        Step(2, 0, "email"),
        Step(3, 2, "email"),
        Step(4, 5, "activity", mode="task"),
        Step(5, 8, "email"),
    ),
)
NOW = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


def ladder_of(*offsets, **more):
    return Ladder(1, tuple(Step(i, o, "email") for i, o in enumerate(offsets, 1)), **more)


@given(cases(), st.integers(-20, 20), st.integers(-9, 30))
def test_the_next_step_is_above_the_watermark_on_the_day_that_is_planned(case, mark, late):
    """The first that may be said on its day; of several that come on that day the last."""
    ladder, calendar, due = case
    today = due + late * DAY
    found = next_step(ladder, calendar, due, mark, today)
    looked_at = next_day(ladder, calendar, due, mark, today)
    ahead = [offset for offset in ladder.offsets if offset > mark]
    if ahead and (ahead[0] > 0 or looked_at <= effective_due(ladder, calendar, due)):
        first, day = ahead[0], looked_at
    else:  # nobody is told "due in a week" afterwards
        first = next((o for o in ahead if o > 0), None)
        day = first and next_day(ladder, calendar, due, first - 1, today)
    if first is None:
        assert found is None
    else:
        by_then = [o for o in ahead if o >= first and contact_day(ladder, calendar, o, due) <= day]
        assert (found[0].offset, found[1]) == (max(by_then), day)


def test_what_comes_next_waits_for_an_open_call_and_for_a_review():
    due, today = date(2026, 3, 2), date(2026, 3, 9)
    calendar = BRAZIL.without(())
    assert next_step(RULER, calendar, due, 5, today)[1] == date(2026, 3, 10)
    free = free_from(calendar, today, is_review=False)
    step, day = next_step(RULER, calendar, due, 5, today, free_from=free)
    assert (step.offset, day) == (8, date(2026, 3, 11))
    never = free_from(calendar, today, is_review=True)
    assert next_step(RULER, calendar, due, 5, today, free_from=never) is None


def test_a_notice_that_is_late_is_not_what_comes_next():
    ladder, due = ladder_of(-7, 0, 3, bank_days=False), date(2025, 11, 3)
    today = due + 9 * DAY
    assert next_step(ladder, BRAZIL, due, None, today) == (ladder.steps_at(3)[0], today)


def test_of_two_steps_that_have_come_the_later_is_named():
    """A task that comes on that day as well is done beside it; only a message is overtaken (A9)."""
    due, today = date(2025, 11, 3), date(2025, 11, 12)
    letters = ladder_of(3, 5, bank_days=False)
    assert next_step(letters, BRAZIL, due, None, today) == (letters.steps_at(5)[0], today)
    call = Step(2, 5, "phone", mode="task")
    ladder = Ladder(1, (Step(1, 3, "email"), call), bank_days=False)
    assert next_step(ladder, BRAZIL, due, None, today) == (ladder.steps[0], today)
    late_call = Ladder(1, (Step(1, 0, "phone", mode="task"), Step(2, 30, "email")), bank_days=False)
    assert next_step(late_call, BRAZIL, due, None, today) == (late_call.steps[0], today)


def test_an_invoice_that_went_out_is_not_announced_to_be_sent():
    steps = Step(1, -30, "email", delivers=True), Step(2, -7, "email"), Step(3, 5, "email")
    ladder = Ladder(1, (*steps, Step(4, 5, "phone", mode="task")), bank_days=False)
    due, today = date(2025, 12, 17), date(2025, 11, 3)
    assert next_step(ladder, BRAZIL, due, None, today) == (steps[0], date(2025, 11, 17))
    assert next_step(ladder, BRAZIL, due, None, today, True) == (steps[1], date(2025, 12, 10))
    # where a message and a task share a day, the customer's comes first
    assert next_step(ladder, BRAZIL, due, -7, today, True) == (steps[2], date(2025, 12, 22))
    assert next_step(ladder, BRAZIL, due, 5, today) is None


def test_what_is_announced_to_somebody_who_never_heard_from_us_is_the_first_reminder():
    steps = Step(1, 0, "email"), Step(2, 2, "email"), Step(3, 9, "email")
    call, letter = Step(4, 5, "phone", mode="task"), Step(5, 30, "email", mode="approve")
    ladder = Ladder(1, (*steps, call, letter), bank_days=False)
    due, soon = date(2025, 11, 3), date(2025, 11, 12)
    silent = {"profile": None, "spoken_to": False}
    assert next_step(ladder, BRAZIL, due, 5, due + 6 * DAY) == (steps[2], soon)
    assert next_step(ladder, BRAZIL, due, 5, due + 6 * DAY, **silent) == (steps[1], soon)
    # a notice, a task and what is approved keep their own words
    assert next_step(ladder, BRAZIL, due, None, due - DAY, **silent)[0] == steps[0]
    assert next_step(ladder, BRAZIL, due, 2, due, **silent)[0] == call
    assert next_step(ladder, BRAZIL, due, 9, due, **silent)[0] == letter


def coming_of(calendar, today, dues, ladder=RULER):
    """What comes for instalments that a ruler took silently today."""
    found = []
    for due in dues:
        mark, _anchor = begin(ladder, calendar, due, today, "join")
        following = next_step(ladder, calendar, due, mark, today, True, None, False)
        found.append(Coming(ladder, calendar, due, mark, *(following or ())))
    return found


@given(
    st.sampled_from(CALENDARS),
    st.lists(st.integers(-4, 12) | st.integers(-40, 25), min_size=1, max_size=5),
)
def test_what_is_named_first_is_what_the_decisions_do_first(calendar, days):
    """Also where something older is overdue whose first reminder is still to come."""
    today = calendar.local_day(NOW)
    dues = [today + day * DAY for day in days]
    claims = []
    for key, due in enumerate(dues, 1):
        mark, _anchor = begin(RULER, calendar, due, today, "join")
        owed = {"residual": Decimal(100), "currency": "EUR", "delivered": True}
        claims.append(Foreseen(key, key, RULER, due, due, None, mark, **owed))
    forecast = Forecast(NOW, 60)
    forecast.add(Customer(Snapshot(calendar, tuple(claims)), {RULER.id: calendar}))
    first = soonest(coming_of(calendar, today, dues))
    if not first:
        assert not forecast.counts
        return
    said = min(forecast.counts)
    kinds = {"task" if one.step.mode == "task" else "message" for one in first}
    assert said[0] == first[0].day
    # where few days are open, a task may come on the same one
    assert kinds <= {kind for day, _channel, kind, _ruler in forecast.counts if day == said[0]}


def test_nothing_is_announced_before_the_reminder_of_what_is_overdue():
    """Due today, reminded of on Wednesday; the notice of another would be on Tuesday."""
    today = date(2026, 3, 9)
    reminder, notice = coming_of(BRAZIL, today, [today, today + 8 * DAY])
    assert (notice.day, reminder.day) == (today + DAY, today + 2 * DAY)
    assert soonest([notice, reminder]) == [reminder]
    assert soonest([notice]) == [notice]
    assert soonest([]) == []


def test_what_comes_first_is_about_what_has_come_to_it_alone():
    """As a message asks: what is due of it, else what it announces; a task is about its own step (B5)."""

    def coming(late, step, day):
        due = NOW.date() - late * DAY
        return Coming(RULER, BRAZIL, due, None, step, day)

    today, tomorrow = NOW.date(), NOW.date() + DAY
    notice, _due, forgot, call, firm = RULER.steps
    oldest, newer = coming(8, firm, today), coming(2, forgot, today)
    other, ahead = coming(5, call, tomorrow), coming(-7, notice, today)
    own = [(oldest, 100), (newer, 20), (other, 3), (ahead, 7)]
    assert amount_of([oldest, newer, ahead], own) == 120
    assert amount_of([newer], own) == 20
    assert amount_of([other], own) == 3
    assert amount_of([ahead], own) == 7
    assert amount_of([coming(9, call, today), newer], [(coming(9, call, today), 50), *own]) == 50
