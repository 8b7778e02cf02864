"""What is owed, said once: overdue, due today and coming, with what credits cover (B5, D1, D2).

Whoever shows amounts asks `statement`: messages, placeholders, figures, preview, portal. It takes rows of
any kind that have the fields of `Owed`; a row of a query will do:

    rows = [Owed(i.id, i.due_date, effective_day, Decimal(i.residual), i.currency) for i in …]
    statement(rows, {"EUR": Decimal("12.50")}, today).overdue
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, Protocol

from .calendar import ContactCalendar
from .facts import Claim, Snapshot
from .ladder import effective_due
from .reason import Reason

ZERO = Decimal(0)


class Owed(NamedTuple):
    """What is open of an instalment.

    :param due_date: as the invoice has it
    :param effective_due: the day up to which it is paid in time (A3)
    :param residual: in its currency, not negative
    :param currency: its name
    :param account: as `Claim` has it
    """

    id: int
    due_date: date
    effective_due: date
    residual: Decimal
    currency: str
    account: int = 0


class Sum(NamedTuple):
    """Amounts of one currency; ``net`` is ``gross`` less ``credit``, and none is negative."""

    gross: Decimal
    credit: Decimal
    net: Decimal


class Row(NamedTuple):
    """A line of a statement: what is owed, and how much of it credits cover."""

    owed: Owed
    credit: Decimal

    @property
    def net(self) -> Decimal:
        return self.owed.residual - self.credit


@dataclass(frozen=True)
class Statement:
    """What a customer owes; each part with the oldest due date first.

    :param overdue: the effective due date has passed
    :param due_today: it is today
    :param coming: it is still ahead
    """

    overdue: tuple[Row, ...]
    due_today: tuple[Row, ...]
    coming: tuple[Row, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All parts."""
        return self.overdue + self.due_today + self.coming

    @cached_property
    def sums(self) -> dict[str, Sum]:
        """What is owed in each currency, in all parts together."""
        return sums_of(self.rows)


class _Residual(Protocol):
    currency: str
    residual: Decimal
    account: int


def purse(currency: str, account: int = 0) -> str:
    """Under what name credits and what they may pay meet: one currency, one receivable account (D2)."""
    return f"{currency} {account}" if account else currency


def statement(claims: Iterable[Owed], credits: Mapping[str, Decimal], today: date) -> Statement:
    """What is owed by a day, and what of it credits cover: the oldest first, each in its currency (D2).

    :param claims: what is open; whoever leaves out what is blocked does so before
    :param credits: unapplied credit notes and payments, positive, by `purse`
    :param today: local day of the customer
    """
    left = dict(credits)
    parts: tuple[list[Row], ...] = ([], [], [])
    for claim in sorted(claims, key=lambda c: (c.effective_due, c.due_date, c.id)):
        key = purse(claim.currency, claim.account)
        credit = min(max(left.get(key, ZERO), ZERO), claim.residual)
        left[key] = left.get(key, ZERO) - credit
        place = (claim.effective_due >= today) + (claim.effective_due > today)
        parts[place].append(Row(claim, credit))
    for part in parts:
        part.sort(key=lambda row: (row.owed.due_date, row.owed.id))
    return Statement(*map(tuple, parts))


def sums_of(rows: Iterable[Row]) -> dict[str, Sum]:
    """What rows of a statement come to, per currency: of one part, or of several."""
    gross: dict[str, Decimal] = defaultdict(Decimal)
    credit: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        gross[row.owed.currency] += row.owed.residual
        credit[row.owed.currency] += row.credit
    return {c: Sum(amount, credit[c], amount - credit[c]) for c, amount in gross.items()}


def open_beside(
    claims: Iterable[Owed], asked: Collection[int], credits: Mapping[str, Decimal], today: date
) -> tuple[Row, ...]:
    """What is overdue beside what a message asks for, as far as credits do not pay it (B5, D2).

    :param claims: what the message asks for, and what else may be named
    :param asked: ids of what it asks for
    """
    rows = statement(claims, credits, today).overdue
    return tuple(row for row in rows if row.owed.id not in asked and row.net)


def net_of(claims: Iterable[_Residual], credits: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What is left to pay per currency, as the sums of a `statement` of the same claims say: without its
    rows, since decisions ask for it for each customer."""
    gross: dict[tuple[str, int], Decimal] = {}
    for claim in claims:
        key = claim.currency, claim.account
        gross[key] = gross.get(key, ZERO) + claim.residual
    net: dict[str, Decimal] = {}
    for (currency, account), amount in gross.items():
        rest = max(ZERO, amount - max(ZERO, credits.get(purse(currency, account), ZERO)))
        net[currency] = net.get(currency, ZERO) + rest
    return net


def asked_for(
    snapshot: Snapshot, today: date, due_now: Iterable[int] = ()
) -> tuple[list[Claim], dict[str, Decimal]]:
    """What a message of today asks for: of all that it speaks about what is due, else what it announces (B5,
    C8, D1, D2).

    What else is overdue had its words on its own day, or will have them: it is named beside the amount and
    not asked for again, so nobody hears the same about the same debt with each new invoice.

    :param today: local day of the debtor
    :param due_now: ids of the claims whose step is said in this message
    :return: the claims, oldest first, and the sums per currency, net of what credits leave after they paid
        for older claims (never below 0)
    """
    wanted = set(due_now)
    # only credits pay for what the message does not speak about
    free = free_of(snapshot, today, None if snapshot.credits else wanted)
    own = [claim for claim in free if claim.id in wanted]
    claims = [c for c in own if effective(snapshot.calendar, c) <= today] or own
    if not snapshot.credits:
        return claims, net_of(claims, {})
    left, net = left_of_each(free, snapshot.credits), {}
    for claim in claims:
        net[claim.currency] = net.get(claim.currency, ZERO) + left[claim.id]
    return claims, net


def free_of(snapshot: Snapshot, today: date, wanted: Collection[int] | None = None) -> list[Claim]:
    """What may be asked for on a day, the oldest first.

    :param wanted: ids of those that count, None for all
    """
    calendar = snapshot.calendar
    return [
        claim
        for claim in sorted(snapshot.claims, key=oldest_first)
        if claim.blocked_by is None
        and (wanted is None or claim.id in wanted)
        and not past_limit(calendar, claim, today)
    ]


def left_of_each(claims: Iterable[Claim], credits: Mapping[str, Decimal]) -> dict[int, Decimal]:
    """What credits leave of each of some claims, by id.

    :param claims: the oldest first
    """
    favour = {key: max(ZERO, amount) for key, amount in credits.items()}
    left = {}
    for claim in claims:
        key = purse(claim.currency, claim.account)
        paid = min(favour.get(key, ZERO), claim.residual)
        favour[key] = favour.get(key, ZERO) - paid
        left[claim.id] = claim.residual - paid
    return left


def oldest_first(claim: Claim) -> tuple[date, int]:
    """The order in which claims lead, are asked for and are paid by credits."""
    return claim.due_date, claim.id


def effective(calendar: ContactCalendar, claim: Claim) -> date:
    """The day up to which a claim is paid in time (A3)."""
    return effective_due(claim.ladder, calendar, claim.due_date)


def past_limit(calendar: ContactCalendar, claim: Claim, today: date) -> bool:
    """Whether a person has taken over: nothing asks for it by itself any more (A4)."""
    return is_handed_over(claim.ladder.max_days_overdue, effective(calendar, claim), today)


def is_handed_over(limit: int | None, due: date, today: date) -> bool:
    """Whether a debt is as old as a ruler speaks of it (A4).

    :param limit: days overdue, none for no limit
    :param due: its effective due date
    """
    return bool(limit) and (today - due).days > limit


def leading_currency(asked: Iterable[Claim], net: Mapping[str, Decimal]) -> str | None:
    """The currency of the oldest claim that credits do not cover."""
    return next((c.currency for c in asked if net.get(c.currency)), None)


def a_person_first(snapshot: Snapshot, asked: Iterable[Claim], today: date) -> Reason | None:
    """Why a person has to let go what asks for these: nobody answered what the customer wrote (C6), or
    something overdue is asked for that we may have to mend ourselves (F3)."""
    if snapshot.unanswered:
        return Reason.UNANSWERED
    if any(c.draft_credit_note and effective(snapshot.calendar, c) < today for c in asked):
        return Reason.LOOK_FIRST
    return None
