"""Which of the steps that have come is taken: the one rule for decisions, lines and whoever looks ahead.

`choose` is asked by `decision` for today, and by `next_step` and `drawing` for the days to come. So what is
announced is what is then done, as far as nothing but the calendar decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .amounts import effective, oldest_first, past_limit
from .facts import Snapshot
from .ladder import Ladder, Step
from .reason import Reason
from .turn_of_year import too_firm

NOTHING: Mapping = {}


@dataclass(frozen=True)
class Choice:
    """What becomes of the steps that have come.

    :param messages: those said now, all on one offset, one per channel
    :param tasks: those done now, all on one offset
    :param watermark: the one afterwards: what lies below and is not taken was passed over
    :param left_out: why steps are not for this debt or customer, by step id
    :param waits: why nothing is taken and the watermark stays: all goes where nothing arrives
    """

    messages: tuple[Step, ...]
    tasks: tuple[Step, ...]
    watermark: int
    left_out: Mapping[int, Reason]
    waits: Reason | None = None


def choose(
    ladder: Ladder,
    watermark: int | None,
    reached_offset: int,
    *,
    days_late: int,
    spoken_to: bool,
    left_out: Mapping[int, Reason] = NOTHING,
    unreachable: Mapping[tuple[str, str], Reason] = NOTHING,
    done_step_ids: Collection[int] = (),
) -> Choice:
    """Pick the latest step that has come, or the first overdue one when we never spoke (decision 9).

    A notice that could not be said in time is not said late: nobody hears "due today" afterwards. Messages
    and tasks are two tracks: a missed call stays a task although a later message has come as well. The
    earlier goes first, and the other follows another day: nobody is called and written to in one minute.
    What goes where nothing arrives waits for another address; what comes later and arrives, a call or
    another channel, passes it over. Deliveries are no choice, see `delivery`.

    :param watermark: the highest offset consumed, None for none (decision 2)
    :param reached_offset: the latest offset that has come
    :param days_late: from the effective due date to the day of speaking, negative before it
    :param spoken_to: the customer ever heard from us
    :param left_out: why steps are not for this debt or customer, by step id (see `unsuitable`)
    :param unreachable: why messages do not reach somebody, by (channel, role)
    :param done_step_ids: steps taken already, above the watermark since they were moved (A9)
    """
    steps = _left_to_say(ladder, watermark, reached_offset, days_late, done_step_ids)
    lost = _lost(steps, left_out, unreachable) if unreachable else {}
    left_out = {**left_out, **{s.id: reason for s, reason in lost.items()}} if lost else left_out
    steps = [s for s in steps if s.id not in left_out]
    reached = reached_offset if spoken_to else _first_overdue(steps, reached_offset)
    messages, tasks, reached = _tracks([s for s in steps if s.offset <= reached], reached)
    taken = [s.offset for s in (*messages, *tasks)]
    if lost and not taken:
        return Choice((), (), reached, left_out, lost[max(lost, key=lambda s: s.offset)])
    if any(s.offset > max(taken) for s in lost):
        reached = max(taken)
    return Choice(messages, tasks, reached, left_out)


def _left_to_say(
    ladder: Ladder, low: int | None, high: int, days_late: int, done_step_ids: Collection[int]
) -> list[Step]:
    """The steps that have come, are still true and were not taken before."""
    return [
        s
        for s in ladder.steps_between(low, high)
        if not s.delivers and s.id not in done_step_ids and is_sayable(ladder, s, days_late)
    ]


def _first_overdue(steps: Iterable[Step], reached_offset: int) -> int:
    """Where whoever never heard from us begins: at the first message about what is overdue."""
    return min(
        (s.offset for s in steps if s.mode != "task" and s.offset > 0), default=reached_offset
    )


def _lost(
    steps: Iterable[Step],
    left_out: Mapping[int, Reason],
    unreachable: Mapping[tuple[str, str], Reason],
) -> dict[Step, Reason]:
    """The messages among these that reach nobody."""
    return {
        s: unreachable[s.channel, s.role]
        for s in steps
        if s.id not in left_out and s.mode != "task" and (s.channel, s.role) in unreachable
    }


def _tracks(steps: Iterable[Step], reached: int) -> tuple[tuple[Step, ...], tuple[Step, ...], int]:
    """The furthest messages, the furthest tasks, and the offset reached by them: of two that
    do not stand on one day of the ruler only the earlier."""
    messages = _furthest([s for s in steps if s.mode != "task"])
    tasks = _furthest([s for s in steps if s.mode == "task"])
    if not messages or not tasks or messages[0].offset == tasks[0].offset:
        return messages, tasks, reached
    if messages[0].offset < tasks[0].offset:
        return messages, (), messages[0].offset
    return (), tasks, tasks[0].offset


def _furthest(steps: list[Step]) -> tuple[Step, ...]:
    return tuple(s for s in steps if s.offset == steps[-1].offset)


def is_sayable(ladder: Ladder, step: Step, days_late: int) -> bool:
    """Whether a step is still true on a day: "is due today" is not afterwards, nor "will be due" once the
    word for that day itself has come (C8).

    :param days_late: from the effective due date to that day, negative before it
    """
    if step.offset > 0 or days_late < 0 or step.mode == "task":
        return True
    has_its_day = any(s.mode != "task" for s in ladder.steps_at(0))
    return days_late == 0 and (step.offset == 0 or not has_its_day)


def delivery(ladder: Ladder, watermark: int | None, reached_offset: int) -> Step | None:
    """The step that has come and delivers the invoice; nothing else follows on that day (A3)."""
    steps = ladder.steps_between(watermark, reached_offset)
    return next((s for s in reversed(steps) if s.delivers), None)


def unsuitable(
    ladder: Ladder, profile: str | None, worth: Decimal | None = None
) -> Mapping[int, Reason]:
    """Why steps are not for a debt or a customer, by step id (D6, F6).

    :param profile: how the customer usually pays, None where nobody knows yet
    :param worth: what is asked for, in the company's currency; None where nobody knows
    """
    if not ladder.is_choosy:
        return NOTHING
    found = {}
    for step in ladder.steps:
        if profile in step.skip_profiles:
            found[step.id] = Reason.NOT_FOR_THEM
        elif worth is not None and step.owed_min > worth:
            found[step.id] = Reason.TOO_LITTLE
    return found


def gives_way(ladder: Ladder, wanted: Step) -> Mapping[int, Reason]:
    """What comes before a step that a person asks for, on the other of both tracks, by step id: a call gives
    way to the message, or the message to the call (F1)."""
    is_task = wanted.mode == "task"
    return {
        step.id: Reason.OVERTAKEN
        for step in ladder.steps
        if step.offset < wanted.offset and (step.mode == "task") != is_task
    }


def lenders(ladder: Ladder, until: int, like: Step, left_out: Mapping[int, Reason]) -> list[Step]:
    """The steps about what is overdue that lend their words to a message, the first one first (B5).

    Nobody hears "due today" about a debt of yesterday; what is not for a customer lends its words no more
    than itself.

    :param until: the offset reached
    :param like: the step due: by the same channel, to the same role, in the same mode
    """
    return [
        s
        for s in ladder.steps_between(None, until)
        if s.offset > 0
        and s.message_key == like.message_key
        and not s.delivers
        and s.id not in left_out
    ]


def opening(ladder: Ladder, step: Step, spoken_to: bool, profile: str | None = None) -> Step:
    """The step whose words are used for one that has come: whoever never heard from us begins with the
    first about what is overdue, by the same channel, and with a call before a formal letter (A13). One for
    approval keeps its own.

    :param spoken_to: whether the customer ever heard from us
    """
    if spoken_to or step.mode == "approve" or step.delivers:
        return step
    return next(iter(lenders(ladder, step.offset, step, unsuitable(ladder, profile))), step)


def tone(
    snapshot: Snapshot, step: Step, reached: Mapping[int, int], today: date, worth: Decimal
) -> Step:
    """The step whose words are used: the one that the oldest overdue claim of the message has come to (B5).

    What is overdue and had its words on an earlier day lends them no more: the same words about the same
    oldest debt would be said twice (C8). A step for approval keeps its own words and lends them to nobody
    else; neither does a task.

    :param reached: offsets of the claims that this message speaks about, by claim id
    :param worth: what is asked for, in the company's currency
    """
    if step.mode != "automatic":
        return step
    for claim in sorted(snapshot.claims, key=oldest_first):
        if claim.id not in reached or claim.blocked_by is not None:
            continue
        if effective(snapshot.calendar, claim) >= today:
            continue
        if past_limit(snapshot.calendar, claim, today):
            continue
        left_out = {
            **unsuitable(claim.ladder, snapshot.profile, worth),
            **too_firm(claim.ladder, today),
        }
        said = lenders(claim.ladder, reached[claim.id], step, left_out)
        if not snapshot.spoken_to:  # whoever never heard from us begins with the first (A13)
            return said[0] if said else step
        # never gentler than what is due itself
        return said[-1] if said and said[-1].offset >= step.offset else step
    return step
