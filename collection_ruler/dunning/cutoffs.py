"""Which due dates a step has come for: the planner compares them with all instalments at once (decision 1).

It rests on `course`: the contact day of a step rises with the due date and with the offset.
"""

from datetime import date, timedelta

from .calendar import ContactCalendar
from .course import check_offset, own_day
from .ladder import Ladder


def cutoff(ladder: Ladder, calendar: ContactCalendar, offset: int, today: date) -> date:
    """The latest due date for which an offset has come by the local day `today` (decision 1).

    A step waits for its predecessors, hence the minimum over all offsets up to this one.

    :raise LadderError: the ruler has no step on this offset
    """
    check_offset(ladder, offset)
    return min(_own_cutoff(ladder, calendar, low, today) for low in ladder.offsets if low <= offset)


def cutoffs(ladder: Ladder, calendar: ContactCalendar, today: date) -> dict[int, date]:
    """The cut-off of each offset, rising offsets, never rising dates; see `cutoff`."""
    result: dict[int, date] = {}
    lowest = date.max
    for offset in ladder.offsets:
        lowest = min(lowest, _own_cutoff(ladder, calendar, offset, today))
        result[offset] = lowest
    return result


def _own_cutoff(ladder: Ladder, calendar: ContactCalendar, offset: int, today: date) -> date:
    """The latest due date whose own day for an offset is not after `today`.

    The own day rises with the due date, so: gallop away from the naive answer, then bisect.
    """
    guess = (today - timedelta(days=offset)).toordinal()

    def later(ordinal: int) -> bool:
        return own_day(ladder, calendar, offset, date.fromordinal(ordinal)) > today

    inside = outside = guess
    stride = 1
    if later(guess):
        while later(inside := guess - stride):
            outside = inside
            stride *= 2
    else:
        while not later(outside := guess + stride):
            inside = outside
            stride *= 2
    while outside - inside > 1:
        middle = (inside + outside) // 2
        inside, outside = (inside, middle) if later(middle) else (middle, outside)
    return date.fromordinal(inside)
