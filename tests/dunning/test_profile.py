"""The payer profile (F6): laws of the average, the share on time, the trend and the classes."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from debtors import ALWAYS, BRAZIL, cases, waits_for_the_other_track
from hypothesis import assume, given
from hypothesis import strategies as st
from worlds import WEEKDAYS

from dunning.bank import bank_day, expected_on
from dunning.calendar import ContactCalendar
from dunning.facts import Snapshot
from dunning.ladder import Ladder, Step
from dunning.next_step import next_step
from dunning.profile import (
    AGES,
    HALF_LIFE_DAYS,
    TREND_INSTALMENTS,
    WINDOW_DAYS,
    Habit,
    PayerClass,
    Payment,
    ThresholdError,
    Thresholds,
    Trend,
    add_up,
    classify,
    habit,
)
from dunning.reason import Reason
from dunning.simulator import simulate

WORSE = list(PayerClass)
DEFAULT = Thresholds()
amounts = st.integers(1, 10**8).map(lambda cents: Decimal(cents) / 100)


@st.composite
def histories(draw, least=0):
    """Payments of some instalments: some in parts, some early, some open and overdue."""
    payments = []
    for number in range(draw(st.integers(least, 8))):
        ago = draw(st.integers(-20, WINDOW_DAYS))
        for _part in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
            late = draw(st.integers(-30, max(ago, -1)))  # nobody pays tomorrow
            payments.append(Payment(number, ago, min(late, ago), draw(amounts)))
    return payments


@st.composite
def thresholds(draw):
    days = sorted(draw(st.sets(st.integers(0, 120), min_size=3, max_size=3)))
    return Thresholds(*days, draw(st.integers(1, 6)))


def habit_of(payments, broken=0):
    return habit(add_up(payments), broken)


def naive_delay(payments):
    """The definition once more, payment by payment."""
    weights = [
        p.amount * Decimal(2) ** -min(AGES - 1, max(0, p.ago) // HALF_LIFE_DAYS) for p in payments
    ]
    total = sum(w * max(0, p.late) for w, p in zip(weights, payments, strict=True))
    return total / sum(weights)


@given(histories(1))
def test_the_average_is_that_of_each_payment_by_amount_and_recency(payments):
    assert abs(habit_of(payments).delay - naive_delay(payments)) <= Decimal("0.05")


@given(histories(1))
def test_on_time_is_counted_by_instalments_of_which_nothing_came_late(payments):
    found = habit_of(payments)
    late = {p.instalment for p in payments if p.late > 0}
    known = {p.instalment for p in payments}
    assert found.instalments == len(known)
    share = Decimal(len(known - late)) / len(known)
    assert abs(found.on_time - share) <= Decimal("0.005")


@given(histories(), st.randoms())
def test_order_does_not_matter(payments, random):
    shuffled = list(payments)
    random.shuffle(shuffled)
    assert habit_of(shuffled) == habit_of(payments)


@given(histories(), st.sampled_from([Decimal("0.01"), Decimal(3), Decimal("1.37"), Decimal(10**6)]))
def test_scaling_all_amounts_changes_nothing(payments, factor):
    scaled = [replace(p, amount=p.amount * factor) for p in payments]
    assert habit_of(scaled) == habit_of(payments)


@given(histories(1), thresholds(), st.data())
def test_paying_one_instalment_later_never_gives_a_better_class(payments, limits, data):
    at = data.draw(st.integers(0, len(payments) - 1))
    one = payments[at]
    assume(one.late < one.ago)
    later = list(payments)
    later[at] = replace(one, late=data.draw(st.integers(one.late + 1, one.ago)))
    before, after = habit_of(payments), habit_of(later)
    assert after.delay >= before.delay
    assert after.on_time <= before.on_time
    assert WORSE.index(classify(after, limits)) >= WORSE.index(classify(before, limits))


@given(histories(1), thresholds(), st.data())
def test_what_is_not_yet_paid_is_never_better_than_what_was_paid_in_time(payments, limits, data):
    """Not due yet and open: it is no history. Without it nobody looks better, or is new."""
    coming = {p.instalment for p in payments if p.ago <= 0}
    assume(coming)
    gone = data.draw(st.sampled_from(sorted(coming)))
    rest = [p for p in payments if p.instalment != gone]
    before, after = (classify(habit_of(some), limits) for some in (payments, rest))
    assert after is PayerClass.NEW or WORSE.index(after) >= WORSE.index(before)


@given(histories(), st.integers(0, 9))
def test_more_broken_promises_never_give_a_better_class(payments, broken):
    fewer, more = (classify(habit_of(payments, n), DEFAULT) for n in (broken, broken + 1))
    assert WORSE.index(more) >= WORSE.index(fewer)


@given(histories(1), st.data())
def test_a_large_payment_long_before_it_was_due_counts_as_on_time_and_no_more(payments, data):
    early = Payment(
        "early", data.draw(st.integers(0, 90)), -data.draw(st.integers(1, 60)), Decimal(5)
    )
    on_time = replace(early, late=0)
    assert habit_of([*payments, early]) == habit_of([*payments, on_time])
    assert habit_of([*payments, early]).delay >= 0


@given(histories(), thresholds())
def test_too_few_instalments_are_new_and_enough_never_are(payments, limits):
    known = len({p.instalment for p in payments})
    is_new = classify(habit_of(payments), limits) is PayerClass.NEW
    assert is_new == (known < limits.instalments)


def test_no_history_is_new_and_says_nothing():
    assert habit([]) == Habit()
    assert classify(Habit(), Thresholds(instalments=1)) is PayerClass.NEW


@given(st.integers(0, 400), st.integers(3, 9), amounts)
def test_whoever_always_does_the_same_has_that_as_average(late, count, amount):
    payments = [Payment(n, 400 + n, late, amount) for n in range(count)]
    assert habit_of(payments).delay == late


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (0, "punctual"),
        (2, "punctual"),
        (3, "forgetful"),
        (7, "forgetful"),
        (10, "forgetful"),
        (11, "late"),
        (45, "late"),
        (46, "chronic"),
        (90, "chronic"),
    ],
)
def test_seven_days_late_is_not_three_months_late(late, expected):
    payments = [Payment(n, 100 + n, late, Decimal(100)) for n in range(3)]
    assert classify(habit_of(payments), DEFAULT) == expected


def test_one_who_never_pays_is_not_new():
    owed = [Payment(n, 30 * n, 30 * n, Decimal(100)) for n in range(1, 13)]
    assert classify(habit_of(owed), DEFAULT) is PayerClass.CHRONIC


def test_what_is_recent_counts_more():
    old, new = 3 * HALF_LIFE_DAYS, 10
    better = [Payment("a", old, 40, Decimal(100)), Payment("b", new, 0, Decimal(100))]
    worse = [Payment("a", old, 0, Decimal(100)), Payment("b", new, 10, Decimal(100))]
    assert habit_of(better).delay == Decimal("4.4")  # 40 / 9
    assert habit_of(worse).delay == Decimal("8.9")  # 80 / 9


def trend(before, now, count=TREND_INSTALMENTS):
    payments = [Payment(("before", n), 300, before, Decimal(100)) for n in range(count)]
    payments += [Payment(("now", n), 100, now, Decimal(100)) for n in range(count)]
    return habit_of(payments).trend


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (0, 2, Trend.STEADY),  # two days are nothing
        (0, 3, Trend.WORSE),
        (3, 0, Trend.BETTER),
        (40, 50, Trend.STEADY),  # a quarter of what is usual is nothing either
        (40, 51, Trend.WORSE),
        (40, 29, Trend.BETTER),
        (20, 20, Trend.STEADY),
    ],
)
def test_the_trend_compares_the_last_half_year_with_the_time_before(before, now, expected):
    assert trend(before, now) is expected


def test_one_instalment_is_no_trend():
    assert trend(0, 90, TREND_INSTALMENTS - 1) is None


@given(histories())
def test_the_trend_needs_instalments_on_either_side(payments):
    recent = {p.instalment for p in payments if p.ago < HALF_LIFE_DAYS}
    before = {p.instalment for p in payments if p.ago >= HALF_LIFE_DAYS}
    known = min(len(recent), len(before)) >= TREND_INSTALMENTS
    assert (habit_of(payments).trend is not None) == known


@pytest.mark.parametrize(
    "wrong",
    [
        {"punctual": -1},
        {"punctual": 10},
        {"forgetful": 45},
        {"late": 9},
        {"instalments": 0},
        {"broken_promises": 0},
    ],
)
def test_thresholds_that_do_not_rise_are_refused(wrong):
    with pytest.raises(ThresholdError):
        Thresholds(**wrong)


# expected payment dates

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
delays = st.none() | st.integers(0, 600).map(lambda tenths: Decimal(tenths) / 10)


@given(days, delays, days, st.booleans())
def test_the_expected_day_is_a_bank_day_that_is_not_past(due, delay, today, bank_days):
    found = expected_on(BRAZIL, due, delay, today, bank_days)
    usual = due + timedelta(days=float(delay or 0))
    if found is None:
        assert usual < today
    else:
        assert found >= today
        assert found >= usual
        assert BRAZIL.is_bank_day(found) or not bank_days


@given(days, delays, days)
def test_who_pays_later_is_expected_later(due, delay, today):
    usual = expected_on(BRAZIL, due, delay, today)
    later = expected_on(BRAZIL, due, (delay or Decimal(0)) + Decimal("0.1"), today)
    assert usual is None or usual <= later


def test_the_habit_counts_from_the_bank_day():
    saturday, monday = date(2026, 5, 16), date(2026, 5, 18)
    assert expected_on(BRAZIL, saturday, None, saturday) == monday
    assert expected_on(BRAZIL, saturday, Decimal("0.1"), saturday) == monday + timedelta(days=1)
    assert expected_on(BRAZIL, saturday, Decimal(5), saturday) == monday + timedelta(days=7)
    assert expected_on(BRAZIL, saturday, Decimal(5), saturday, bank_days=False) == date(2026, 5, 21)
    assert expected_on(BRAZIL, saturday, Decimal(5), date(2026, 5, 26)) is None


def test_where_no_bank_opens_the_due_date_itself_counts():
    class Shut(ContactCalendar):
        def is_bank_day(self, day):
            return False

    shut = Shut("UTC", WEEKDAYS)
    assert bank_day(shut, date(2026, 5, 16)) == date(2026, 5, 16)
    assert expected_on(shut, date(2026, 5, 16), Decimal(2), date(2026, 5, 1)) == date(2026, 5, 18)
    assert bank_day(ALWAYS, date(2026, 5, 16), bank_days=False) == date(2026, 5, 16)


# steps that are not for some payers


def not_for(case, profile, offset_from=0):
    """The case with steps from an offset on that are not for such payers; the claims are theirs."""
    claims = []
    for claim in case.snapshot.claims:
        steps = tuple(
            replace(s, skip_profiles=frozenset({profile})) if s.offset >= offset_from else s
            for s in claim.ladder.steps
        )
        claims.append(replace(claim, ladder=replace(claim.ladder, steps=steps)))
    return replace(case, snapshot=replace(case.snapshot, claims=tuple(claims), profile=profile))


@given(cases(), st.integers(-5, 15))
def test_what_is_not_for_such_payers_is_not_said_nor_lends_its_words(case, offset):
    for contact in not_for(case, "punctual", offset).decide().contacts:
        if contact.tone.delivers:
            continue
        assert "punctual" not in contact.tone.skip_profiles
        assert all("punctual" not in step.skip_profiles for _claim, step in contact.pairs)


@given(cases(quiet=True), st.integers(-5, 15))
def test_what_is_not_for_such_payers_is_passed_over_and_does_not_stop_the_ruler(case, offset):
    case = not_for(case, "punctual", offset)
    decision = case.decide()
    for _claim, step, reason in decision.skipped:
        assert reason is not Reason.NOT_FOR_THEM or "punctual" in step.skip_profiles
    spoken = {step for contact in decision.contacts for _claim, step in contact.pairs}
    for claim in case.snapshot.claims:
        if claim.id in decision.waiting:
            continue
        if claim.reached_offset is not None:
            watermark = decision.watermarks[claim.id]
            if waits_for_the_other_track(claim, watermark):
                continue
            assert watermark == claim.reached_offset
        for step in claim.ladder.steps_between(claim.watermark, claim.reached_offset or -99):
            if (
                "punctual" in step.skip_profiles
                and step.id not in claim.done_step_ids
                and not step.delivers
            ):
                assert step not in spoken
                assert (claim, step, Reason.NOT_FOR_THEM) in decision.skipped


@given(cases(), st.integers(-5, 15), st.sampled_from(["new", None]))
def test_a_step_that_is_not_for_others_is_said_to_everybody_else(case, offset, profile):
    other = not_for(case, "punctual", offset)
    other = replace(other, snapshot=replace(other.snapshot, profile=profile))

    def outline(case):
        return [
            (c.tone.id, [(claim.id, step.id) for claim, step in c.pairs], c.at, c.amount)
            for c in case.decide().contacts
        ]

    assert outline(other) == outline(case)


def test_looking_ahead_and_the_simulator_pass_it_over_too():
    steps = (
        Step(1, 0, "email", skip_profiles=frozenset({"punctual"})),
        Step(2, 2, "email"),
    )
    ladder, due = Ladder(1, steps), date(2026, 5, 13)
    for profile, first in (("punctual", 2), ("late", 1), (None, 1)):
        step, _day = next_step(ladder, ALWAYS, due, None, date(2026, 5, 1), profile=profile)
        assert step.id == first
        said = simulate(
            ladder, Snapshot(ALWAYS, (), profile=profile), [due], Decimal(10), delivered=True
        )
        assert said[0].step.id == first
