"""Why somebody is written to or not: one order of reasons for banner, line, lists, reports and portal.

Whoever shows it gathers facts about a customer, an instalment or a message, and asks `explain`. One answer
comes back, however many reasons there are: the first in the order of `Kind`. Nothing here is a sentence;
screens put the answer into words, each in its own length.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .reason import ASKS_A_PERSON, Reason


class Kind(StrEnum):
    """What is said of a customer, an instalment or a message; what comes first here goes before the rest.

    The order is the banner's. First what a person has to end or mend, then what was planned, then what the
    ruler would say. Why some stand where they do:

    - A hold stands before the pause of the company and a ruler that stands still: a reply waits for its
      answer, whatever else is silent (C6, F5).
    - A message that will be taken back says so, whatever holds it: what is settled is never asked for (D1).
    - An address that is missing or dead stands before skipping and approval: neither is of use before
      somebody mends it (C5).
    - Skipping stands before approval: until that day nobody is asked (A13).
    """

    TAKEN_BACK = "taken_back"  # a door will cancel the message
    HOLD = "hold"
    PAUSED = "paused"
    RULER_STOPPED = "ruler_stopped"
    FAILED = "failed"  # the last message was not sent
    UNCERTAIN = "uncertain"  # it may have arrived
    UNREACHABLE = "unreachable"  # the planned message has no address that works
    SKIPPED_TODAY = "skipped_today"
    BREAKER = "breaker"  # far more than usual want to leave
    TO_APPROVE = "to_approve"
    QUEUED = "queued"  # in the outbox
    WAITS = "waits"  # planned, and a door put it off
    PLANNED = "planned"  # it leaves at its time
    NOTHING_OPEN = "nothing_open"
    SILENT = "silent"  # the step that is due waits
    NO_RULER = "no_ruler"
    NEVER_OPEN = "never_open"
    COMING = "coming"  # the next step
    NO_FURTHER_STEP = "no_further_step"  # a person decides what comes next


@dataclass(frozen=True)
class Message:
    """A follow-up that is under way, or the last one that was not sent.

    :param about: what the caller knows it by
    :param state: as `states.FOLLOWUP` names it
    :param reason: why it waits, failed or was put off; `Reason.DUE` where nothing is in the way
    :param unreachable: why it reaches nobody, None where it does (C5)
    :param taken_back: why a door will cancel it, None where it will not (D1)
    :param is_stopped_by_breaker: far more than usual want to leave
    :param is_stuck: it stands in the outbox for longer than a sending takes (H2)
    """

    about: object
    state: str
    reason: Reason | None = None
    unreachable: Reason | None = None
    taken_back: Reason | None = None
    is_stopped_by_breaker: bool = False
    is_stuck: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known at this moment of whatever is explained; what a caller cannot know stays empty.

    :param is_open: something is owed
    :param hold: what silences all of it, in the caller's terms (F5)
    :param is_paused: the company pauses all sending (A13)
    :param is_stopped: a ruler took it, and no such ruler is running (A4)
    :param failed: the newest message that failed, or of which nobody knows, unless one left later
    :param pending: the message that is planned, waits for approval or stands in the outbox
    :param waiting: why the step that is due waits
    :param nobody: why no ruler takes what is open, None where one does (A6)
    :param is_never_open: the contact hours never open (B1)
    :param coming: the next step, in the caller's terms
    """

    is_open: bool = True
    hold: object = None
    is_paused: bool = False
    is_stopped: bool = False
    failed: Message | None = None
    pending: Message | None = None
    waiting: Reason | None = None
    nobody: Reason | None = None
    is_never_open: bool = False
    coming: object = None


@dataclass(frozen=True)
class Explanation:
    """The one answer.

    :param reason: None where the kind says it all
    :param about: the hold, message or step it is about, as the caller gave it
    :param stops: whether something stops the next message
    """

    kind: Kind
    reason: Reason | None = None
    about: object = None
    stops: bool = False


def explain(facts: Facts) -> Explanation:
    """The first reason in the order of `Kind`; there is always one."""
    return next(explanations(facts))


def explanations(facts: Facts) -> Iterator[Explanation]:
    """All that is true of the facts, in the order of `Kind`: whoever asks for one gets the first."""
    pending, is_open = facts.pending, facts.is_open
    if pending and pending.taken_back:
        yield _stop(Kind.TAKEN_BACK, pending.taken_back, pending.about)
    if is_open and facts.hold:
        yield _stop(Kind.HOLD, Reason.HELD, facts.hold)
    if is_open and facts.is_paused:
        yield _stop(Kind.PAUSED, Reason.PAUSED)
    if is_open and facts.is_stopped:
        yield _stop(Kind.RULER_STOPPED, Reason.RULER_STOPPED)
    if facts.failed:
        yield from _of_failed(facts)
    if pending:
        yield from _of_pending(pending)
    yield from _of_instalments(facts)


def blocked_by(
    is_paused: bool = False,
    is_stopped: bool = False,
    is_excluded: bool = False,
    is_held: bool = False,
    is_in_flight: bool = False,
    is_in_bank: bool = False,
) -> Reason | None:
    """Why nothing may be said about an instalment now, whatever the ladder says (A4, A13, D3, D5, F5).

    Reminders and deliveries are judged by the same answer, and a hold does not stop an invoice (A3). So what
    stops both is named before a hold here, while `explain` names the hold to people.

    :param is_excluded: excluded from follow-up in accounting (D5)
    :param is_in_flight: a payment is under way (D3)
    :param is_in_bank: money on the bank account may be theirs (D3)
    """
    blocks = (
        (is_paused, Reason.PAUSED),
        (is_stopped, Reason.RULER_STOPPED),
        (is_excluded, Reason.BLOCKED),
        (is_held, Reason.HELD),
        (is_in_flight, Reason.IN_FLIGHT),
        (is_in_bank, Reason.IN_BANK),
    )
    return next((reason for is_so, reason in blocks if is_so), None)


def _stop(kind: Kind, reason: Reason | None = None, about: object = None) -> Explanation:
    return Explanation(kind, reason, about, stops=True)


def _of_failed(facts: Facts) -> Iterator[Explanation]:
    failed = facts.failed
    if failed.state == "uncertain":
        if facts.is_open:  # who has paid need not be asked
            yield _stop(Kind.UNCERTAIN, Reason.UNCERTAIN, failed.about)
    # what waits for another address says so itself, once for all its steps (C5)
    elif facts.waiting not in (Reason.BAD_ADDRESS, Reason.NO_ADDRESS):
        yield _stop(Kind.FAILED, failed.reason, failed.about)


def _of_pending(message: Message) -> Iterator[Explanation]:
    about, reason = message.about, message.reason
    if message.state == "queued":  # out of our hands: nothing but the mail server is asked
        yield Explanation(Kind.QUEUED, None, about, message.is_stuck)
        return
    if message.unreachable:
        yield _stop(Kind.UNREACHABLE, message.unreachable, about)
    if reason == Reason.SKIPPED_TODAY:
        yield _stop(Kind.SKIPPED_TODAY, reason, about)
    if message.is_stopped_by_breaker:
        yield _stop(Kind.BREAKER, None, about)
    if message.state == "to_approve":
        wanted = reason if reason in ASKS_A_PERSON else Reason.TO_APPROVE
        yield _stop(Kind.TO_APPROVE, wanted, about)
    elif reason and reason not in (Reason.DUE, Reason.SKIPPED_TODAY):
        yield _stop(Kind.WAITS, reason, about)
    yield Explanation(Kind.PLANNED, Reason.DUE, about)


def _of_instalments(facts: Facts) -> Iterator[Explanation]:
    if not facts.is_open:
        yield Explanation(Kind.NOTHING_OPEN)
    if facts.waiting:
        yield _stop(Kind.SILENT, facts.waiting)
    if facts.nobody:
        yield Explanation(Kind.NO_RULER, facts.nobody)
    if facts.is_never_open:
        yield _stop(Kind.NEVER_OPEN, Reason.NEVER_OPEN)
    if facts.coming:
        yield Explanation(Kind.COMING, None, facts.coming)
    yield _stop(Kind.NO_FURTHER_STEP)
