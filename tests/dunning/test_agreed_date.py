"""A due date that was agreed upon has a course of its own (A14, C8, F4, F7)."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from worlds import ALL_DAY, DAY, cases

from dunning.calendar import ContactCalendar
from dunning.course import contact_days, next_day, reached_offset
from dunning.cutoffs import cutoffs
from dunning.decision import decide, decide_wanted
from dunning.drawing import State, draw
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.next_step import next_step, upcoming
from dunning.watermark import rescheduled

ALWAYS = ContactCalendar("UTC", (ALL_DAY,) * 7)
DELIVER, WEEK, DAYS, TODAY = (
    Step(1, -10, "email", delivers=True),
    Step(2, -7, "email", closed_days="advance"),
    Step(3, -3, "email", closed_days="advance"),
    Step(4, 0, "email"),
)
FORGOT, CALL, FIRM = (
    Step(5, 2, "email"),
    Step(6, 5, "phone", mode="task"),
    Step(7, 8, "email"),
)
LADDER = Ladder(1, (DELIVER, WEEK, DAYS, TODAY, FORGOT, CALL, FIRM))
AGREED = date(2026, 12, 18)
said_befores = st.integers(0, 30)
moved = st.integers(-30, 60)
since = st.integers(-20, 60)


def is_notice(step):
    return step.offset < 0 and not step.delivers and step.mode != "task"


@st.composite
def ladders(draw):
    """Any ladder, some of whose steps deliver or are tasks, and a due date."""
    ladder, calendar, due = draw(cases())
    steps = []
    for step in ladder.steps:
        kind = draw(st.sampled_from(("message", "message", "task", "delivery")))
        changed = replace(step, mode="task") if kind == "task" else step
        if kind == "delivery" and step.offset < 0:
            changed = replace(step, delivers=True, mode="automatic")
        steps.append(changed)
    return replace(ladder, steps=tuple(steps)), calendar, due


@given(ladders(), said_befores)
def test_no_notice_before_two_days_and_a_word_where_the_ruler_has_any(case, said_before):
    ladder, _calendar, _due = case
    agreed = ladder.agreed(said_before)
    assert all(step.offset >= -2 for step in agreed.steps if not step.delivers)
    notices = [step for step in ladder.steps if is_notice(step)]
    kept = [step for step in agreed.steps if is_notice(step)]
    assert {s.id for s in kept} <= {s.id for s in notices}
    is_room = not {-2, -1} <= {s.offset for s in ladder.steps if not is_notice(s)}
    assert bool(kept) == bool(notices) or not is_room
    assert len({s.offset for s in kept}) <= 1 or not is_room


@given(ladders(), said_befores)
def test_from_the_date_on_it_is_the_ruler_but_for_what_was_said(case, said_before):
    ladder, _calendar, _due = case
    agreed = ladder.agreed(said_before)
    missing = {s for s in ladder.steps if s.offset >= 0} - set(agreed.steps)
    assert missing == {s for s in ladder.steps if 0 < s.offset <= said_before and s.mode != "task"}
    assert [s for s in agreed.steps if s.delivers] == [s for s in ladder.steps if s.delivers]


@given(ladders(), said_befores, moved, since)
def test_who_agrees_hears_no_notice_on_that_day_and_nothing_that_is_to_come_is_lost(
    case, said_before, days, passed
):
    ladder, calendar, old = case
    agreed = ladder.agreed(said_before)
    new, today = old + timedelta(days=days), old + timedelta(days=passed)
    watermark = reached_offset(ladder, calendar, old, today)
    said = [o for o in ladder.offsets if watermark is not None and o <= watermark]
    begins = rescheduled(agreed, calendar, old, new, watermark, said, today)
    come = {o for o, day in contact_days(agreed, calendar, new) if day <= today}
    undelivered = [
        s.offset
        for s in agreed.steps
        if s.delivers and s.offset in come and (watermark is None or s.offset > watermark)
    ]
    assert begins is None or begins <= max(come)
    for step in agreed.steps:
        if is_notice(step) and step.offset in come and not undelivered:
            assert step.offset <= begins


@given(ladders(), said_befores, since)
def test_cutoffs_say_of_it_what_day_by_day_says(case, said_before, passed):
    ladder, calendar, due = case
    agreed, today = ladder.agreed(said_before), due + timedelta(days=passed)
    found = [o for o, last in cutoffs(agreed, calendar, today).items() if due <= last]
    assert max(found, default=None) == reached_offset(agreed, calendar, due, today)


# examples


def claim(watermark=None, said_before=0, today=AGREED, **more):
    ladder = LADDER.agreed(said_before)
    reached = reached_offset(ladder, ALWAYS, AGREED, today)
    if reached is not None and watermark is not None and reached <= watermark:
        reached = None
    values = {"delivered": True, **more}
    return Claim(1, 1, ladder, AGREED, AGREED, reached, watermark, 100, "EUR", **values)


def noon(day):
    return ALWAYS.first_instant(ALWAYS.windows(day)[0][0])


def played(said_before, days=12):
    """What leaves, or is to be done, from a week before the agreed date on: [(offset, days from it)]."""
    watermark, contacts, said = None, [], []
    ladder = LADDER.agreed(said_before)
    for n in range(-7, days):
        today = AGREED + n * DAY
        one = claim(watermark, said_before, today)
        following = next_step(ladder, ALWAYS, AGREED, watermark, today, True)
        snapshot = Snapshot(ALWAYS, (one,), contacts=tuple(contacts), spoken_to=True)
        decision = decide(snapshot, noon(today))
        watermark = decision.watermarks.get(1, watermark)
        for contact in decision.contacts:
            assert following == (contact.tone, today)
            said.append((contact.tone.offset, n))
            contacts += [today] if contact.tone.mode != "task" else []
    return said


def test_a_word_two_days_before_then_on_as_the_ruler_says():
    assert played(0) == [(-2, -2), (0, 0), (2, 2), (5, 5), (8, 8)]


def test_who_breaks_it_does_not_hear_the_softest_words_again():
    assert played(2) == [(-2, -2), (0, 0), (5, 5), (8, 8)]
    assert played(8) == [(-2, -2), (0, 0), (5, 5)]


def test_the_drawn_line_has_the_word_two_days_before_and_no_other_notice():
    course, today = LADDER.agreed(), AGREED - 9 * DAY
    coming = upcoming(course, ALWAYS, AGREED, -10, today, delivered=True)
    drawing = draw(course, ALWAYS, AGREED, today, -10, delivered=True, coming=(coming,))
    assert drawing.next.step == replace(DAYS, offset=-2) and drawing.next.state == State.NEXT
    assert drawing.next.day == date(2026, 12, 16)
    assert WEEK.id not in [mark.step.id for mark in drawing.marks]


def test_a_date_that_is_two_days_off_has_no_word_before_it():
    today = AGREED - 2 * DAY
    begins = rescheduled(LADDER.agreed(), ALWAYS, date(2026, 12, 9), AGREED, 2, [], today)
    assert begins == -2
    assert next_day(LADDER.agreed(), ALWAYS, AGREED, begins, today) == AGREED
    never = rescheduled(LADDER.agreed(), ALWAYS, date(2026, 12, 9), AGREED, None, [], today)
    assert never is None  # the invoice is delivered first
    assert rescheduled(LADDER.agreed(), ALWAYS, date(2026, 12, 9), AGREED, -10, [], today) == -2


def test_a_delivery_on_that_day_keeps_it_and_the_word_goes_one_day_later():
    ladder = Ladder(1, (replace(DELIVER, offset=-2), WEEK, TODAY)).agreed()
    assert [(s.id, s.offset) for s in ladder.steps] == [(1, -2), (2, -1), (4, 0)]


def test_a_word_for_some_payers_only_is_not_the_one_before_an_agreed_date():
    for_late = replace(DAYS, skip_profiles=frozenset({"punctual"}))
    ladder = Ladder(1, (WEEK, for_late, TODAY)).agreed()
    assert [(s.id, s.offset) for s in ladder.steps] == [(2, -2), (4, 0)]


def test_a_person_may_still_want_what_the_course_leaves_out():
    late = claim(0, 2, AGREED + 3 * DAY)
    late = replace(late, reached_offset=2)
    snapshot = Snapshot(ALWAYS, (late,), spoken_to=True)
    assert not decide(snapshot, noon(AGREED + 3 * DAY)).contacts
    (contact,) = decide_wanted(snapshot, 1, FORGOT.id, noon(AGREED + 3 * DAY)).contacts
    assert contact.tone == FORGOT


def test_where_the_invoice_went_out_no_notice_is_said_on_the_day_of_the_agreement():
    today = AGREED - 2 * DAY
    asked = LADDER.agreed(), ALWAYS, date(2026, 12, 20), AGREED, None, [], today
    assert rescheduled(*asked, delivered=True) == -2
