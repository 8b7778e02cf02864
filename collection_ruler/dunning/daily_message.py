"""One message a day to a customer, about all that is due that day (decision 7; B1, B4, B5, D2)."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from .amounts import (
    a_person_first,
    asked_for,
    effective,
    free_of,
    leading_currency,
)
from .choice import Choice, tone
from .claims import untrue
from .covered import covered
from .facts import Claim, Contact, Decision, Snapshot
from .frequency import instants_of, too_often
from .ladder import Step
from .readers import by_reader, told
from .reason import Reason


@dataclass(frozen=True)
class Candidate:
    """A claim about which something may be said today."""

    claim: Claim
    choice: Choice

    @property
    def messages(self) -> tuple[Step, ...]:
        return self.choice.messages


class _Message(NamedTuple):
    """What becomes of steps that are due.

    :param contact: the message that says them, None where none does
    :param why: why not
    :param waits: it is said another day; else it is passed over
    """

    pairs: Sequence[tuple[Claim, Step]]
    contact: Contact | None
    why: Reason | None = None
    waits: bool = False


def plan_messages(
    snapshot: Snapshot, speaking: list[Candidate], opens: datetime, decision: Decision
) -> list[Candidate]:
    """One contact a day (decision 7): the oldest claim leads, those with the same channel join it.

    :param opens: the first open instant of the day, aware UTC
    """
    joined, speaking, asked, net = _joined(snapshot, speaking, opens, decision)
    if not joined:
        return []
    groups = {step.message_key: step for step in speaking[0].messages}
    instants = instants_of(snapshot, groups.values(), opens)
    reason = _why_not_today(snapshot, speaking[0].claim, opens, snapshot.worth(net))
    if not reason and isinstance(instants, Reason):
        reason = instants
    today = snapshot.calendar.local_day(opens)
    if not reason and all(s.offset < 0 for c in joined for s in c.messages):
        reason = _reminder_first(snapshot, today)
    if reason:
        decision.waiting.update({c.claim.id: reason for c in speaking})
        return []
    decision.waiting.update({c.claim.id: Reason.ONE_A_DAY for c in speaking if c not in joined})
    whole = (asked, net) if len(groups) == 1 else None
    return _say(snapshot, joined, groups, instants, whole, decision)


def _say(
    snapshot: Snapshot,
    joined: list[Candidate],
    groups: Collection[Hashable],
    instants: Mapping[str, datetime],
    whole: tuple[list[Claim], dict[str, Decimal]] | None,
    decision: Decision,
) -> list[Candidate]:
    """Plan the messages of a day; what one of them does not say today waits, or is passed over.

    :param groups: how the oldest claim is spoken of: keys of its messages
    :param instants: when each channel leaves
    :param whole: what the only message of the day asks for, where it is the only one
    :return: those that are said
    """
    said, passed, held = [], [], {}
    for key in groups:
        spoken = [(c.claim, s) for c in joined for s in c.messages if s.message_key == key]
        for one in _messages(snapshot, spoken, instants[spoken[0][1].channel], whole):
            if one.contact:
                said.append(one.contact)
                continue
            passed += [(*pair, one.why) for pair in one.pairs]
            if one.waits:
                held |= {claim.id: one.why for claim, _s in one.pairs}
    told_of = {claim.id for contact in said for claim, _step in contact.pairs}
    held = {key: reason for key, reason in held.items() if key not in told_of}
    decision.contacts += said
    decision.waiting |= held
    joined = [c for c in joined if c.claim.id not in held]
    passed += [
        (candidate.claim, s, Reason.ONE_A_DAY)
        for candidate in joined
        for s in candidate.messages
        if s.message_key not in groups
    ]
    decision.skipped += [one for one in passed if one[0].id not in held]
    return joined


def _messages(
    snapshot: Snapshot,
    spoken: list[tuple[Claim, Step]],
    at: datetime,
    whole: tuple[list[Claim], dict[str, Decimal]] | None,
) -> Iterator[_Message]:
    """The messages of one channel, one for each reader (B9).

    :param spoken: what is due by it, oldest first
    :param whole: what it asks for, where it is the only channel of the day
    """
    own = by_reader(spoken)
    is_whole = whole is not None and len(own) == 1
    for said in own:
        pairs = _large_enough(snapshot, said, snapshot.calendar.local_day(at))
        if little := [pair for pair in said if pair not in pairs]:
            yield _Message(little, None, Reason.TOO_LITTLE)
        if not pairs:
            continue
        contact = _contact(snapshot, pairs, at, whole if len(pairs) == len(said) else None)
        if contact is None:  # credits cover what this message would ask for
            yield _Message(pairs, None, Reason.COVERED)
        # the door asks for each message by itself, by the ruler of its oldest claim
        elif not (is_whole and pairs == said) and (why := _why_not_this(snapshot, contact)):
            yield _Message(pairs, None, why, waits=True)
        else:
            yield _Message(pairs, contact)


def _why_not_this(snapshot: Snapshot, contact: Contact) -> Reason | None:
    """Why one of several messages of a day does not leave on it: it asks for too little (D6), or its ruler
    leaves longer pauses (B4)."""
    lead, step = contact.pairs[0]
    today = snapshot.calendar.local_day(contact.at)
    heard = told(snapshot, lead, step, today)
    _asked, net = asked_for(heard, today, [claim.id for claim, _step in contact.pairs])
    if heard.worth(net) < lead.ladder.owed_min:
        return Reason.TOO_LITTLE
    return too_often(snapshot, lead.ladder, contact.at)


def _large_enough(
    snapshot: Snapshot, pairs: tuple[tuple[Claim, Step], ...], today: date
) -> tuple[tuple[Claim, Step], ...]:
    """What a message says without the steps that are for more than it asks for (D6): what else is due may
    have lent them its amount, and has no true word today."""
    while any(step.owed_min for _claim, step in pairs):
        heard = told(snapshot, *pairs[0], today)
        _asked, net = asked_for(heard, today, [claim.id for claim, _step in pairs])
        worth = heard.worth(net)
        if all(step.owed_min <= worth for _claim, step in pairs):
            break
        pairs = tuple(pair for pair in pairs if pair[1].owed_min <= worth)
    return pairs


def _contact(
    snapshot: Snapshot,
    pairs: tuple[tuple[Claim, Step], ...],
    at: datetime,
    whole: tuple[list[Claim], dict[str, Decimal]] | None,
) -> Contact | None:
    """The message of one channel to one reader, about what that one hears of (B9); None where credits cover
    all that it would ask for.

    :param pairs: what it is planned for, oldest first
    :param at: aware UTC, when it leaves
    :param whole: what the only message of the day asks for, where it has one reader
    """
    today = snapshot.calendar.local_day(at)
    lead, step = pairs[0]
    heard = told(snapshot, lead, step, today)
    if heard is not snapshot or whole is None:
        whole = asked_for(heard, today, [claim.id for claim, _step in pairs])
    asked, net = whole
    currency = leading_currency(asked, net)
    if currency is None:
        return None
    reached = {claim.id: s.offset for claim, s in pairs}
    words = tone(heard, step, reached, today, heard.worth(net))
    asks = untrue(heard, words, asked, today) or a_person_first(heard, asked, today)
    words = replace(words, mode="approve") if asks else words
    return Contact(step.channel, step.role, words, pairs, at, net[currency], currency, asks)


def _joined(snapshot: Snapshot, speaking: list[Candidate], opens: datetime, decision: Decision):
    """Those that share the message of the oldest claim; what credits cover is left out, and never leads (D2).

    :return: (those that join, all that would speak, what is asked for, the sums per currency)
    """
    today = snapshot.calendar.local_day(opens)
    while speaking:
        keys = {step.message_key for step in speaking[0].messages}
        joined = [c for c in speaking if any(s.message_key in keys for s in c.messages)]
        asked, net = asked_for(snapshot, today, [c.claim.id for c in joined])
        paid = covered(snapshot, today, [c.claim.id for c in joined])
        if not paid:
            return joined, speaking, asked, net
        decision.waiting.update(dict.fromkeys(paid, Reason.COVERED))
        speaking = [c for c in speaking if c.claim.id not in paid]
    return [], [], [], {}


def _why_not_today(
    snapshot: Snapshot, lead: Claim, opens: datetime, worth: Decimal
) -> Reason | None:
    """Why no message leaves today: too little is asked for (D6), or they heard from us (B4)."""
    if worth < lead.ladder.owed_min:
        return Reason.TOO_LITTLE
    return too_often(snapshot, lead.ladder, opens)


def _reminder_first(snapshot: Snapshot, today: date) -> Reason | None:
    """Why nothing is announced yet: something older is overdue and was not reminded of so far.

    The message would ask for that, in words about what is coming due; the reminder shows both (B5). What
    credits pay, or what is too little, gets no reminder, so nothing waits for one.
    """
    free = free_of(snapshot, today)
    paid = covered(snapshot, today, [claim.id for claim in free])
    late = [c for c in free if c.id not in paid and effective(snapshot.calendar, c) < today]
    if not late or not late[0].ladder.awaits_reminder(late[0].watermark):
        return None
    _asked, net = asked_for(snapshot, today, [claim.id for claim in late])
    is_little = snapshot.worth(net) < late[0].ladder.owed_min
    return None if is_little else Reason.OVERDUE_FIRST
