"""How a customer usually pays: average delay, share on time, trend, and the class that follows (F6).

The definition, in words:

- A payment of an instalment is late by the days from its *effective* due date, the bank day: who pays on
  Monday what was due on Saturday is on time (A3). What is open and overdue counts as if it were paid today.
- Early is on time, not better than on time. Else one large payment a month ahead would make up for years
  of lateness.
- Delays are averaged by amount, and what fell due half a year earlier counts half. Recency goes by the due
  date, not by the day of payment: else paying later would make an old instalment count more, and could
  better the average.
- On time is counted by instalments, not by amounts, so that a person can count it over: one is on time if
  nothing of it came late.
- The trend compares the last half-year with the time before.

Amounts are Decimals in the company's currency, days are whole days. All sums are exact, so SQL that adds
up the same facts comes to the same figures.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

# instalments that fell due longer ago say nothing about today, unless they are still open
WINDOW_DAYS = 730
# each such number of days since the due date halves the weight
HALF_LIFE_DAYS = 182
# the halves that are told apart; what is older weighs like the last one
AGES = WINDOW_DAYS // HALF_LIFE_DAYS + 1
# a trend needs so many instalments on either side…
TREND_INSTALMENTS = 2
# … and a change of the average delay by more than so many days, and than this share of it
TREND_DAYS = 2
TREND_SHARE = Decimal("0.25")


class ThresholdError(ValueError):
    """The thresholds do not rise, or are negative; the text says which."""


class PayerClass(StrEnum):
    """What kind of payer somebody is; stored, so never rename one. From `PUNCTUAL` on, in rising order
    of lateness."""

    NEW = "new"  # too little is known
    PUNCTUAL = "punctual"
    FORGETFUL = "forgetful"
    LATE = "late"
    CHRONIC = "chronic"


class Trend(StrEnum):
    """How the last half-year compares with the time before; stored, so never rename one."""

    BETTER = "better"
    STEADY = "steady"
    WORSE = "worse"


@dataclass(frozen=True)
class Payment:
    """Money that came for an instalment, or what is open of one that is overdue.

    :param instalment: what it was for
    :param ago: days since the instalment's effective due date, negative where that is to come
    :param late: days from the effective due date to the payment, negative for early; for what is open
        and overdue the delay so far, that is `ago`
    :param amount: in the company's currency, positive
    """

    instalment: Hashable
    ago: int
    late: int
    amount: Decimal


@dataclass(frozen=True)
class HalfYear:
    """The payments for what fell due in one half-year, added up.

    :param age: 0 for the last half-year, 1 for the one before …; `AGES` − 1 for all that is older
    :param instalments: paid, in part or in full, or overdue
    :param on_time: how many of these had nothing late
    :param amount: the sum of the payments
    :param amount_days: the sum of amount × days late, where early is 0
    """

    age: int
    instalments: int
    on_time: int
    amount: Decimal
    amount_days: Decimal

    @property
    def weight(self) -> int:
        """How much it counts: 1 for the oldest, twice as much for each half-year later."""
        return 2 ** (AGES - 1 - self.age)


@dataclass(frozen=True)
class Habit:
    """How somebody paid so far.

    :param instalments: how many are known
    :param delay: average days late, to a tenth, at least 0; None when nothing is known
    :param on_time: share of the instalments that were on time, 0 to 1, to a hundredth; None when nothing
        is known
    :param trend: None when too little is known to tell
    :param broken_promises: how often a promised date passed without money
    """

    instalments: int = 0
    delay: Decimal | None = None
    on_time: Decimal | None = None
    trend: Trend | None = None
    broken_promises: int = 0


@dataclass(frozen=True)
class Thresholds:
    """Where one class ends and the next begins.

    :param punctual: average days late up to which somebody is punctual
    :param forgetful: up to which forgetful
    :param late: up to which late; beyond, chronic
    :param instalments: with fewer known ones somebody is new
    :param broken_promises: from so many on somebody is late at least, whatever the delay
    :raise ThresholdError: they do not rise, or are negative
    """

    punctual: int = 2
    forgetful: int = 10
    late: int = 45
    instalments: int = 3
    broken_promises: int = 2

    def __post_init__(self):
        if not 0 <= self.punctual < self.forgetful < self.late:
            raise ThresholdError("The days of the classes do not rise from 0")
        if self.instalments < 1 or self.broken_promises < 1:
            raise ThresholdError("A number of instalments or of broken promises is less than 1")


def add_up(payments: Iterable[Payment]) -> tuple[HalfYear, ...]:
    """Payments by the half-year in which their instalments fell due, the last one first.

    The definition that a test compares with the SQL of `models/verbs/collection_profile.py`, which adds up
    the payments of many customers at once.

    :param payments: in any order; whoever reads them leaves out what fell due before `WINDOW_DAYS` and is
        paid, and instalments that are neither settled nor overdue yet
    """
    ages = defaultdict(lambda: defaultdict(list))
    for payment in payments:
        age = min(AGES - 1, max(0, payment.ago) // HALF_LIFE_DAYS)
        ages[age][payment.instalment].append(payment)
    found = []
    for age, instalments in sorted(ages.items()):
        paid = [payment for own in instalments.values() for payment in own]
        found.append(
            HalfYear(
                age,
                len(instalments),
                sum(max(p.late for p in own) <= 0 for own in instalments.values()),
                sum((p.amount for p in paid), Decimal(0)),
                sum((p.amount * max(0, p.late) for p in paid), Decimal(0)),
            )
        )
    return tuple(found)


def habit(half_years: Iterable[HalfYear], broken_promises: int = 0) -> Habit:
    """What the sums say about a customer (F6).

    :param broken_promises: of the same time
    """
    half_years = [one for one in half_years if one.amount > 0]
    instalments = sum(one.instalments for one in half_years)
    if not instalments:
        return Habit(broken_promises=broken_promises)
    on_time = Decimal(sum(one.on_time for one in half_years)) / instalments
    return Habit(
        instalments,
        _average(half_years).quantize(Decimal("0.1"), ROUND_HALF_UP),
        on_time.quantize(Decimal("0.01"), ROUND_HALF_UP),
        _trend(half_years),
        broken_promises,
    )


def classify(habit: Habit, thresholds: Thresholds) -> PayerClass:
    """What kind of payer somebody is (F6): by the average delay, and by broken promises."""
    if habit.delay is None or habit.instalments < thresholds.instalments:
        return PayerClass.NEW
    if habit.delay > thresholds.late:
        return PayerClass.CHRONIC
    broke = habit.broken_promises >= thresholds.broken_promises
    if broke or habit.delay > thresholds.forgetful:
        return PayerClass.LATE
    return PayerClass.FORGETFUL if habit.delay > thresholds.punctual else PayerClass.PUNCTUAL


def _average(half_years: Iterable[HalfYear]) -> Decimal:
    """Average days late, by amount and recency."""
    half_years = list(half_years)
    weight = sum(one.amount * one.weight for one in half_years)
    return sum(one.amount_days * one.weight for one in half_years) / weight


def _trend(half_years: Iterable[HalfYear]) -> Trend | None:
    recent = [one for one in half_years if one.age == 0]
    before = [one for one in half_years if one.age > 0]
    if any(sum(o.instalments for o in some) < TREND_INSTALMENTS for some in (recent, before)):
        return None
    then, now = _average(before), _average(recent)
    if abs(now - then) <= max(TREND_DAYS, then * TREND_SHARE):
        return Trend.STEADY
    return Trend.WORSE if now > then else Trend.BETTER
