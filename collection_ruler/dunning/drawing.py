"""One instalment on its ruler: what was said, what comes next, and where today stands.

What comes next is asked of `outlook`, the days after that are those of the ruler alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from .calendar import ContactCalendar
from .choice import unsuitable
from .course import timeline
from .ladder import Ladder, Step, effective_due
from .next_step import Upcoming


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
    is_open: bool = True,
    delivered: bool = False,
    profile: str | None = None,
    coming: Sequence[Upcoming] = (),
    is_left: bool = False,
) -> Drawing:
    """Put an instalment's steps on the line.

    :param counts_from: the date from which offsets count (anchor or due date)
    :param watermark: the highest offset consumed, None for none (decision 2)
    :param taken: what the ledger knows, by step id
    :param is_open: whether anything is still owed; if not, nothing comes
    :param delivered: whether the invoice went out: the step that would send it is passed over (A3)
    :param profile: how the customer usually pays: a step that is not for such is passed over (F6)
    :param coming: what comes, in order, as `outlook` says; what it does not name comes by the ruler alone
    :param is_left: where nothing does, whether steps stay ahead until a person has done something
    :raise NeverOpen: no open day lies within the search limit
    """
    taken = taken or {}
    passed = _passed(ladder, profile, delivered)
    marks = [
        _mark(step, day, taken.get(step.id), watermark, step.id in passed)
        for step, day in timeline(ladder, calendar, counts_from)
    ]
    if is_open and (coming or not is_left):
        marks = _look_ahead(marks, coming, taken)
    return Drawing((today - effective_due(ladder, calendar, counts_from)).days, tuple(marks))


def _passed(ladder: Ladder, profile: str | None, delivered: bool) -> set[int]:
    """Ids of the steps that are not for this customer, or not any more for this invoice."""
    sent = (step.id for step in ladder.steps if delivered and step.delivers)
    return {*unsuitable(ladder, profile), *sent}


def _mark(
    step: Step, day: date, taken: Taken | None, watermark: int | None, is_passed: bool
) -> Mark:
    if taken and taken.state == "sent":
        return Mark(step, taken.on or day, State.SAID)
    if taken and taken.state == "planned":
        return Mark(step, taken.on or day, State.AHEAD)
    consumed = watermark is not None and step.offset <= watermark
    return Mark(step, day, State.SKIPPED if taken or consumed or is_passed else State.AHEAD)


def _look_ahead(
    marks: list[Mark], coming: Sequence[Upcoming], taken: Mapping[int, Taken]
) -> list[Mark]:
    """Mark what comes next, move what comes later to its day, and leave out what that overtakes."""
    planned = [m for m in marks if m.state == State.AHEAD and m.step.id in taken]
    days = {step.id: one.day for one in coming for step in one.steps}
    steps = coming[0].steps if coming else ()
    reached = coming[-1].watermark if coming else None
    following = min(planned, key=lambda m: m.day).step if planned else next(iter(steps), None)

    def seen(mark: Mark) -> Mark:
        is_next = mark.step == following
        if mark.state != State.AHEAD or mark.step.id in taken:
            return replace(mark, state=State.NEXT) if is_next else mark
        if day := days.get(mark.step.id):
            return replace(mark, day=day, state=State.NEXT if is_next else State.AHEAD)
        if reached is None or mark.step.offset <= reached:
            return replace(mark, state=State.SKIPPED)
        # who never heard from us begins with the first: what has come as well follows another day
        return replace(mark, day=max(mark.day, coming[-1].day))

    return [seen(mark) for mark in marks]
