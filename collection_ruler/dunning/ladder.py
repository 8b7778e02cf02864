"""A ruler as decisions know it: its steps, its limits, and the day from which they count (A1, A2, A3).

On which day a step comes is in `course`, where an instalment begins in `watermark`.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from .calendar import ContactCalendar

# an approval that is older than so many days is asked for again (A13)
APPROVAL_DAYS = 3
# so many days before a date that was agreed upon the customer hears a word (A14)
AGREED_DAYS = 2
MODES = ("automatic", "approve", "task")
CLOSED_DAYS = ("advance", "defer")


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
    :param reviews: a task in which people decide what comes next: nothing follows by itself before (A4)
    :param role: who receives it (B6)
    :param owed_min: it is left out where less is asked for, in the company's currency (D6)
    :param skip_profiles: the classes of payers that it is not for (F6)
    :param says: what its words state about the customer, see `claims` (C8)
    :param attaches: it attaches the invoices that it asks for (C2)
    :param spares_turn_of_year: a firm word: nobody hears it about the turn of the year (`turn_of_year`)
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
    says: frozenset[str] = frozenset()
    attaches: bool = False
    spares_turn_of_year: bool = False
    reviews: bool = False

    def __post_init__(self):
        if self.mode not in MODES:
            raise LadderError(f"Step {self.id}: mode {self.mode!r} is none of {MODES}")
        if self.closed_days not in CLOSED_DAYS:
            raise LadderError(f"Step {self.id}: {self.closed_days!r} is none of {CLOSED_DAYS}")

    @property
    def message_key(self) -> tuple[str, str, str]:
        """Steps with the same one can share a message, and lend each other their words."""
        return self.channel, self.role, self.mode


@dataclass(frozen=True)
class Ladder:
    """The steps of a ruler that count from the due date, and its limits.

    :param steps: in any order; kept sorted by offset, sequence, id
    :param min_days_between: days between two contacts with one customer (B4)
    :param max_contacts: contacts allowed in any `max_contacts_days` days, 0 for no limit (B4)
    :param days_after_conversation: days of silence after a person spoke with the customer (B4)
    :param said_before: of `agreed` alone: the highest overdue offset whose words were said before
    :param whole: of `agreed` alone: the ladder that it comes from
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
    days_after_conversation: int = 3
    said_before: int | None = None
    whole: "Ladder | None" = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        steps = sorted(self.steps, key=lambda step: (step.offset, step.sequence, step.id))
        object.__setattr__(self, "steps", tuple(steps))
        seen = set()
        for step in self.steps:
            if (step.offset, step.channel) in seen:
                raise LadderError(f"Two steps by {step.channel} on day {step.offset:+d}")
            seen.add((step.offset, step.channel))
        limits = (self.min_days_between, self.max_contacts, self.max_contacts_days)
        limits += (
            self.days_after_delivery,
            self.days_after_conversation,
            self.max_days_overdue or 0,
        )
        if min(limits) < 0:
            raise LadderError("A number of days or of contacts is negative")

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The distinct offsets, rising."""
        return tuple(dict.fromkeys(step.offset for step in self.steps))

    @cached_property
    def asks_for_amounts(self) -> bool:
        """Whether what is said depends on how much is owed (D6)."""
        return bool(self.owed_min) or self.has_dear_steps

    @cached_property
    def has_dear_steps(self) -> bool:
        """Whether some step is only for what is worth so much (D6)."""
        return any(step.owed_min for step in self.steps)

    @cached_property
    def is_choosy(self) -> bool:
        """Whether some step is not for all debts and customers (D6, F6)."""
        return any(step.owed_min or step.skip_profiles for step in self.steps)

    def steps_at(self, offset: int) -> tuple[Step, ...]:
        """The steps on one offset (several channels), or none."""
        return tuple(step for step in self.steps if step.offset == offset)

    def steps_between(self, low: int | None, high: int) -> tuple[Step, ...]:
        """The steps with low < offset <= high; None is below everything (no watermark yet)."""
        key = low, high
        if key not in self._between:
            above = [step for step in self.steps if low is None or low < step.offset]
            self._between[key] = tuple(step for step in above if step.offset <= high)
        return self._between[key]

    @cached_property
    def _between(self) -> dict:
        """Steps by the offsets about them: thousands of claims stand on the same few."""
        return {}

    @property
    def key(self) -> tuple[int, int | None]:
        """What tells it from others of a company, and the course of an agreed date from its ruler's."""
        return self.id, self.said_before

    def agreed(self, said_before: int | None = 0) -> "Ladder":
        """The course of a due date that was agreed upon (A14, F4, F7).

        A word two days before it instead of all notices, by the steps of the last of them; then on as
        ever, but for the words that were said already: who breaks an agreement does not begin with the
        softest again, and hears nothing twice (C8).

        :param said_before: the highest offset of an overdue message that was said for an earlier date, 0
            for none; None for a date that never changed, which goes by the ladder itself
        """
        if said_before is None:
            return self
        if said_before not in self._agreed:
            self._agreed[said_before] = replace(
                self,
                steps=_agreed_steps(self.steps, said_before),
                said_before=said_before,
                whole=self,
            )
        return self._agreed[said_before]

    @cached_property
    def _agreed(self) -> dict:
        """Courses of agreed dates, by what was said before them."""
        return {}

    def awaits_reminder(self, watermark: int | None) -> bool:
        """Whether an instalment that is overdue was not reminded of so far, and will be (B5)."""
        return self._first_reminder is not None and (watermark or 0) < self._first_reminder

    @cached_property
    def _first_reminder(self) -> int | None:
        reminders = (s.offset for s in self.steps if s.offset > 0 and s.mode != "task")
        return next(reminders, None)


def _agreed_steps(steps: tuple[Step, ...], said_before: int) -> tuple[Step, ...]:
    """The steps of `Ladder.agreed`."""
    kept = [
        step
        for step in steps
        if step.delivers
        or (step.offset >= -AGREED_DAYS and step.mode == "task")
        or (step.offset >= 0 and not (0 < step.offset <= said_before and step.mode != "task"))
    ]
    taken = {(step.offset, step.channel) for step in kept}
    notices = [s for s in steps if s.offset < 0 and not s.delivers and s.mode != "task"]
    notices = [s for s in notices if not s.skip_profiles] or notices  # one that is for all
    for notice in (s for s in notices if s.offset == notices[-1].offset):
        for offset in range(-AGREED_DAYS, 0):
            if (offset, notice.channel) not in taken:
                kept.append(replace(notice, offset=offset))
                break
    return tuple(kept)


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
