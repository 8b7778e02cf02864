"""Late charges: fee, penalty and interest, line by line (D6, A3).

The interest of a day is on what was open when that day began: what is due on Monday and paid on Monday
bears none, paid on Tuesday that of one day. It is simple interest on the principal alone. All days are
local days; money is Decimal.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .charge_facts import PERIODS, Debt, Line, Rule, WhyNot

ONE_DAY = timedelta(days=1)


def refuses(rule: Rule | None, debt: Debt) -> WhyNot | None:
    """Why a rule is not for a debt at all, whatever day it is; None where it is."""
    if rule is None:
        return WhyNot.NO_RULE
    if debt.is_charge:
        return WhyNot.IS_CHARGE
    if rule.debtors == "company" and not debt.is_company:
        return WhyNot.NOT_COMPANY
    if rule.debtors == "person" and debt.is_company:
        return WhyNot.NOT_PERSON
    if rule.countries and debt.country not in rule.countries:
        return WhyNot.ELSEWHERE
    return WhyNot.CHANGED if debt.is_changed else None


def charge(rule: Rule | None, debt: Debt, until: date) -> tuple[Line, ...]:
    """What may be charged for a debt up to a local day and was not yet; the total is the sum of the lines.

    Nothing on or before the effective due date, nor before the grace days are over.
    """
    if refuses(rule, debt) or _is_early(debt, until) or until <= _grace_end(rule, debt):
        return ()
    overdue = debt.open_after(_grace_end(rule, debt))
    if not overdue:
        return ()
    lines = [*_once(rule, debt, overdue), *_interest(rule, debt, until, overdue)]
    return tuple(line for line in lines if line.amount)


def why_not(rule: Rule | None, debt: Debt, until: date) -> WhyNot | None:
    """Why `charge` says nothing; None where it has lines."""
    if charge(rule, debt, until):
        return None
    if refused := refuses(rule, debt):
        return refused
    if _is_early(debt, until):
        return WhyNot.NOT_LATE
    if until <= _grace_end(rule, debt):
        return WhyNot.IN_GRACE
    if not debt.open_after(_grace_end(rule, debt)):
        return WhyNot.IN_TIME
    bears = [day for day in _days(debt.due + ONE_DAY, until) if debt.open_after(day - ONE_DAY)]
    if rule.period and any(rule.percent_on(d) is None and not debt.was_charged(d) for d in bears):
        return WhyNot.NO_RATE
    return WhyNot.CHARGED if debt.once or debt.periods else WhyNot.TOO_LITTLE


def _is_early(debt: Debt, until: date) -> bool:
    return until <= max(debt.due, debt.agreed or debt.due)


def _grace_end(rule: Rule, debt: Debt) -> date:
    """The last day on which nothing is charged yet."""
    return debt.due + timedelta(days=rule.grace_days)


def _rounded(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


def _once(rule: Rule, debt: Debt, overdue: Decimal) -> Iterator[Line]:
    """Fee and penalty arise on the first day after the grace days."""
    arose = _grace_end(rule, debt) + ONE_DAY
    if rule.fee and "fee" not in debt.once:
        fee = _rounded(rule.fee, rule.fee_digits)
        yield Line("fee", arose, arose, 0, None, overdue, fee, rule.fee_currency)
    if rule.penalty and "penalty" not in debt.once:
        amount = _rounded(overdue * rule.penalty / 100, debt.digits)
        yield Line("penalty", arose, arose, 0, rule.penalty, overdue, amount, debt.currency)


def _interest(rule: Rule, debt: Debt, until: date, overdue: Decimal) -> Iterator[Line]:
    """A line for each stretch of days with one principal and one rate, without the days charged before."""
    if not rule.period:
        return
    for first, last, base, percent in _stretches(rule, debt, until, overdue):
        days = (last - first).days + 1
        amount = base * percent * days / (100 * PERIODS[rule.period])
        amount = _rounded(amount, debt.digits)
        yield Line("interest", first, last, days, percent, base, amount, debt.currency)


def _stretches(rule, debt, until, overdue):
    """Yields (first day, last day, principal, percent) with interest that was not charged yet."""
    found = []
    for first, last in _between(_turns(rule, debt), debt.due + ONE_DAY, until):
        base = debt.open_after(first - ONE_DAY)
        if first - ONE_DAY < _grace_end(rule, debt):
            base = min(base, overdue)  # what was paid in the grace days bears nothing
        percent = rule.percent_on(first)
        if not base or not percent or debt.was_charged(first):
            continue
        if found and found[-1][1] + ONE_DAY == first and found[-1][2:] == (base, percent):
            found[-1] = (found[-1][0], last, base, percent)
        else:
            found.append((first, last, base, percent))
    return found


def _turns(rule: Rule, debt: Debt) -> set[date]:
    """The days with which principal, rate or what was charged may change."""
    days = {rate.since for rate in rule.rates} | {_grace_end(rule, debt) + ONE_DAY}
    days |= {since + ONE_DAY for since, _amount in debt.course if since < date.max}
    for first, last in debt.periods:
        days |= {first, last + ONE_DAY}
    return days


def _between(turns: set[date], first: date, last: date) -> Iterator[tuple[date, date]]:
    """The stretches from one turn to the day before the next, within two days."""
    inside = sorted(day for day in turns if first < day <= last)
    starts = [first, *inside]
    ends = [*(day - ONE_DAY for day in inside), last]
    yield from zip(starts, ends, strict=True)
