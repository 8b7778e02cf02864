"""Late charges: fee, penalty, interest (D6, A3)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from worlds import WEEKDAYS

from dunning.calendar import ContactCalendar
from dunning.charge_facts import PERIODS, ChargeError, Debt, Rate, Rule, WhyNot
from dunning.charges import charge, why_not
from dunning.ladder import Ladder, effective_due

DUE = date(2026, 3, 9)  # a Monday
BRAZIL = Rule(penalty=D(2), period="month_30", rates=(Rate(date(2020, 1, 1), D(1)),))
EUROPE = Rule(
    fee=D(40),
    fee_currency="EUR",
    period="year_365",
    rates=(Rate(date(2026, 1, 1), D("2.15")), Rate(date(2026, 7, 1), D("2.40"))),
    margin=D(8),
    debtors="company",
)


def day(number):
    """So many days after the effective due date."""
    return DUE + timedelta(days=number)


def debt(*course, amount=D(1000), currency="EUR", **more):
    """An instalment of an amount, and (day after due, what was open then)."""
    steps = ((date.min, amount), *((day(number), D(left)) for number, left in course))
    return Debt(DUE, steps, currency, **{"is_company": True, **more})


def total(lines):
    return sum((line.amount for line in lines), D(0))


def remembering(one, lines):
    """The debt once these lines were charged."""
    once = one.once | {line.kind for line in lines if line.kind != "interest"}
    periods = [(line.first, line.last) for line in lines if line.kind == "interest"]
    return replace(one, once=once, periods=(*one.periods, *periods))


def days_of(lines):
    """The days for which these lines charge interest."""
    interest = [line for line in lines if line.kind == "interest"]
    return {ln.first + timedelta(days=number) for ln in interest for number in range(ln.days)}


amounts = st.decimals(0, 100_000, places=2)
numbers = st.integers(0, 400)


@st.composite
def rules(draw):
    since = draw(st.lists(st.dates(day(-400), day(400)), min_size=1, max_size=4, unique=True))
    return Rule(
        fee=draw(st.sampled_from([D(0), D(40)])),
        fee_currency="EUR",
        penalty=draw(st.sampled_from([D(0), D(2), D("0.5")])),
        period=draw(st.sampled_from([None, *PERIODS])),
        rates=tuple(Rate(s, draw(st.decimals(-2, 20, places=2))) for s in since),
        margin=draw(st.sampled_from([D(0), D(8)])),
        grace_days=draw(st.sampled_from([0, 0, 3])),
    )


@st.composite
def debts(draw):
    """Part payments make what is open fall, never rise."""
    amount = draw(amounts)
    payments = draw(st.lists(st.tuples(st.integers(-30, 400), amounts), max_size=4))
    course, left = [], amount
    for number, paid in sorted(payments, key=lambda p: p[0]):
        left -= paid  # overpaid: negative, and nothing is owed
        course.append((number, left))
    return debt(*course, amount=amount, digits=draw(st.sampled_from([0, 2, 3])))


# laws


@given(rules(), debts(), st.integers(-500, 800))
def test_no_line_is_negative_or_empty_and_each_is_rounded_to_its_currency(rule, one, number):
    for line in charge(rule, one, day(number)):
        assert line.amount > 0
        digits = rule.fee_digits if line.kind == "fee" else one.digits
        assert line.amount == round(line.amount, digits)
        assert DUE < line.first <= line.last <= day(number)
        assert line.days == ((line.last - line.first).days + 1 if line.kind == "interest" else 0)


@given(rules(), debts(), st.integers(-500, 0))
def test_nothing_is_charged_on_or_before_the_effective_due_date(rule, one, number):
    assert charge(rule, one, day(number)) == ()


@given(rules(), debts(), numbers, numbers)
def test_charging_twice_equals_charging_once(rule, one, number, more):
    first = charge(rule, one, day(number))
    second = charge(rule, remembering(one, first), day(number + more))
    once = charge(rule, one, day(number + more))
    unit = D(1).scaleb(-one.digits)
    lines = len(first) + len(second) + len(once)
    assert abs(total(first) + total(second) - total(once)) <= unit * max(1, lines)
    for kind in ("fee", "penalty"):
        assert [ln.kind for ln in (*first, *second)].count(kind) <= 1


@given(rules(), debts(), numbers)
def test_what_was_charged_is_not_charged_again(rule, one, number):
    lines = charge(rule, one, day(number))
    assert charge(rule, remembering(one, lines), day(number)) == ()


@given(rules(), debts(), numbers, numbers)
def test_a_freed_charge_can_be_charged_again_and_no_other_day(rule, one, number, more):
    first = charge(rule, one, day(number))
    second = charge(rule, remembering(one, first), day(number + more))
    freed = charge(rule, remembering(one, second), day(number + more))
    assert days_of(first) <= days_of(freed)
    assert not days_of(second) & days_of(freed)


@given(rules(), debts(), numbers, numbers)
def test_time_makes_it_more_never_less(rule, one, number, more):
    assert total(charge(rule, one, day(number))) <= total(charge(rule, one, day(number + more)))


@given(rules(), debts(), numbers, amounts)
def test_a_larger_principal_bears_more_never_less(rule, one, number, more):
    larger = replace(one, course=tuple((since, left + more) for since, left in one.course))
    lines = charge(rule, larger, day(number))
    slack = D(1).scaleb(-one.digits) * len(lines)  # lines may be cut elsewhere
    assert total(charge(rule, one, day(number))) <= total(lines) + slack


@given(rules(), amounts, numbers, numbers, amounts)
def test_paying_reduces_interest_from_its_day_on(rule, amount, paid_on, until, paid):
    unpaid, part = debt(amount=amount), debt((paid_on, amount - paid), amount=amount)
    if until <= paid_on and paid_on > rule.grace_days:
        assert charge(rule, part, day(until)) == charge(rule, unpaid, day(until))
    slack = D("0.01") * (len(rule.rates) + 3)
    assert total(charge(rule, part, day(until))) <= total(charge(rule, unpaid, day(until))) + slack


@given(rules(), debts(), numbers, numbers)
def test_a_rate_that_changes_in_the_middle_equals_two_periods(rule, one, turn, more):
    assume(rule.period)
    before, after = D(5), D(9)
    rates = (Rate(day(-900), before), Rate(day(turn + 1), after))
    rule = replace(rule, fee=D(0), penalty=D(0), margin=D(0), rates=rates)
    old = replace(rule, rates=rates[:1])
    new = replace(rule, rates=(Rate(day(-900), after),))
    first = charge(old, one, day(turn)) if turn > rule.grace_days else ()
    assume(turn > rule.grace_days)
    second = charge(new, replace(one, periods=((day(1), day(turn)),)), day(turn + more))
    both = charge(rule, one, day(turn + more))
    assert (*first, *second) == both


@given(rules(), debts(), st.integers(1, 60))
def test_the_interest_of_each_day_is_on_what_was_open_when_it_began(rule, one, until):
    assume(rule.period and until > rule.grace_days)
    grace_end = day(rule.grace_days)
    expected = {}
    for number in range(1, until + 1):
        base = one.open_after(day(number - 1))
        if number <= rule.grace_days:
            base = min(base, one.open_after(grace_end))
        percent = rule.percent_on(day(number))
        if base and percent and one.open_after(grace_end):
            expected[day(number)] = base, percent
    found = {}
    for line in charge(rule, one, day(until)):
        if line.kind == "interest":
            found |= dict.fromkeys(days_of([line]), (line.base, line.percent))
    for missing in expected.keys() - found.keys():  # a stretch that comes to less than half a unit
        base, percent = expected.pop(missing)
        assert base * percent / (100 * PERIODS[rule.period]) < D("0.5").scaleb(-one.digits)
    assert expected == found


@given(rules(), debts(), st.integers(-500, 800))
def test_either_there_are_lines_or_a_reason(rule, one, number):
    assert bool(charge(rule, one, day(number))) is (why_not(rule, one, day(number)) is None)


# examples


def test_brazil_two_per_cent_once_and_one_per_cent_a_month_by_days():
    lines = charge(BRAZIL, debt(currency="BRL"), day(10))
    assert [(ln.kind, ln.amount, ln.days) for ln in lines] == [
        ("penalty", D("20.00"), 0),
        ("interest", D("3.33"), 10),
    ]
    assert total(charge(BRAZIL, debt(currency="BRL"), day(30))) == D("30.00")


def test_europe_forty_euros_and_both_rates_of_the_year():
    fee, spring, autumn = charge(EUROPE, debt(), date(2026, 7, 31))
    assert (fee.kind, fee.amount, fee.currency) == ("fee", D("40.00"), "EUR")
    assert (spring.first, spring.last, spring.percent) == (day(1), date(2026, 6, 30), D("10.15"))
    assert (autumn.first, autumn.days, autumn.percent) == (date(2026, 7, 1), 31, D("10.40"))
    assert spring.amount == D("31.42")  # 1000 * 10.15 % * 113 / 365
    assert autumn.amount == D("8.83")


def test_a_part_payment_bears_less_from_its_day_on():
    _fee, before, after = charge(EUROPE, debt((10, 400)), day(20))
    assert (before.base, before.last, before.days) == (D(1000), day(10), 10)
    assert (after.base, after.first, after.days) == (D(400), day(11), 10)


def test_paid_one_day_late_bears_one_day():
    _fee, line = charge(EUROPE, debt((1, 0)), day(300))
    assert (line.base, line.first, line.last) == (D(1000), day(1), day(1))


def test_paid_late_in_full_bears_until_then():
    _fee, line = charge(EUROPE, debt((10, 0)), day(300))
    assert (line.days, line.last) == (10, day(10))


def test_due_on_saturday_and_paid_on_monday_bears_nothing():
    calendar = ContactCalendar("America/Sao_Paulo", WEEKDAYS, "BR", "SP")
    saturday = date(2026, 3, 14)
    monday = effective_due(Ladder(1, ()), calendar, saturday)
    one = Debt(monday, ((date.min, D(100)), (date(2026, 3, 16), D(0))), "BRL")
    assert charge(BRAZIL, one, date(2026, 4, 16)) == ()
    assert why_not(BRAZIL, one, date(2026, 4, 16)) == WhyNot.IN_TIME


def test_a_fee_for_companies_is_refused_to_persons():
    assert charge(EUROPE, debt(is_company=False), day(10)) == ()
    assert why_not(EUROPE, debt(is_company=False), day(10)) == WhyNot.NOT_COMPANY
    persons = replace(EUROPE, debtors="person")
    assert why_not(persons, debt(), day(10)) == WhyNot.NOT_PERSON


def test_a_rule_of_one_country_is_not_for_others_nor_for_the_unknown():
    rule = replace(EUROPE, countries=frozenset({"DE", "FR"}))
    assert charge(rule, debt(country="DE"), day(10))
    assert why_not(rule, debt(country="BR"), day(10)) == WhyNot.ELSEWHERE
    assert why_not(rule, debt(), day(10)) == WhyNot.ELSEWHERE


def test_a_charge_bears_no_charge():
    assert why_not(EUROPE, debt(is_charge=True), day(10)) == WhyNot.IS_CHARGE


def test_grace_spares_who_pays_in_it_and_no_other():
    rule = replace(EUROPE, grace_days=5)
    assert why_not(rule, debt(), day(5)) == WhyNot.IN_GRACE
    assert why_not(rule, debt((5, 0)), day(9)) == WhyNot.IN_TIME
    _fee, line = charge(rule, debt(), day(6))
    assert (line.first, line.days) == (day(1), 6)
    _fee, line = charge(rule, debt((3, 300)), day(6))
    assert (line.base, line.days) == (D(300), 6), "paid in grace, and charged"


def test_without_a_rate_there_is_no_interest():
    rule = replace(EUROPE, fee=D(0), rates=())
    assert why_not(rule, debt(), day(6)) == WhyNot.NO_RATE
    rule = replace(rule, rates=(Rate(day(4), D(2)),))
    (line,) = charge(rule, debt(), day(6))
    assert line.first == day(4)


@pytest.mark.parametrize(
    ("digits", "amount"), [(0, "3"), (2, "3.33"), (3, "3.333")], ids=["JPY", "BRL", "KWD"]
)
def test_each_currency_has_its_decimals(digits, amount):
    rule = replace(BRAZIL, penalty=D(0))
    (line,) = charge(rule, debt(digits=digits), day(10))
    assert line.amount == D(amount)


def test_pennies_of_single_days_are_not_lost_in_a_currency_without_decimals():
    rule = replace(BRAZIL, penalty=D(0))
    one, charged = debt(amount=D(100), digits=0), D(0)
    for number in range(1, 31):
        lines = charge(rule, one, day(number))
        one, charged = remembering(one, lines), charged + total(lines)
    assert D(1) <= charged <= D(2), "each line may be off by one unit, no more"


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "week"},
        {"debtors": "dogs"},
        {"fee": D(-1)},
        {"penalty": D(-1)},
        {"grace_days": -1},
        {"rates": (Rate(DUE, D(1)), Rate(DUE, D(2)))},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_rule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ChargeError):
        Rule(**wrong)
