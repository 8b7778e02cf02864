"""How often and at which hour a customer may hear from us (B1, B4)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from .calendar import NeverOpen
from .facts import Snapshot
from .ladder import Ladder, Step
from .reason import Reason


def too_often(snapshot: Snapshot, ladder: Ladder, at: datetime) -> Reason | None:
    """Why another message on that day would be one too many (B4), None when it would not."""
    day, talked = snapshot.calendar.local_day(at), snapshot.conversation_on
    contacts = frozenset(snapshot.contacts)  # days count: two channels on one day are one contact
    if talked and day <= talked + timedelta(days=ladder.days_after_conversation):
        return Reason.WROTE if snapshot.wrote else Reason.CONVERSATION
    if day in contacts:
        return Reason.ONE_A_DAY
    if day in snapshot.thanks_on:  # thanks name what remains, and what comes next
        return Reason.THANKED
    notice_on = snapshot.return_notice_on
    if notice_on and day < notice_on:  # first a word about what came back (A14)
        return Reason.TO_APPROVE if notice_on == date.max else Reason.TOO_SOON
    away = [abs((day - c).days) for c in contacts]
    if any(days < ladder.min_days_between for days in away):
        return Reason.TOO_SOON
    if ladder.max_contacts and (
        sum(days < ladder.max_contacts_days for days in away) >= ladder.max_contacts
    ):
        for days in range(ladder.max_contacts_days):  # each period that the day falls into
            first = day - timedelta(days=days)
            last = first + timedelta(days=ladder.max_contacts_days - 1)
            if sum(first <= c <= last for c in contacts) >= ladder.max_contacts:
                return Reason.CAPPED
    return None


def instants_of(
    snapshot: Snapshot, steps: Iterable[Step], opens: datetime
) -> dict[str, datetime] | Reason:
    """When each of these steps leaves on the day of `opens`, by channel, or why not on that day (B1).

    :param opens: the first open instant of the day
    """
    day, instants = snapshot.calendar.local_day(opens), {}
    for step in steps:
        calendar = snapshot.calendar_of(step.channel)
        try:
            first = calendar.first_instant(opens) if calendar else None
        except NeverOpen:
            first = None
        if first is None:
            return Reason.NEVER_OPEN
        if calendar.local_day(first) != day:
            return Reason.CLOSED
        instants[step.channel] = calendar.near(first, snapshot.best_minute)
    return instants
