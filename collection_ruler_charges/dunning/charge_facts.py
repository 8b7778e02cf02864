"""What the charges of a debt rest on: the rule, the debt and what became of it; and a line of them (D6).

All days are local days; money is Decimal.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

# how a rate is quoted, and by how many days it is divided: a year of 365 or of 360 days (actual days
# count in both), or a month of which each day is a thirtieth (pro rata die)
PERIODS = {"year_365": 365, "year_360": 360, "month_30": 30}
DEBTORS = ("both", "company", "person")


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
    """A rate in percent that holds from a day on, until the next one does."""

    since: date
    percent: Decimal


@dataclass(frozen=True)
class Rule:
    """What may be charged, and to whom (D6).

    :param fee: fixed fee, once for an instalment, in `fee_currency` with `fee_digits` decimals
    :param penalty: percent, once, of what was overdue
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
