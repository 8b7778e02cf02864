"""Late charges: fee, penalty and interest, line by line (D6, A3).

The interest of a day is on what was open when that day began: what is due on Monday and paid on Monday
bears none, paid on Tuesday that of one day. It is simple interest on the principal alone. All days are
local days; money is Decimal.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

# how a rate is quoted, and by how many days it is divided: a year of 365 or of 360 days (actual days
# count in both), or a month of which each day is a thirtieth (pro rata die)
PERIODS = {"year_365": 365, "year_360": 360, "month_30": 30}
DEBTORS = ("both", "company", "person")
ONE_DAY = timedelta(days=1)


class ChargeError(ValueError):
    """The rule makes no sense; the text says why."""


class WhyNot(StrEnum):
    """Why nothing is charged for a debt."""

    NO_RULE = "no_rule"
    IS_CHARGE = "is_charge"  # no interest on interest
    CHANGED = "changed"  # the invoice changed after it was charged
    NOT_COMPANY = "not_company"  # the rule is for companies alone
    NOT_PERSON = "not_person"
    ELSEWHERE = "elsewhere"
    NOT_LATE = "not_late"
    IN_GRACE = "in_grace"
    IN_TIME = "in_time"  # nothing was open any more when charges would have begun
    CHARGED = "charged"
    NO_RATE = "no_rate"
    TOO_LITTLE = "too_little"


@dataclass(frozen=True)
class Rate:
    """A rate in per cent that holds from a day on, until the next one does."""

    since: date
    percent: Decimal


@dataclass(frozen=True)
class Rule:
    """What may be charged, and to whom (D6).

    :param fee: fixed sum, once for an instalment, in `fee_currency` with `fee_digits` decimals
    :param penalty: per cent, once, of what was overdue
    :param period: one of `PERIODS`, None for no interest
    :param rates: of the interest; before the first of them none is charged
    :param margin: percentage points on top of the rates
    :param grace_days: nothing is charged to who pays so many days after the effective due date; who
        pays later is charged from that date on
    :param debtors: `company` (public bodies too), `person` or `both`
    :param countries: codes of the customers' countries, empty for all
    :raise ChargeError: unknown period or kind of debtor, something negative, two rates from one day
    """

    fee: Decimal = Decimal(0)
    fee_currency: str = ""
    fee_digits: int = 2
    penalty: Decimal = Decimal(0)
    period: str | None = None
    rates: tuple[Rate, ...] = ()
    margin: Decimal = Decimal(0)
    grace_days: int = 0
    debtors: str = "both"
    countries: frozenset[str] = frozenset()

    def __post_init__(self):
        object.__setattr__(self, "rates", tuple(sorted(self.rates, key=lambda r: r.since)))
        if self.period is not None and self.period not in PERIODS:
            raise ChargeError(f"Period {self.period!r} is none of {tuple(PERIODS)}")
        if self.debtors not in DEBTORS:
            raise ChargeError(f"{self.debtors!r} is none of {DEBTORS}")
        if min(self.fee, self.penalty, Decimal(self.grace_days)) < 0:
            raise ChargeError("A fee, a penalty or a number of days is negative")
        if len({rate.since for rate in self.rates}) < len(self.rates):
            raise ChargeError("Two rates hold from the same day")

    def percent_on(self, day: date) -> Decimal | None:
        """Rate and margin on a day, never negative; None where no rate is known."""
        known = [rate.percent for rate in self.rates if rate.since <= day]
        return max(Decimal(0), known[-1] + self.margin) if known else None


@dataclass(frozen=True)
class Debt:
    """An instalment, what became of it, and what was charged for it already.

    :param due: the effective due date (`ladder.effective_due`)
    :param course: (day, what was open from the end of that day on), in any order; nothing before the
        first; what is negative counts as nothing
    :param digits: decimals of its currency
    :param country: code of the customer's country, None where it is unknown
    :param once: of `fee` and `penalty` those that were charged
    :param periods: (first, last) days for which interest was charged, both included
    :param is_charge: it is itself a late charge
    :param is_changed: what was charged for its invoice stands at an instalment that is gone
    :param agreed: another due date that was agreed, effective as `due` is: charges count from the original
        one, but none are made until this one has passed as well (F7)
    """

    due: date
    course: tuple[tuple[date, Decimal], ...]
    currency: str
    digits: int = 2
    is_company: bool = False
    country: str | None = None
    once: frozenset[str] = frozenset()
    periods: tuple[tuple[date, date], ...] = ()
    is_charge: bool = False
    is_changed: bool = False
    agreed: date | None = None
    _steps: tuple[tuple[date, Decimal], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "_steps", tuple(sorted(self.course, key=lambda s: s[0])))

    def open_after(self, day: date) -> Decimal:
        """What was open at the end of a day, never negative."""
        amount = Decimal(0)
        for since, value in self._steps:
            if since > day:
                break
            amount = value
        return max(Decimal(0), amount)

    def was_charged(self, day: date) -> bool:
        """Whether interest for this day was charged."""
        return any(first <= day <= last for first, last in self.periods)


@dataclass(frozen=True)
class Line:
    """One line of a debit note.

    :param kind: `fee`, `penalty` or `interest`
    :param first: first day of interest, or the day on which fee or penalty arose
    :param last: last day, included
    :param days: of interest, 0 otherwise
    :param percent: a year or a month, as the rule says; of a penalty, once; None for a fee
    :param base: the principal it is counted on
    :param amount: rounded to the currency's decimals, always positive
    """

    kind: str
    first: date
    last: date
    days: int
    percent: Decimal | None
    base: Decimal
    amount: Decimal
    currency: str


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
    """Yields (first day, last day, principal, per cent) with interest that was not charged yet."""
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
