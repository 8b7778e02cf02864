"""What comes next by itself, for whoever looks ahead; what is really said is decided in `decision`.

Caps, payments, holds and other customers' wishes are left aside, so a sentence may name a day that these
will change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from .calendar import ContactCalendar
from .ladder import Ladder, Step, contact_days, effective_due


@dataclass(frozen=True)
class Coming:
    """An open instalment, and its next step as `next_step` found it.

    :param due_date: the date to pay by
    :param watermark: the highest offset consumed, None for none (decision 2)
    :param step: the step whose words are said, None where none is left
    :param day: its open day, or None
    """

    ladder: Ladder
    calendar: ContactCalendar
    due_date: date
    watermark: int | None
    step: Step | None = None
    day: date | None = None

    @cached_property
    def effective_due(self) -> date:
        """The day from which it is late (A3)."""
        return effective_due(self.ladder, self.calendar, self.due_date)

    @property
    def announces(self) -> bool:
        """Whether it speaks about what is not due yet."""
        return self.step.offset < 0 and self.step.mode != "task" and not self.step.delivers


def soonest(coming: Iterable[Coming]) -> list[Coming]:
    """What a customer hears first, or we do: all instalments whose step comes on that day (F1).

    Nothing is announced while something older is overdue that nobody was reminded of so far: its
    reminder shows both (B5, as `decision` has it).

    :param coming: the customer's open instalments; of those with nothing to come, the oldest counts
    """
    every = list(coming)
    coming = [one for one in every if one.step]
    if not coming:
        return []
    oldest = min(every, key=lambda one: one.due_date)
    if oldest.ladder.awaits_reminder(oldest.watermark):
        coming = [one for one in coming if not one.announces or one.day <= oldest.effective_due]
    day = min(one.day for one in coming)
    return [one for one in coming if one.day == day]


def next_step(
    ladder: Ladder,
    calendar: ContactCalendar,
    counts_from: date,
    watermark: int | None,
    today: date,
    delivered: bool = False,
    profile: str | None = None,
    spoken_to: bool = True,
) -> tuple[Step, date] | None:
    """What comes next by itself, for whoever looks ahead: caps, payments and other debts left aside (F1).

    :param counts_from: the date from which offsets count (anchor or due date)
    :param watermark: the highest offset consumed, None for none (decision 2)
    :param delivered: whether the invoice went out: a step that would deliver it is passed over (A3)
    :param profile: how the customer usually pays: a step that is not for such is passed over (F6)
    :param spoken_to: whether the customer ever heard from us
    :return: the step whose words are said and its open day, today or later; a message before a task of
        the same day; None when no step is left
    """
    due = effective_due(ladder, calendar, counts_from)
    for offset, day in contact_days(ladder, calendar, counts_from):
        if watermark is not None and offset <= watermark:
            continue
        comes = calendar.next_open_day(max(day, today))
        is_late = comes > due
        steps = [
            step
            for step in ladder.steps_at(offset)
            if not (delivered and step.delivers)
            and profile not in step.skip_profiles
            # a notice is not said late: nobody hears "due today" afterwards
            and (not is_late or offset > 0 or step.delivers or step.mode == "task")
        ]
        if steps:
            step = min(steps, key=lambda s: s.mode == "task")
            return opening(ladder, step, spoken_to, profile), comes
    return None


def opening(ladder: Ladder, step: Step, spoken_to: bool, profile: str | None = None) -> Step:
    """The step whose words are used for one that has come: whoever never heard from us begins with the
    first about what is overdue, by the same channel (A13). One for approval keeps its own.

    :param spoken_to: whether the customer ever heard from us
    """
    if spoken_to or step.mode != "automatic" or step.delivers:
        return step
    same = (
        s
        for s in ladder.steps_between(None, step.offset)
        if s.offset > 0
        and s.door == step.door
        and not s.delivers
        and profile not in s.skip_profiles
    )
    return next(same, step)
