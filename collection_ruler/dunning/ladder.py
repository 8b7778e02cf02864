"""Which step has come: a ruler's steps against due dates (A1, A2, A3, B2, design decision 1).

Everything here counts in local days of the calendar. The contact day of a step rises with the due
date and with the offset; the cut-offs that the planner compares due dates with rest on both. What
asks the calendar raises its NeverOpen when no open day lies within the search limit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from .calendar import ContactCalendar, NeverOpen

# an approval that is older than so many days is asked for again (A13)
APPROVAL_DAYS = 3
MODES = ("automatic", "approve", "task")
CLOSED_DAYS = ("advance", "defer")
# what becomes of debts that are open when a ruler is switched on (A8)
BACKLOG_POLICIES = ("join", "catch_up", "restart")


class LadderError(ValueError):
    """The steps contradict each other, or an offset is not the ruler's; the text says why."""


@dataclass(frozen=True)
class Step:
    """One rung (A2).

    :param offset: days from the effective due date, negative before it
    :param channel: `email`, `phone`, … ; any name, the channels belong to others
    :param mode: `automatic`, `approve` (a person lets it go) or `task` (a person does it) (A13)
    :param closed_days: on a closed day `advance` or `defer` (B2)
    :param delivers: it delivers the invoice, so it is no dunning (A3)
    :param role: who receives it (B6)
    :param owed_min: it is left out where less is asked for, in the company's currency (D6)
    :param skip_profiles: the classes of payers that it is not for (F6)
    :raise LadderError: unknown mode or closed_days
    """

    id: int
    offset: int
    channel: str
    mode: str = "automatic"
    closed_days: str = "defer"
    delivers: bool = False
    role: str = "billing"
    sequence: int = 0
    owed_min: Decimal = Decimal(0)
    skip_profiles: frozenset[str] = frozenset()

    def __post_init__(self):
        if self.mode not in MODES:
            raise LadderError(f"Step {self.id}: mode {self.mode!r} is none of {MODES}")
        if self.closed_days not in CLOSED_DAYS:
            raise LadderError(f"Step {self.id}: {self.closed_days!r} is none of {CLOSED_DAYS}")

    @property
    def door(self) -> tuple[str, str, str]:
        """Steps with the same one can share a message, and lend each other their words."""
        return self.channel, self.role, self.mode


@dataclass(frozen=True)
class Ladder:
    """The steps of a ruler that count from the due date, and its limits.

    :param steps: in any order; kept sorted by offset, sequence, id
    :param min_days_between: days between two contacts with one customer (B4)
    :param max_contacts: contacts allowed in any `max_contacts_days` days, 0 for no limit (B4)
    :param days_after_talk: days of silence after a person spoke with the customer (B4)
    :param days_after_delivery: days after the invoice went out without an overdue step (A3)
    :param max_days_overdue: days after the due date when the ruler falls silent, None never (A4)
    :param bank_days: due dates move to the next bank day (A3)
    :param owed_min: nothing is asked for while it is less, in the company's currency (D6)
    :raise LadderError: two steps on one offset and channel, a negative number of days
    """

    id: int
    steps: tuple[Step, ...]
    min_days_between: int = 2
    max_contacts: int = 3
    max_contacts_days: int = 7
    days_after_delivery: int = 3
    max_days_overdue: int | None = None
    bank_days: bool = True
    owed_min: Decimal = Decimal(0)
    days_after_talk: int = 3

    def __post_init__(self):
        steps = sorted(self.steps, key=lambda step: (step.offset, step.sequence, step.id))
        object.__setattr__(self, "steps", tuple(steps))
        seen = set()
        for step in self.steps:
            if (step.offset, step.channel) in seen:
                raise LadderError(f"Two steps by {step.channel} on day {step.offset:+d}")
            seen.add((step.offset, step.channel))
        limits = (self.min_days_between, self.max_contacts, self.max_contacts_days)
        limits += (self.days_after_delivery, self.days_after_talk, self.max_days_overdue or 0)
        if min(limits) < 0:
            raise LadderError("A number of days or of contacts is negative")

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The distinct offsets, rising."""
        return tuple(dict.fromkeys(step.offset for step in self.steps))

    @cached_property
    def asks_for_amounts(self) -> bool:
        """Whether what is said depends on how much is owed (D6)."""
        return bool(self.owed_min) or any(step.owed_min for step in self.steps)

    @cached_property
    def is_choosy(self) -> bool:
        """Whether some step is not for all debts and customers (D6, F6)."""
        return any(step.owed_min or step.skip_profiles for step in self.steps)

    def steps_at(self, offset: int) -> tuple[Step, ...]:
        """The steps on one offset (several channels), or none."""
        return tuple(step for step in self.steps if step.offset == offset)

    def steps_between(self, low: int | None, high: int) -> tuple[Step, ...]:
        """The steps with low < offset <= high; None is below everything (no watermark yet)."""
        above = [step for step in self.steps if low is None or low < step.offset]
        return tuple(step for step in above if step.offset <= high)

    def awaits_reminder(self, watermark: int | None) -> bool:
        """Whether an instalment that is overdue was not reminded of so far, and will be (B5)."""
        reminders = [s.offset for s in self.steps if s.offset > 0 and s.mode != "task"]
        return bool(reminders) and (watermark or 0) < reminders[0]


def effective_due(ladder: Ladder, calendar: ContactCalendar, due: date) -> date:
    """The day from which offsets, overdue days and charges count (A3).

    :return: the bank day on or after `due`, or `due` itself when the ruler does without bank days
    """
    return calendar.bank_day(due) if ladder.bank_days else due


def overdue_until(calendar: ContactCalendar, today: date, bank_days: bool) -> date:
    """The latest due date that is overdue on the local day `today`: its bank day has passed (A3).

    :param bank_days: whether due dates move to the next bank day
    """
    day = today - timedelta(days=1)
    while bank_days and calendar.bank_day(day) >= today:
        day -= timedelta(days=1)
    return day


def contact_day(ladder: Ladder, calendar: ContactCalendar, offset: int, due: date) -> date:
    """The open day on which an offset comes for a due date (A2, B2).

    On a closed day its steps advance or defer; steps that differ in this come together, on the
    later day. A step never comes before its predecessor, an overdue step never on or before the
    effective due date (then it defers), a notice before due never after it (then it advances).

    :raise LadderError: the ruler has no step on this offset
    """
    _check(ladder, offset)
    return max(_own_day(ladder, calendar, low, due) for low in ladder.offsets if low <= offset)


def contact_days(
    ladder: Ladder, calendar: ContactCalendar, due: date
) -> Iterator[tuple[int, date]]:
    """The open day of each offset, rising; a step waits for its predecessors (decision 1)."""
    latest = date.min
    for offset in ladder.offsets:
        latest = max(latest, _own_day(ladder, calendar, offset, due))
        yield offset, latest


def come(ladder: Ladder, calendar: ContactCalendar, due: date, today: date) -> int | None:
    """The latest offset that has come by the local day `today`, None before the first (A9).

    The day-by-day definition: what `cutoffs` says for all due dates at once, for one of them.
    """
    latest = None
    for offset, day in contact_days(ladder, calendar, due):
        if day > today:
            break
        latest = offset
    return latest


def begin(
    ladder: Ladder, calendar: ContactCalendar, due: date, today: date, policy: str
) -> tuple[int | None, date | None]:
    """Where an instalment begins that is open when its ruler is switched on (A8).

    `join`: silently at the step it would have reached. `catch_up`: nothing was said, so the next run
    says what has come, in one message; what is overdue is no longer delivered first, since that would be
    a mail for each old invoice. `restart`: what is overdue is taken as if it were due today.

    :param policy: one of `BACKLOG_POLICIES`
    :return: the watermark (None: nothing is consumed), and the date from which offsets count (None:
        the due date)
    :raise LadderError: unknown policy
    """
    if policy not in BACKLOG_POLICIES:
        raise LadderError(f"Policy {policy!r} is none of {BACKLOG_POLICIES}")
    overdue = effective_due(ladder, calendar, due) < today
    if policy == "catch_up":
        delivered = [s.offset for s in ladder.steps if s.delivers and s.offset <= 0]
        return (delivered[-1] if overdue and delivered else None), None
    if policy == "restart" and overdue:
        return 0, today
    return come(ladder, calendar, due, today), None


def rescheduled(
    ladder: Ladder,
    calendar: ContactCalendar,
    old: date,
    new: date,
    watermark: int | None,
    ever_said: Iterable[int],
    today: date,
) -> int | None:
    """The watermark of an instalment that got another due date (F7).

    What was said for the old date and lies ahead of the new one is said again in its time; what lies
    behind it as well was said. An earlier date takes something back, so it repeats nothing at all. A step
    that was never said is not lost.

    :param watermark: the highest offset consumed for the old date, None for none
    :param ever_said: offsets that were consumed for whichever date it had before
    :return: the highest offset that counts as consumed for the new date, None for none
    """
    said = [] if watermark is None else [watermark]
    if new < old:
        said += ever_said
    reached = come(ladder, calendar, new, today)
    return min(max(said), reached) if said and reached is not None else None


def cutoff(ladder: Ladder, calendar: ContactCalendar, offset: int, today: date) -> date:
    """The latest due date for which an offset has come by the local day `today` (decision 1).

    A step waits for its predecessors, hence the minimum over all offsets up to this one.

    :raise LadderError: the ruler has no step on this offset
    """
    _check(ladder, offset)
    return min(_own_cutoff(ladder, calendar, low, today) for low in ladder.offsets if low <= offset)


def cutoffs(ladder: Ladder, calendar: ContactCalendar, today: date) -> dict[int, date]:
    """The cut-off of each offset, rising offsets, never rising dates; see `cutoff`."""
    result: dict[int, date] = {}
    lowest = date.max
    for offset in ladder.offsets:
        lowest = min(lowest, _own_cutoff(ladder, calendar, offset, today))
        result[offset] = lowest
    return result


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


def _check(ladder: Ladder, offset: int) -> None:
    if offset not in ladder.offsets:
        raise LadderError(f"The ruler has no step on day {offset:+d}")


def _own_day(ladder: Ladder, calendar: ContactCalendar, offset: int, due: date) -> date:
    """The contact day of an offset, its predecessors left aside."""
    effective = effective_due(ladder, calendar, due)
    try:
        nominal = effective + timedelta(days=offset)
        if calendar.is_open_day(nominal):
            return nominal
    except OverflowError as error:
        raise NeverOpen(f"Day {offset:+d} from {due} lies beyond all calendars") from error
    return max(
        _moved(calendar, step.closed_days, effective, nominal) for step in ladder.steps_at(offset)
    )


def _moved(calendar: ContactCalendar, closed_days: str, effective: date, nominal: date) -> date:
    if closed_days == "advance":
        day = calendar.previous_open_day(nominal)
        # "you are late" must not be said to somebody who still can pay in time
        return day if day > effective or nominal <= effective else calendar.next_open_day(nominal)
    day = calendar.next_open_day(nominal)
    # "due in three days" must not be said afterwards; it would be only when all days from the
    # nominal to the due one are closed
    return day if day <= effective or nominal >= effective else calendar.previous_open_day(nominal)


def _own_cutoff(ladder: Ladder, calendar: ContactCalendar, offset: int, today: date) -> date:
    """The latest due date whose own day for an offset is not after `today`.

    The own day rises with the due date, so: gallop away from the naive answer, then bisect.
    """
    guess = (today - timedelta(days=offset)).toordinal()

    def later(ordinal: int) -> bool:
        return _own_day(ladder, calendar, offset, date.fromordinal(ordinal)) > today

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
