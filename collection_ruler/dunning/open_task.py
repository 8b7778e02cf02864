"""A task of ours about a debt that nobody has done yet: what comes next waits for it (A2, A13)."""

from collections.abc import Iterable
from datetime import date, timedelta

from .calendar import ContactCalendar
from .facts import Claim
from .purpose import Purpose, is_stopped_by
from .reason import Reason

# the next step waits for a call that nobody has made yet for so many working days
TASK_DAYS = 2


def free_from(calendar: ContactCalendar, since: date | None, is_review: bool) -> date:
    """The day from which an open task stops nothing any more.

    A call has two working days, then the ruler goes on without it; a review has as long as it takes.

    :param since: local day on which the task was made, None where none is open
    :param is_review: people decide in it what comes next
    :return: `date.min` where nothing is stopped, `date.max` where nobody knows until when
    """
    if since is None:
        return date.min
    if is_review:
        return date.max
    day = since
    for _day in range(TASK_DAYS):
        day = calendar.next_open_day(day + timedelta(days=1))
    return day


def stopped_at_door(claims: Iterable[Claim], purpose: str, is_decided: bool) -> dict[int, Reason]:
    """Why a message that was planned before does not speak about claims now, by their ids: what blocks them,
    or a review that was opened meanwhile, in which people decide what comes next (A2).

    :param purpose: of the message; only reminders are silent in a review
    :param is_decided: a person let it go, or does it
    """
    stopped = {}
    for claim in claims:
        if is_stopped_by(purpose, claim.blocked_by):
            stopped[claim.id] = claim.blocked_by
        elif claim.is_reviewed and purpose == Purpose.DUNNING and not is_decided:
            stopped[claim.id] = Reason.TASK_OPEN
    return stopped
