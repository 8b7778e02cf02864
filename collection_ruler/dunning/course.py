"""On which day a step comes for a due date (A2, B2).

Everything here counts in local days of the calendar. The contact day of a step rises with the due date and
with the offset. What asks the calendar raises its NeverOpen when no open day lies within the search limit.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from .calendar import ContactCalendar, NeverOpen
from .facts import Claim
from .ladder import Ladder, LadderError, Step, effective_due
from .turn_of_year import after_turn_of_year, is_too_firm


def contact_day(ladder: Ladder, calendar: ContactCalendar, offset: int, due: date) -> date:
    """The open day on which an offset comes for a due date (A2, B2).

    On a closed day its steps advance or defer; steps that differ in this come together, on the
    later day. A step never comes before its predecessor, an overdue step never on or before the
    effective due date (then it defers), a notice before due never after it (then it advances).

    :raise LadderError: the ruler has no step on this offset
    """
    check_offset(ladder, offset)
    return max(own_day(ladder, calendar, low, due) for low in ladder.offsets if low <= offset)


def contact_days(
    ladder: Ladder, calendar: ContactCalendar, due: date
) -> Iterator[tuple[int, date]]:
    """The open day of each offset, rising; a step waits for its predecessors (decision 1)."""
    latest = date.min
    for offset in ladder.offsets:
        latest = max(latest, own_day(ladder, calendar, offset, due))
        yield offset, latest


def reached_offset(ladder: Ladder, calendar: ContactCalendar, due: date, today: date) -> int | None:
    """The latest offset that has come by the local day `today`, None before the first (A9).

    The day-by-day definition: what `cutoffs` says for all due dates at once, for one of them.
    """
    latest = None
    for offset, day in contact_days(ladder, calendar, due):
        if day > today:
            break
        latest = offset
    return latest


def reached(
    claims: Iterable[Claim], comes_by: Mapping[int, ContactCalendar], day: date
) -> Iterator[Claim]:
    """Claims with the latest offset above their watermark that has come by a local day.

    :param comes_by: by ruler id, the calendar by which its steps come; nothing comes by other rulers
    """
    for claim in claims:
        offset = None
        if calendar := comes_by.get(claim.ladder.id):
            with suppress(NeverOpen):
                offset = reached_offset(claim.ladder, calendar, claim.counts_from, day)
        if offset is not None and claim.watermark is not None and offset <= claim.watermark:
            offset = None
        yield replace(claim, reached_offset=offset)


def timeline(
    ladder: Ladder, calendar: ContactCalendar, due: date, not_before: date | None = None
) -> list[tuple[Step, date]]:
    """Each step with its contact day, for the simulator and the drawn ruler (A12).

    :param not_before: local day before which nothing can be said (today, or the invoice's date):
        what came earlier stands on the first open day from then on; which of that is overtaken
        is not decided here
    """
    floor = date.min if not_before is None else calendar.next_open_day(not_before)
    return [
        (step, max(day, floor))
        for offset, day in contact_days(ladder, calendar, due)
        for step in ladder.steps_at(offset)
    ]


def next_day(
    ladder: Ladder, calendar: ContactCalendar, due: date, watermark: int | None, today: date
) -> date | None:
    """The open day, `today` or later, on which the next step above the watermark can be taken (F1).

    :param watermark: the highest offset consumed, None for none (decision 2)
    :return: None when no step is left
    """
    for offset, day in contact_days(ladder, calendar, due):
        if watermark is None or offset > watermark:
            return calendar.next_open_day(max(day, today))
    return None


def check_offset(ladder: Ladder, offset: int) -> None:
    """:raise LadderError: the ruler has no step on this offset"""
    if offset not in ladder.offsets:
        raise LadderError(f"The ruler has no step on day {offset:+d}")


def own_day(ladder: Ladder, calendar: ContactCalendar, offset: int, due: date) -> date:
    """The contact day of an offset, its predecessors left aside."""
    effective = effective_due(ladder, calendar, due)
    try:
        nominal = effective + timedelta(days=offset)
        if calendar.is_open_day(nominal):
            day = nominal
        else:
            day = max(
                _moved(calendar, step.closed_days, effective, nominal)
                for step in ladder.steps_at(offset)
            )
        if any(is_too_firm(step, day) for step in ladder.steps_at(offset)):
            day = calendar.next_open_day(after_turn_of_year(day))
    except OverflowError as error:
        raise NeverOpen(f"Day {offset:+d} from {due} lies beyond all calendars") from error
    return day


def _moved(calendar: ContactCalendar, closed_days: str, effective: date, nominal: date) -> date:
    if closed_days == "advance":
        day = calendar.previous_open_day(nominal)
        # "you are late" must not be said to somebody who still can pay in time
        return day if day > effective or nominal <= effective else calendar.next_open_day(nominal)
    day = calendar.next_open_day(nominal)
    # "due in three days" must not be said afterwards; it would be only when all days from the
    # nominal to the due one are closed
    return day if day <= effective or nominal >= effective else calendar.previous_open_day(nominal)
