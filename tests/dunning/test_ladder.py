"""Which step has come (A2, A3, A9, B2, design decision 1)."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import ALL_DAY, DAY, SUNDAY_TO_THURSDAY, WEEKDAYS, calendars, cases, due_dates

from dunning.calendar import ContactCalendar, NeverOpen
from dunning.course import contact_day, next_day, reached_offset, timeline
from dunning.cutoffs import cutoff, cutoffs
from dunning.ladder import Ladder, LadderError, Step, effective_due, overdue_until
from dunning.watermark import begin, rescheduled

BRAZIL = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "SP")


def ladder_of(*offsets, closed_days="defer", **more):
    steps = [Step(i, o, "email", closed_days=closed_days) for i, o in enumerate(offsets, 1)]
    return Ladder(1, tuple(steps), **more)


def days_of(ladder, calendar, due):
    return [contact_day(ladder, calendar, offset, due) for offset in ladder.offsets]


# laws

shifts = st.integers(-9, 9)  # a due date is moved by so many days
since = st.integers(-20, 60)  # it is so many days after the due date


@given(cases())
def test_a_step_comes_on_an_open_day(case):
    ladder, calendar, due = case
    assert all(calendar.is_open_day(day) for day in days_of(ladder, calendar, due))


@given(cases())
def test_a_step_never_comes_before_its_predecessor(case):
    ladder, calendar, due = case
    days = days_of(ladder, calendar, due)
    assert days == sorted(days)


@given(cases(), shifts, since)
def test_another_due_date_consumes_nothing_that_is_still_to_come(case, moved, passed):
    """F7: an agreed date silences only what has come for it, and of that what was said."""
    ladder, calendar, old = case
    new, today = old + timedelta(days=moved), old + timedelta(days=passed)
    watermark = reached_offset(ladder, calendar, old, today)
    said = [o for o in ladder.offsets if watermark is not None and o <= watermark]
    begins = rescheduled(ladder, calendar, old, new, watermark, said, today)
    if begins is not None:
        assert begins <= watermark
        assert begins <= reached_offset(ladder, calendar, new, today)
    assert rescheduled(ladder, calendar, old, new, None, [], today) is None


@given(cases(), shifts, since)
def test_a_date_agreed_and_taken_back_repeats_nothing(case, moved, passed):
    """F7: there and back, on one day, is as if nothing had been."""
    ladder, calendar, old = case
    later, today = old + timedelta(days=abs(moved)), old + timedelta(days=passed)
    watermark = reached_offset(ladder, calendar, old, today)
    said = [o for o in ladder.offsets if watermark is not None and o <= watermark]
    between = rescheduled(ladder, calendar, old, later, watermark, said, today)
    assert (
        moved == 0 or rescheduled(ladder, calendar, later, old, between, said, today) == watermark
    )


@given(cases(), st.booleans())
def test_overdue_is_what_was_due_on_a_bank_day_before_today(case, bank_days):
    ladder, calendar, today = case
    ladder = Ladder(ladder.id, ladder.steps, bank_days=bank_days)
    last = overdue_until(calendar, today, bank_days)
    for n in range(-40, 10):
        due = today + n * DAY
        assert (due <= last) == (effective_due(ladder, calendar, due) < today)


@given(cases())
def test_a_later_due_date_is_never_spoken_about_earlier(case):
    ladder, calendar, due = case
    before = days_of(ladder, calendar, due - 20 * DAY)
    for n in range(-19, 20):
        after = days_of(ladder, calendar, due + n * DAY)
        assert all(a <= b for a, b in zip(before, after, strict=True))
        before = after


@given(cases())
def test_you_are_late_is_never_said_to_who_can_still_pay_in_time(case):
    ladder, calendar, due = case
    effective = effective_due(ladder, calendar, due)
    for offset in ladder.offsets:
        if offset > 0:
            assert contact_day(ladder, calendar, offset, due) > effective >= due


@given(cases())
def test_soon_due_is_never_said_after_the_due_date(case):
    ladder, calendar, due = case
    effective = effective_due(ladder, calendar, due)
    for offset in ladder.offsets:
        if offset < 0:
            assert contact_day(ladder, calendar, offset, due) <= effective


@given(
    calendars(),
    due_dates,
    st.integers(-15, 45),
    st.sampled_from(["advance", "defer"]),
)
@settings(max_examples=200)
def test_one_step_comes_on_the_nearest_open_day_on_its_side(calendar, due, offset, closed_days):
    ladder = ladder_of(offset, closed_days=closed_days)
    effective = calendar.bank_day(due)
    nominal = effective + offset * DAY
    earlier = nominal
    while not calendar.is_open_day(earlier):
        earlier -= DAY
    later = nominal
    while not calendar.is_open_day(later):
        later += DAY
    advance = closed_days == "advance"
    if offset > 0 and earlier <= effective:
        advance = False
    if offset < 0 and later > effective:
        advance = True
    assert contact_day(ladder, calendar, offset, due) == (earlier if advance else later)


@given(cases(), st.integers(-10, 50))
@settings(max_examples=80)
def test_cutoffs_say_for_all_due_dates_what_day_by_day_says_for_one(case, days):
    ladder, calendar, today = case
    found = cutoffs(ladder, calendar, today)
    assert list(found) == list(ladder.offsets)
    for n in range(-60, 61):
        due = today + n * DAY
        reached = [offset for offset, latest in found.items() if due <= latest]
        assert (reached[-1] if reached else None) == reached_offset(ladder, calendar, due, today)
        assert tuple(reached) == ladder.offsets[: len(reached)]  # no offset without those before


@given(cases())
def test_cutoff_is_the_latest_due_date_that_has_come(case):
    ladder, calendar, today = case
    for offset, latest in cutoffs(ladder, calendar, today).items():
        assert cutoff(ladder, calendar, offset, today) == latest
        assert contact_day(ladder, calendar, offset, latest) <= today
        assert contact_day(ladder, calendar, offset, latest + DAY) > today


@given(cases())
def test_cutoffs_never_go_back_from_one_day_to_the_next(case):
    ladder, calendar, today = case
    before = cutoffs(ladder, calendar, today)
    for n in range(1, 10):
        after = cutoffs(ladder, calendar, today + n * DAY)
        assert all(before[offset] <= after[offset] for offset in before)
        before = after


@given(cases(), st.integers(-30, 60))
def test_an_offset_has_come_from_its_contact_day_on(case, days):
    ladder, calendar, due = case
    today = due + days * DAY
    expected = [o for o in ladder.offsets if contact_day(ladder, calendar, o, due) <= today]
    assert reached_offset(ladder, calendar, due, today) == (expected[-1] if expected else None)


@given(cases(), st.none() | st.integers(-30, 60))
def test_a_timeline_holds_each_step_once_in_order(case, days):
    ladder, calendar, due = case
    floor = None if days is None else due + days * DAY
    line = timeline(ladder, calendar, due, floor)
    assert tuple(step for step, _day in line) == ladder.steps
    assert [day for _step, day in line] == sorted(day for _step, day in line)
    for step, day in line:
        own = contact_day(ladder, calendar, step.offset, due)
        if floor is None or own >= floor:
            assert day == own
        else:
            assert day == calendar.next_open_day(floor)


@given(cases(), st.none() | st.integers(-20, 50), st.integers(-30, 60))
def test_the_next_day_is_the_first_open_day_on_which_something_new_has_come(case, watermark, days):
    ladder, calendar, due = case
    today = due + days * DAY
    found = next_day(ladder, calendar, due, watermark, today)
    left = [o for o in ladder.offsets if watermark is None or o > watermark]
    if not left:
        assert found is None
        return
    day = today
    while not (
        calendar.is_open_day(day)
        and (reached := reached_offset(ladder, calendar, due, day)) is not None
        and reached >= left[0]
    ):
        day += DAY
    assert found == day


@given(cases(), st.none() | st.integers(-20, 50), st.integers(-20, 50))
def test_steps_between_are_above_the_watermark_and_up_to_what_has_come(case, low, high):
    ladder, _calendar, _due = case
    bottom = -1000 if low is None else low
    expected = [s for o in range(bottom + 1, high + 1) for s in ladder.steps_at(o)]
    assert list(ladder.steps_between(low, high)) == expected


# examples


def test_a_boleto_due_on_saturday_and_paid_on_monday_was_never_late():
    saturday, monday = date(2025, 11, 22), date(2025, 11, 24)
    ladder = ladder_of(-3, 0, 1, 2)
    assert effective_due(ladder, BRAZIL, saturday) == monday
    assert reached_offset(ladder, BRAZIL, saturday, monday) == 0
    assert contact_day(ladder, BRAZIL, 0, saturday) == monday
    assert contact_day(ladder, BRAZIL, 1, saturday) == date(2025, 11, 25)


def test_without_bank_days_the_written_due_date_counts():
    saturday = date(2025, 11, 22)
    ladder = ladder_of(2, bank_days=False)
    assert effective_due(ladder, BRAZIL, saturday) == saturday
    assert contact_day(ladder, BRAZIL, 2, saturday) == date(2025, 11, 24)


def test_twelfth_of_october_pushes_due_date_and_steps():
    due = date(2026, 10, 12)  # a Monday and a holiday
    ladder = ladder_of(-3, 0, 2)
    assert days_of(ladder, BRAZIL, due) == [
        date(2026, 10, 13),  # three days before Tuesday is Saturday: deferred to the due day
        date(2026, 10, 13),
        date(2026, 10, 15),
    ]
    early = ladder_of(-3, 0, 2, closed_days="advance")
    assert contact_day(early, BRAZIL, -3, due) == date(2026, 10, 9)


def test_ninth_of_july_defers_in_sao_paulo_only():
    due = date(2025, 7, 7)
    ladder = ladder_of(2)
    rio = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "RJ")
    assert contact_day(ladder, BRAZIL, 2, due) == date(2025, 7, 10)
    assert contact_day(ladder, rio, 2, due) == date(2025, 7, 9)


def test_the_29th_of_february_counts_as_a_day():
    calendar = ContactCalendar("UTC", (ALL_DAY,) * 7, weekend=frozenset())
    assert days_of(ladder_of(-1, 0, 1, 366), calendar, date(2024, 2, 29)) == [
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
        date(2025, 3, 1),
    ]
    assert contact_day(ladder_of(30), calendar, 30, date(2024, 1, 30)) == date(2024, 2, 29)
    assert cutoffs(ladder_of(1), calendar, date(2024, 3, 1)) == {1: date(2024, 2, 29)}


def test_friday_and_saturday_weekends_move_steps_to_sunday():
    calendar = ContactCalendar("Asia/Riyadh", SUNDAY_TO_THURSDAY, weekend=frozenset({4, 5}))
    thursday = date(2025, 1, 9)
    assert contact_day(ladder_of(1), calendar, 1, thursday) == date(2025, 1, 12)
    assert contact_day(ladder_of(0), calendar, 0, date(2025, 1, 10)) == date(2025, 1, 12)
    # advancing would say "late" on the due day
    early = ladder_of(1, closed_days="advance")
    assert contact_day(early, calendar, 1, thursday) == date(2025, 1, 12)


def test_channels_of_one_offset_come_together_on_the_later_day():
    steps = (
        Step(1, 5, "email", closed_days="advance"),
        Step(2, 5, "phone", mode="task", closed_days="defer"),
    )
    monday = date(2025, 11, 24)  # five days later is a Saturday
    assert contact_day(Ladder(1, steps), BRAZIL, 5, monday) == date(2025, 12, 1)
    assert contact_day(Ladder(1, steps[:1]), BRAZIL, 5, monday) == date(2025, 11, 28)


def test_an_advancing_step_waits_for_the_deferred_one_before_it():
    steps = (
        Step(1, 3, "email", closed_days="defer"),  # Saturday, so Monday
        Step(2, 4, "phone", closed_days="advance"),  # Sunday, so Friday: before its predecessor
    )
    ladder, due, monday = Ladder(1, steps), date(2025, 11, 26), date(2025, 12, 1)
    assert days_of(ladder, BRAZIL, due) == [monday, monday]
    assert [day for _step, day in timeline(ladder, BRAZIL, due)] == [monday, monday]
    assert next_day(ladder, BRAZIL, due, 3, due) == monday
    assert reached_offset(ladder, BRAZIL, due, monday - DAY) is None
    assert cutoffs(ladder, BRAZIL, monday - DAY)[4] < due <= cutoffs(ladder, BRAZIL, monday)[4]


def test_a_notice_between_closed_days_goes_before_them_rather_than_after_the_due_date():
    closed = frozenset(date(2025, 12, 22) + n * DAY for n in range(11))
    calendar = ContactCalendar("UTC", WEEKDAYS, closed=closed)
    assert contact_day(ladder_of(-3), calendar, -3, date(2025, 12, 29)) == date(2025, 12, 19)


def test_ten_days_of_silence_leave_one_latest_step():
    ladder = ladder_of(-10, -7, 0, 2, 5, 8, 10)
    due = date(2025, 9, 1)
    assert reached_offset(ladder, BRAZIL, due, date(2025, 9, 2)) == 0
    assert reached_offset(ladder, BRAZIL, due, date(2025, 9, 10)) == 8
    assert [s.offset for s in ladder.steps_between(0, 8)] == [2, 5, 8]


def test_nothing_has_come_before_the_first_step():
    assert reached_offset(ladder_of(2), BRAZIL, date(2025, 9, 1), date(2025, 9, 2)) is None
    assert next_day(ladder_of(2), BRAZIL, date(2025, 9, 1), 2, date(2025, 9, 2)) is None


def test_a_due_date_at_the_end_of_time_is_never_open_rather_than_a_crash():
    with pytest.raises(NeverOpen):
        contact_day(ladder_of(2), BRAZIL, 2, date.max)
    assert reached_offset(ladder_of(2), BRAZIL, date(9999, 1, 1), date(2025, 9, 2)) is None


# refusals and order


def test_steps_are_kept_in_order_however_they_are_given():
    steps = (
        Step(1, 5, "sms", sequence=1),
        Step(3, 5, "email"),
        Step(2, 5, "phone"),
        Step(9, -2, "x"),
    )
    ladder = Ladder(1, steps)
    assert [step.id for step in ladder.steps] == [9, 2, 3, 1]
    assert ladder.offsets == (-2, 5)
    assert hash(ladder) == hash(Ladder(1, steps[::-1]))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Ladder(1, (Step(1, 2, "email"), Step(2, 2, "email"))), r"email on day \+2"),
        (lambda: ladder_of(2, min_days_between=-1), "negative"),
        (lambda: ladder_of(2, max_days_overdue=-1), "negative"),
        (lambda: Step(1, 2, "email", mode="whenever"), "mode"),
        (lambda: Step(1, 2, "email", closed_days="ignore"), "ignore"),
        (lambda: contact_day(ladder_of(2), BRAZIL, 3, date(2025, 1, 1)), r"\+3"),
        (lambda: cutoff(ladder_of(2), BRAZIL, 3, date(2025, 1, 1)), r"\+3"),
    ],
)
def test_a_contradictory_ladder_is_refused_in_words(build, words):
    with pytest.raises(LadderError, match=words) as caught:
        build()
    assert isinstance(caught.value, ValueError)


def test_a_ruler_without_steps_says_nothing():
    empty = Ladder(1, ())
    today = date(2025, 9, 1)
    assert cutoffs(empty, BRAZIL, today) == {} and timeline(empty, BRAZIL, today) == []
    assert (
        reached_offset(empty, BRAZIL, today, today)
        is next_day(empty, BRAZIL, today, None, today)
        is None
    )


def test_cutoffs_are_fast_enough_to_be_made_at_every_run():
    ladder = ladder_of(-10, -7, 0, 2, 5, 8, 10, 45)
    best = min(_seconds(lambda: cutoffs(ladder, BRAZIL, date(2025, 12, 27))) for _run in range(5))
    assert best < 0.005


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# where a backlog begins


@pytest.mark.parametrize(
    ("policy", "late", "coming"),
    [
        ("join", (5, None), (-10, None)),
        ("catch_up", (-10, None), (None, None)),  # no mail for each old invoice that was never sent
        ("restart", (0, date(2025, 11, 24)), (-10, None)),
    ],
)
def test_a_backlog_begins_where_its_policy_says(policy, late, coming):
    steps = Step(1, -10, "email", delivers=True), Step(2, -3, "email"), Step(3, 5, "email")
    ladder = Ladder(1, steps, bank_days=False)
    today = date(2025, 11, 24)
    assert begin(ladder, BRAZIL, today - 7 * DAY, today, policy) == late
    assert begin(ladder, BRAZIL, today + 7 * DAY, today, policy) == coming


def test_what_is_due_today_is_no_backlog_to_start_afresh():
    today = date(2025, 11, 24)
    assert begin(ladder_of(0, 2), BRAZIL, today, today, "restart") == (0, None)


def test_an_unknown_policy_is_refused():
    today = date(2025, 11, 24)
    with pytest.raises(LadderError, match="blast"):
        begin(ladder_of(2), BRAZIL, today, today, "blast")
