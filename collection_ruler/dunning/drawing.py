"""One instalment on its ruler: what was said, what comes next, and where today stands.

For a picture, so it may be wrong about a day that holds, payments and other debts will change; what is
really said is decided in `decision`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from .calendar import ContactCalendar
from .ladder import Ladder, Step, effective_due, timeline


class State(StrEnum):
    """What became of a step, or will."""

    SAID = "said"
    SKIPPED = "skipped"  # consumed without a word, or about to be
    NEXT = "next"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Taken:
    """What the ledger knows of a step.

    :param state: `planned`, `sent` or `skipped`
    :param on: the local day on which it was or will be said, None where nothing is
    """

    state: str
    on: date | None = None


@dataclass(frozen=True)
class Mark:
    """A step, its day and its state."""

    step: Step
    day: date
    state: State


@dataclass(frozen=True)
class Drawing:
    """What is drawn.

    :param here: days from the effective due date to today, negative before it
    :param marks: in the order of the ladder
    """

    here: int
    marks: tuple[Mark, ...]

    @property
    def next(self) -> Mark | None:
        """What comes next, None when nothing does."""
        return next((mark for mark in self.marks if mark.state == State.NEXT), None)


def draw(
    ladder: Ladder,
    calendar: ContactCalendar,
    counts_from: date,
    today: date,
    watermark: int | None = None,
    taken: Mapping[int, Taken] | None = None,
    spoken_to: bool = True,
    is_open: bool = True,
    delivered: bool = False,
    profile: str | None = None,
) -> Drawing:
    """Put an instalment's steps on the line.

    :param counts_from: the date from which offsets count (anchor or due date)
    :param today: local day
    :param watermark: the highest offset consumed, None for none (decision 2)
    :param taken: what the ledger knows, by step id
    :param spoken_to: whether the debtor ever heard from us; if not, the first overdue step comes
        before later ones (decision 9)
    :param is_open: whether anything is still owed; if not, nothing comes
    :param delivered: whether the invoice went out: the step that would send it is passed over (A3)
    :param profile: how the customer usually pays: a step that is not for such is passed over (F6)
    :raise NeverOpen: no open day lies within the search limit
    """
    due = effective_due(ladder, calendar, counts_from)
    marks = [
        _mark(step, day, (taken or {}).get(step.id), watermark)
        for step, day in timeline(ladder, calendar, counts_from)
    ]
    marks = [
        replace(mark, state=State.SKIPPED)
        if mark.state == State.AHEAD
        and mark.step.id not in (taken or {})
        and ((delivered and mark.step.delivers) or profile in mark.step.skip_profiles)
        else mark
        for mark in marks
    ]
    if is_open:
        _look_ahead(marks, calendar, due, today, spoken_to, taken or {})
    return Drawing((today - due).days, tuple(marks))


def _mark(step: Step, day: date, taken: Taken | None, watermark: int | None) -> Mark:
    if taken and taken.state == "sent":
        return Mark(step, taken.on or day, State.SAID)
    if taken and taken.state == "planned":
        return Mark(step, taken.on or day, State.AHEAD)
    consumed = watermark is not None and step.offset <= watermark
    return Mark(step, day, State.SKIPPED if taken or consumed else State.AHEAD)


def _look_ahead(marks, calendar, due, today, spoken_to, taken) -> None:
    """Find what comes next, and leave out what that overtakes."""
    planned = [m for m in marks if m.state == State.AHEAD and m.step.id in taken]
    ahead = [m for m in marks if m.state == State.AHEAD and m.step.id not in taken]
    arrived = [m for m in ahead if m.day <= today]
    # a notice is not said late: nobody hears "due today" afterwards
    sayable = [m for m in arrived if m.step.offset > 0 or m.step.delivers or due >= today]
    if planned:
        chosen = min(planned, key=lambda mark: mark.day)
    elif sayable:
        overdue = [m for m in sayable if m.step.offset > 0 and m.step.mode != "task"]
        chosen = overdue[0] if overdue and not spoken_to else sayable[-1]
    else:
        chosen = next((m for m in ahead if m.day > today), None)
    for place, mark in enumerate(marks):
        if mark is chosen:
            day = mark.day if mark in planned else max(mark.day, calendar.next_open_day(today))
            marks[place] = replace(mark, day=day, state=State.NEXT)
        elif mark in arrived:
            # messages overtake each other; a task and an invoice wait for their turn
            is_overtaken = mark not in sayable or (
                chosen
                and mark.step.offset < chosen.step.offset
                and mark.step.mode != "task"
                and not mark.step.delivers
            )
            state = State.SKIPPED if is_overtaken else State.AHEAD
            marks[place] = replace(mark, day=calendar.next_open_day(today), state=state)
