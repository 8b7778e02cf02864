"""What the bank may know and we do not yet: old data, and money on its way (D3, G3)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from .amounts import effective
from .calendar import ContactCalendar, NeverOpen
from .facts import Claim, Snapshot
from .reason import Reason

# money that is under way for longer did not arrive: a person looks, else its debt is silent for ever
UNDER_WAY_DAYS = 10


def bank_is_stale(
    calendar: ContactCalendar, bank_day: date | None, bank_days: int, today: date
) -> bool:
    """Whether the newest bank data is older than so many working days (D3).

    :param bank_day: its day, None where nobody imports any: then nothing is missed
    :param bank_days: 0 for never
    """
    if bank_day is None or not bank_days:
        return False
    day, count = bank_day, 0
    while day < today and count <= bank_days:
        day += timedelta(days=1)
        count += calendar.is_open_day(day)
    return count > bank_days


def as_the_bank_knows(snapshot: Snapshot, today: date) -> Snapshot:
    """Block what is overdue where a payment may have come that nobody sees yet; notices go on (D3)."""
    is_stale = bank_is_stale(snapshot.calendar, snapshot.bank_day, snapshot.bank_days, today)

    def why(claim: Claim) -> Reason | None:
        due = effective(snapshot.calendar, claim)
        if claim.blocked_by or due >= today:
            return claim.blocked_by
        if is_stale:
            return Reason.STALE_BANK
        return Reason.SETTLING if today <= settles_on(snapshot.calendar, claim) else None

    if not is_stale and not any(claim.settlement_days for claim in snapshot.claims):
        return snapshot
    claims = tuple(replace(claim, blocked_by=why(claim)) for claim in snapshot.claims)
    return replace(snapshot, claims=claims)


def settles_on(calendar: ContactCalendar, claim: Claim) -> date:
    """The last day on which money that was paid when it was due may still be on its way (D3)."""
    arrives = effective(calendar, claim)
    for _day in range(claim.settlement_days):
        arrives = calendar.bank_day(arrives + timedelta(days=1))
    return arrives


def bank_day(calendar: ContactCalendar, due: date, bank_days: bool = True) -> date:
    """The effective due date, or the due date itself where no bank ever opens (A3).

    :param bank_days: whether due dates move to the next bank day
    """
    if not bank_days:
        return due
    try:
        return calendar.bank_day(due)
    except NeverOpen:
        return due


def expected_on(
    calendar: ContactCalendar,
    due: date,
    delay: Decimal | None,
    today: date,
    bank_days: bool = True,
) -> date | None:
    """The day on which an open instalment will be paid, if its payer does as usual (G3).

    :param due: its due date
    :param delay: the average delay in days; None when nothing is known, then they pay when it is due
    :param bank_days: whether due dates move to the next bank day
    :return: a bank day, today or later; None when that day is past: it is later than usual
    """
    days = int((delay or Decimal(0)).to_integral_value(ROUND_CEILING))
    effective = bank_day(calendar, due, bank_days)
    day = bank_day(calendar, effective + timedelta(days=days), bank_days)
    return day if day >= today else None
