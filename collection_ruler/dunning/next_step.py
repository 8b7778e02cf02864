"""What comes next of one instalment by its ruler alone, as if nothing else was owed and nothing held it.

Where many are looked at at once, as when a ruler is switched on; and for what lies far ahead. What comes next
for a customer is in `outlook`, which plays the days with all that they owe.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from .calendar import ContactCalendar
from .choice import choose, delivery, opening, unsuitable
from .course import contact_days
from .ladder import Ladder, Step, effective_due
from .reason import Reason
from .sending import ARRIVED, Sending


@dataclass(frozen=True)
class Upcoming:
    """The next day on which something is said or done about an instalment.

    :param day: an open day
    :param steps: what comes on that day, messages before tasks; the delivery of the invoice alone
    :param watermark: the one afterwards
    :param words: the step whose words are used
    :param waits: what holds it for as long as anybody knows, None for nothing
    """

    day: date
    steps: tuple[Step, ...]
    watermark: int
    words: Step
    waits: Reason | None = None


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
    """What a customer hears first, or we do: all instalments whose step comes on that day (F1). A call about
    another debt waits for the message (B4, as `decision` has it).

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
    of_day = [one for one in coming if one.day == day]
    return [one for one in of_day if one.step.mode != "task"] or of_day


def amount_of(
    first: Collection[Coming], own: Iterable[tuple[Coming, float | Decimal]]
) -> float | Decimal:
    """What a customer hears first, or we do, is about: what has come to it, and of that what is due, else
    what it announces (B5, as `decision` has it; credits left aside).

    :param first: as `soonest` has it, not empty; the oldest of them leads
    :param own: all open instalments of the customer, with what is open of each
    """
    lead = min(first, key=lambda one: one.due_date)
    by_step = lead.step.mode == "task"
    joined = [
        (one, residual)
        for one, residual in own
        if one in first
        and (one.step == lead.step if by_step else one.step.message_key == lead.step.message_key)
    ]
    due = [residual for one, residual in joined if one.effective_due <= lead.day]
    return sum(due) or sum(residual for _one, residual in joined)


def upcoming(
    ladder: Ladder,
    calendar: ContactCalendar,
    counts_from: date,
    watermark: int | None,
    today: date,
    *,
    delivered: bool = False,
    profile: str | None = None,
    spoken_to: bool = True,
    done_step_ids: Collection[int] = (),
    sending: Sending = ARRIVED,
    free_from: date = date.min,
) -> Upcoming | None:
    """The next day on which something is said or done, and what: as `decision` chooses on that day (F1).

    :param counts_from: the date from which offsets count (anchor or due date)
    :param watermark: the highest offset consumed, None for none (decision 2)
    :param delivered: whether the invoice went out: a step that would deliver it is passed over (A3)
    :param profile: how the customer usually pays: a step that is not for such is passed over (F6)
    :param done_step_ids: steps that are planned or taken already, whatever the watermark says
    :param sending: how the invoice reaches the customer; before it did, only its delivery comes (A3)
    :param free_from: local day from which an open task of ours stops nothing, see `open_task` (A13)
    :return: None when no step is left, or a person has to send the invoice first
    """
    due = effective_due(ladder, calendar, counts_from)
    if free_from == date.max:
        return None
    today = max(free_from, sending.quiet_until(ladder, today))
    delivered |= sending.by_hand
    about = {"spoken_to": spoken_to, "left_out": unsuitable(ladder, profile)}
    for day, reached_offset in _moments(ladder, calendar, counts_from, watermark, today):
        if not delivered and (step := delivery(ladder, watermark, reached_offset)):
            return Upcoming(day, (step,), step.offset, step)
        about |= {"days_late": (day - due).days, "done_step_ids": done_step_ids}
        choice = not sending.unsent and choose(ladder, watermark, reached_offset, **about)
        if choice and (choice.messages or choice.tasks):
            words = opening(ladder, (choice.messages + choice.tasks)[0], spoken_to, profile)
            return Upcoming(day, choice.messages + choice.tasks, choice.watermark, words)
    return None


def _moments(
    ladder: Ladder,
    calendar: ContactCalendar,
    counts_from: date,
    watermark: int | None,
    today: date,
) -> Iterator[tuple[date, int]]:
    """The open days on which another step comes, each with the latest offset that has come by then."""
    course = list(contact_days(ladder, calendar, counts_from))
    for offset, nominal in course:
        if watermark is None or offset > watermark:
            day = calendar.next_open_day(max(nominal, today))
            yield day, max(o for o, comes in course if comes <= day)


def next_step(
    ladder: Ladder,
    calendar: ContactCalendar,
    counts_from: date,
    watermark: int | None,
    today: date,
    delivered: bool = False,
    profile: str | None = None,
    spoken_to: bool = True,
    sending: Sending = ARRIVED,
    free_from: date = date.min,
) -> tuple[Step, date] | None:
    """What comes next by itself, for whoever looks ahead: caps, payments and other debts left aside (F1).

    Parameters as of `upcoming`.

    :return: the step whose words are said and its open day, today or later; a message before a task of
        the same day; None when no step is left
    """
    found = upcoming(
        ladder,
        calendar,
        counts_from,
        watermark,
        today,
        delivered=delivered,
        profile=profile,
        spoken_to=spoken_to,
        sending=sending,
        free_from=free_from,
    )
    return found and (found.words, found.day)
