"""Where an instalment stands on its ruler."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from worlds import ALL_DAY, cases

from dunning.calendar import ContactCalendar
from dunning.course import reached_offset
from dunning.drawing import State, Taken
from dunning.drawing import draw as drawn
from dunning.ladder import Ladder, Step, effective_due
from dunning.next_step import upcoming

ALWAYS = ContactCalendar("Europe/Dublin", (ALL_DAY,) * 7, None, None)
DUE = date(2026, 3, 11)
OFFSETS = (-7, 0, 2, 8)
LADDER = Ladder(1, tuple(Step(number, offset, "email") for number, offset in enumerate(OFFSETS, 1)))


def draw(ladder, calendar, due, today, watermark=None, taken=None, spoken_to=True, **more):
    """The picture of an instalment that stands alone."""
    about = {"delivered": more.get("delivered", False), "profile": more.get("profile")}
    about |= {"spoken_to": spoken_to, "done_step_ids": taken or {}}
    coming = upcoming(ladder, calendar, due, watermark, today, **about)
    return drawn(
        *(ladder, calendar, due, today, watermark, taken),
        **more,
        coming=(coming,) if coming else (),
    )


def states(drawing):
    return [str(mark.state) for mark in drawing.marks]


def on(offset):
    return DUE + timedelta(days=offset)


@given(cases(), st.integers(-60, 60), st.booleans(), st.booleans())
def test_at_most_one_step_is_next_and_never_in_the_past(case, days, spoken_to, is_open):
    ladder, calendar, due = case
    today = due + timedelta(days=days)
    drawing = draw(ladder, calendar, due, today, spoken_to=spoken_to, is_open=is_open)
    assert [m.step for m in drawing.marks] == list(ladder.steps)
    following = [m for m in drawing.marks if m.state == State.NEXT]
    assert len(following) <= is_open
    assert all(m.day >= today for m in following)
    assert drawing.here == (today - effective_due(ladder, calendar, due)).days


@given(cases(), st.integers(-60, 60))
def test_nothing_at_or_below_the_watermark_is_announced(case, days):
    ladder, calendar, due = case
    today = due + timedelta(days=days)
    watermark = reached_offset(ladder, calendar, due, today)
    drawing = draw(ladder, calendar, due, today, watermark)
    for mark in drawing.marks:
        if watermark is not None and mark.step.offset <= watermark:
            assert mark.state == State.SKIPPED
        elif mark.state == State.SKIPPED and drawing.next is None:
            assert mark.step.offset <= 0  # no open day is left on which it would still be true
        elif mark.state == State.SKIPPED:  # a later one comes on the same day and overtakes it
            assert mark.step.offset < drawing.next.step.offset
            assert mark.day <= drawing.next.day
        else:
            assert mark.state in (State.NEXT, State.AHEAD)


def test_what_was_said_keeps_the_day_on_which_it_was():
    drawing = draw(LADDER, ALWAYS, DUE, on(3), 2, {3: Taken("sent", on(3))})
    assert states(drawing) == ["skipped", "skipped", "said", "next"]
    assert drawing.marks[2].day == on(3)
    assert drawing.next.day == on(8)


def test_late_steps_are_overtaken_by_the_latest():
    assert states(draw(LADDER, ALWAYS, DUE, on(9))) == ["skipped", "skipped", "skipped", "next"]


def test_whoever_never_heard_from_us_begins_with_the_first_overdue_step():
    drawing = draw(LADDER, ALWAYS, DUE, on(9), spoken_to=False)
    assert states(drawing) == ["skipped", "skipped", "next", "ahead"]


def test_a_notice_is_not_announced_for_a_day_after_the_due_date():
    assert states(draw(LADDER, ALWAYS, DUE, on(1))) == ["skipped", "skipped", "next", "ahead"]


def test_a_planned_message_comes_before_later_steps():
    drawing = draw(LADDER, ALWAYS, DUE, on(2), 2, {3: Taken("planned", on(4))})
    assert states(drawing) == ["skipped", "skipped", "next", "ahead"]
    assert drawing.next.day == on(4)


def test_a_missed_task_comes_before_the_message_that_has_come_as_well():
    ladder = Ladder(1, (Step(1, 2, "activity", mode="task"), Step(2, 8, "email")))
    assert states(draw(ladder, ALWAYS, DUE, on(9))) == ["next", "ahead"]


def test_a_message_comes_before_a_task_that_has_come_as_well():
    ladder = Ladder(1, (Step(1, 3, "email"), Step(2, 5, "activity", mode="task")))
    assert states(draw(ladder, ALWAYS, DUE, on(9))) == ["next", "ahead"]


def test_a_task_of_the_due_date_is_not_passed_over_when_it_is_late():
    ladder = Ladder(1, (Step(1, 0, "activity", mode="task"), Step(2, 30, "email")))
    assert states(draw(ladder, ALWAYS, DUE, on(9))) == ["next", "ahead"]


def test_nothing_comes_once_nothing_is_owed():
    assert states(draw(LADDER, ALWAYS, DUE, on(1), 0, is_open=False)) == [
        "skipped",
        "skipped",
        "ahead",
        "ahead",
    ]


def test_a_step_that_is_passed_over_is_not_announced():
    """The invoice went out already, and those who pay like this are not reminded a week before."""
    first = Step(1, -10, "email", delivers=True)
    kind = Step(2, -7, "email", skip_profiles=frozenset({"punctual"}))
    ladder = Ladder(1, (first, kind, Step(3, 0, "email")))
    sent = draw(ladder, ALWAYS, DUE, on(-12), delivered=True, profile="new")
    assert states(sent) == ["skipped", "next", "ahead"]
    punctual = draw(ladder, ALWAYS, DUE, on(-12), delivered=True, profile="punctual")
    assert states(punctual) == ["skipped", "skipped", "next"]
    assert states(draw(ladder, ALWAYS, DUE, on(-12))) == ["next", "ahead", "ahead"]
