"""One decision per debtor: what is said today, about which instalments, when, and why not the rest.

Everything here is a pure function of a snapshot and of ``now``; the ORM takes the snapshot, asks, and
applies the answer. What is said at a door of what was planned here is decided in `recheck`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from .amounts import asked_for, effective, oldest_first, past_limit
from .bank import as_the_bank_knows
from .calendar import ContactCalendar, NeverOpen
from .choice import choose, delivery, gives_way, opening, unsuitable
from .covered import needless_tasks
from .daily_message import Candidate, plan_messages
from .facts import Claim, Contact, Decision, Snapshot
from .ladder import Step
from .open_task import free_from
from .purpose import Purpose, is_stopped_by
from .reason import Reason
from .sending import as_sent
from .thanked import as_thanked
from .turn_of_year import is_too_firm


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide what is said to one debtor (A2, A3, A9, B4, B5, D2; decisions 7 to 9).

    :param snapshot: everything about the debtor at this instant
    :param now: aware UTC
    """
    decision = Decision()
    due = [c for c in sorted(snapshot.claims, key=oldest_first) if c.reached_offset is not None]
    try:
        opens = snapshot.calendar.first_instant(now)
    except NeverOpen:
        decision.waiting = {claim.id: Reason.NEVER_OPEN for claim in due}
        return decision
    speaks_on = snapshot.calendar.local_day(opens)
    snapshot = as_thanked(as_the_bank_knows(as_sent(snapshot), speaks_on), speaks_on)
    known = {claim.id: claim for claim in snapshot.claims}
    candidates = _candidates(snapshot, [known[claim.id] for claim in due], opens, decision)
    delivered = len(decision.contacts)
    said = plan_messages(snapshot, [c for c in candidates if c.messages], opens, decision)
    writes = len(decision.contacts) > delivered
    tasks_only = [c for c in candidates if not c.messages]
    # a call on the day of a message would be one word too many
    if speaks_on in snapshot.contacts or (writes and _is_quiet_after(snapshot, speaks_on)):
        waits = [c for c in tasks_only if not _cannot_wait(snapshot, c.claim, speaks_on)]
        decision.waiting |= {c.claim.id: Reason.ONE_A_DAY for c in waits}
        tasks_only = [c for c in tasks_only if c not in waits]
    needless = needless_tasks(
        snapshot, [(c.claim, s) for c in tasks_only for s in c.choice.tasks], speaks_on
    )
    decision.waiting.update(needless)
    done = said + [c for c in tasks_only if c.claim.id not in needless]
    _tasks(snapshot, done, now, opens, decision)
    for candidate in done:
        _consume(candidate, decision)
    return decision


def _is_quiet_after(snapshot: Snapshot, day: date) -> bool:
    """Whether no message can come on the next open day after one on a day: what waits for a day without a
    message must not wait for ever (B4)."""
    try:
        after = (snapshot.calendar.next_open_day(day + timedelta(days=1)) - day).days
    except (NeverOpen, OverflowError):
        return False
    return all(after < claim.ladder.min_days_between for claim in snapshot.claims)


def _cannot_wait(snapshot: Snapshot, claim: Claim, day: date) -> bool:
    """Whether a task is wanted by a person, or would be lost by waiting: on the next open day its ruler has
    come to its limit (A4)."""
    if claim.wanted:
        return True
    try:
        after = snapshot.calendar.next_open_day(day + timedelta(days=1))
    except (NeverOpen, OverflowError):
        return True
    return past_limit(snapshot.calendar, claim, after)


def decide_wanted(snapshot: Snapshot, claim_id: int, step_id: int, now: datetime) -> Decision:
    """Decide about a step that a person asks for before its day (F1): a call that the ruler has before a
    message gives way to it, and the other way round.

    A task is work of ours and none of the customer's contacts, so no cap and no talk of these days stops it;
    what stops tasks as well, a hold or a payment under way, does. A message that comes with it meets its
    caps at the door.

    :param step_id: above the watermark of the claim; its offset is the one reached
    """
    (claim,) = (one for one in snapshot.claims if one.id == claim_id)
    ladder = claim.ladder
    if ladder.whole and not any(step.id == step_id for step in ladder.steps):
        ladder = ladder.whole  # a person wants what the course of the agreed date leaves out
    wanted = next(step for step in ladder.steps if step.id == step_id)
    asked = replace(claim, wanted=wanted, ladder=ladder)
    if wanted.mode == "task":
        asked = replace(asked, rests_until=None)
        snapshot = replace(
            snapshot,
            contacts=(),
            return_notice_on=None,
            conversation_on=None,
            thanks_on=frozenset(),
        )
    claims = tuple(asked if c is claim else c for c in snapshot.claims)
    return decide(replace(snapshot, claims=claims), now)


def _candidates(
    snapshot: Snapshot, due: Iterable[Claim], opens: datetime, decision: Decision
) -> list[Candidate]:
    """What may be said of the claims whose step has come; deliveries are planned, the rest waits.

    :param opens: the first open instant, aware UTC: the limits are those of the day on which we shall speak
    """
    day = snapshot.calendar.local_day(opens)
    at = snapshot.calendar.near(opens, snapshot.best_minute)
    worth = Decimal(0)
    if any(claim.ladder.has_dear_steps for claim in due):
        _asked, net = asked_for(snapshot, day, [claim.id for claim in due])
        worth = snapshot.worth(net)
    delivering: set[int] = set()
    left = [c for c in due if not _deliver(snapshot, c, at, delivering, decision)]
    candidates = []
    for claim in left:
        if reason := _must_wait(snapshot.calendar, claim, day, delivering):
            decision.waiting[claim.id] = reason
            continue
        left_out = unsuitable(claim.ladder, snapshot.profile, worth)
        if claim.wanted:
            left_out = {**left_out, **gives_way(claim.ladder, claim.wanted)}
        choice = choose(
            claim.ladder,
            claim.watermark,
            claim.reached_offset,
            days_late=(day - effective(snapshot.calendar, claim)).days,
            spoken_to=snapshot.spoken_to,
            left_out=left_out,
            unreachable=snapshot.unreachable,
            done_step_ids=claim.done_step_ids,
        )
        if choice.waits:
            decision.waiting[claim.id] = choice.waits
        elif any(is_too_firm(step, day) for step in choice.messages + choice.tasks):
            decision.waiting[claim.id] = Reason.TURN_OF_YEAR
        else:
            candidates.append(Candidate(claim, choice))
    return candidates


def _deliver(
    snapshot: Snapshot, claim: Claim, at: datetime, delivering: set[int], decision: Decision
) -> bool:
    """Plan the delivery of the invoice when it has come; True when nothing else follows now (A3)."""
    step = delivery(claim.ladder, claim.watermark, claim.reached_offset)
    if not step:
        return False
    steps = claim.ladder.steps_between(claim.watermark, claim.reached_offset)
    if claim.delivered or claim.delivered_on or claim.move in delivering:
        if not all(s.delivers for s in steps):
            return False
        decision.skipped += [(claim, s, Reason.ALREADY_SENT) for s in steps]
        decision.watermarks[claim.id] = claim.reached_offset
        return True
    if is_stopped_by(Purpose.DELIVERY, claim.blocked_by):
        decision.waiting[claim.id] = claim.blocked_by
        return True
    if claim.by_hand:  # a task asks a person to send it
        decision.waiting[claim.id] = Reason.NOT_SENT
        return True
    delivering.add(claim.move)
    whole = sum((c.residual for c in snapshot.claims if c.move == claim.move), Decimal(0))
    contact = Contact(step.channel, step.role, step, ((claim, step),), at, whole, claim.currency)
    decision.contacts.append(contact)
    passed = [s for s in steps if s.offset <= step.offset and s != step]
    decision.skipped += [(claim, s, Reason.OVERTAKEN) for s in passed]
    decision.watermarks[claim.id] = step.offset
    return True


def _must_wait(
    calendar: ContactCalendar, claim: Claim, today: date, delivering: set[int]
) -> Reason | None:
    if claim.blocked_by is not None:
        return claim.blocked_by
    ladder = claim.ladder
    if past_limit(calendar, claim, today):
        return Reason.PAST_LIMIT
    if today < free_from(calendar, claim.task_since, claim.is_reviewed):
        return Reason.TASK_OPEN
    if claim.move in delivering:
        return Reason.JUST_DELIVERED
    if claim.delivered_on is not None:
        quiet_until = claim.delivered_on + timedelta(days=ladder.days_after_delivery)
        if today < quiet_until:
            return Reason.JUST_DELIVERED
    return None


def _tasks(
    snapshot: Snapshot, done: list[Candidate], now: datetime, opens: datetime, decision: Decision
) -> None:
    """One task per debtor and step offset; a task is work of ours, so no window and no cap. It is made on the
    day that it comes on, at once if a person asks for it.

    :param opens: the first open instant, aware UTC
    """
    local_day = snapshot.calendar.local_day
    comes_today = local_day(opens) == local_day(now)
    by_step: dict[int, list[tuple[Claim, Step]]] = defaultdict(list)
    for candidate in done:
        for step in candidate.choice.tasks:
            by_step[step.id].append((candidate.claim, step))
    for pairs in by_step.values():
        claim, step = pairs[0]
        # whom somebody called, or is to call, needs no second call before what comes next
        knows_us = snapshot.spoken_to or claim.task_since or snapshot.conversation_on
        words = opening(claim.ladder, step, bool(knows_us), snapshot.profile)
        amount = sum((c.residual for c, _s in pairs if c.currency == claim.currency), Decimal(0))
        at = now if comes_today or any(c.wanted for c, _s in pairs) else opens
        decision.contacts.append(
            Contact(step.channel, step.role, words, tuple(pairs), at, amount, claim.currency)
        )


def _consume(candidate: Candidate, decision: Decision) -> None:
    claim, choice = candidate.claim, candidate.choice
    done = {*choice.messages, *choice.tasks}
    decision.watermarks[claim.id] = choice.watermark

    def why(step: Step) -> Reason:
        if step.delivers:
            return Reason.ALREADY_SENT
        return choice.left_out.get(step.id, Reason.OVERTAKEN)

    decision.skipped += [
        (claim, step, why(step))
        for step in claim.ladder.steps_between(claim.watermark, choice.watermark)
        if step not in done and step.id not in claim.done_step_ids
    ]
