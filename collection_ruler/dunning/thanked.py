"""Who paid is thanked and told what is still open and by when: until then nothing reminds of it (A5)."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from .calendar import ContactCalendar
from .facts import Recheck, Snapshot
from .ladder import Ladder, effective_due
from .message_shape import answer_day
from .purpose import Purpose
from .reason import Reason

# why a reminder waits for some days, though the thanks may ask for what is late
RESTS = frozenset(
    {
        *(Reason.THANKED, Reason.TOO_SOON, Reason.CAPPED, Reason.ONE_A_DAY),
        *(Reason.CLOSED, Reason.OVERDUE_FIRST),
    }
)


def rests_until(
    ladder: Ladder, place: ContactCalendar, due: date, thanked_on: date | None
) -> date | None:
    """The last day of the rest: the one that the thanks name for what was late when they were said.

    :param place: days where the customer lives, by which the thanks name their day
    :param due: the instalment's own due date
    :param thanked_on: local day on which they were, or will be, thanked for a payment of the same invoice
    :return: None for no rest: what was not late keeps its own steps
    """
    if thanked_on is None or effective_due(ladder, place, due) >= thanked_on:
        return None
    return answer_day(place, thanked_on)


def as_thanked(snapshot: Snapshot, day: date, purpose: str = Purpose.DUNNING) -> Snapshot:
    """Block what rests on a day: no reminder and no task speaks about it. Before what is open is late, its
    own notices are said, also where thanks come only afterwards.

    :param day: local day of the customer
    :param purpose: of what is to be said: a payment that came back is told all the same
    """
    if purpose != Purpose.DUNNING or not any(claim.rests_until for claim in snapshot.claims):
        return snapshot
    claims = tuple(
        replace(claim, blocked_by=claim.blocked_by or Reason.THANKED)
        if claim.rests_until
        and day <= claim.rests_until
        and effective_due(claim.ladder, snapshot.calendar, claim.due_date) < day
        else claim
        for claim in snapshot.claims
    )
    return replace(snapshot, claims=claims)


def recheck_thanks(
    snapshot: Snapshot,
    now: datetime,
    *,
    is_paid: bool,
    stopped: Reason | None,
    remaining: Decimal,
    currency: str,
) -> Recheck:
    """Ask again, at a door, whether thanks may leave now: while the money is there, whatever else is on
    hold (A5).

    :param now: aware UTC
    :param is_paid: whether a payment that it is about still stands
    :param stopped: why nothing at all leaves, as a pause of the company; None when nothing stops it
    :param remaining: what is still open of the instalments that were paid, in `currency`
    """
    if not is_paid:
        return Recheck("cancel", Reason.REVERSED)
    if stopped:
        return Recheck("wait", stopped)
    if not snapshot.calendar.is_open(now):
        return Recheck("wait", Reason.CLOSED)
    return Recheck("go", amount=remaining, currency=currency)
