"""Days on which a customer wants to be left in peace (B3)."""

from collections.abc import Iterable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from .calendar import SEARCH_DAYS

_DAY = timedelta(days=1)
# days that have passed count so long: those that a task of ours has had are counted anew each day
_REMEMBERED = 60


def blackout_days(
    blackouts: Iterable[tuple[date, date | None, bool]], today: date
) -> frozenset[date]:
    """The days to avoid that a search from today, or from a task made lately, can meet (B3).

    What comes on 29 February comes on the 28th in other years.

    :param blackouts: (first day, last day or None for a single one, whether it comes each year)
    """
    horizon = range(-_REMEMBERED, SEARCH_DAYS + 2)
    first, last = today + horizon[0] * _DAY, today + horizon[-1] * _DAY
    days = set()
    for begin, end, yearly in blackouts:
        length = ((end or begin) - begin).days
        # one that began last year may still last
        years = range(first.year - 1, last.year + 1) if yearly else (begin.year,)
        for year in years:
            start = begin + relativedelta(year=year)
            days.update(start + n * _DAY for n in range(length + 1))
    return frozenset(day for day in days if first <= day <= last)
