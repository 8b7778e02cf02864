"""One decision per debtor: what is said today, about which instalments, when, and why not the rest.

Everything here is a pure function of a snapshot and of ``now``; the ORM takes the snapshot, asks, and
applies the answer. Amounts are Decimals in the currency named beside them, instants are aware UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from .calendar import ContactCalendar, NeverOpen
from .ladder import APPROVAL_DAYS, Ladder, Step, effective_due
from .purpose import Purpose, is_stopped_by, rules_of
from .reason import Reason


@dataclass(frozen=True)
class Claim:
    """One open instalment, as it stands at the instant of the decision.

    :param counts_from: the date from which offsets count (anchor or due date)
    :param due_date: the instalment's own due date, which ageing and amounts go by
    :param come: the latest offset above the watermark that has come, None when nothing is due
    :param watermark: the highest offset consumed so far, None when none was
    :param look_first: something of ours is open about it, a draft credit note, so that a person looks
        before anybody is asked for it when it is overdue (F3)
    :param said: ids of steps taken already that lie above the watermark now: they were moved (A9)
    :param block: why nothing may be said about it now, whatever the ladder says
    :param delivered_on: the day on which the ruler itself delivered the invoice
    :param settlement_days: bank days that money takes to arrive by the means of payment expected (D3)
    """

    id: int
    move: int
    ladder: Ladder
    counts_from: date
    due_date: date
    come: int | None
    watermark: int | None
    residual: Decimal
    currency: str
    block: Reason | None = None
    delivered: bool = False
    delivered_on: date | None = None
    said: frozenset[int] = frozenset()
    look_first: bool = False
    settlement_days: int = 0


@dataclass(frozen=True)
class Snapshot:
    """A debtor: all open claims, the credits that reduce them, and when we last spoke.

    :param credits: unapplied credit notes and payments per currency, positive
    :param contacts: local days on which the customer was, or is planned to be, asked for money
    :param talked_on: local day on which a person of ours last spoke with the customer (B4)
    :param channels: calendars of channels that a limit narrows; None where it leaves no hour (B1)
    :param spoken_to: whether any dunning message ever left for this debtor
    :param closed: why a claim that is no longer open went away (for the re-check at the doors)
    :param word_on: local day on which a word about a payment that came back is planned (A14)
    :param bank_day: day of the newest bank data, None where nobody imports any (D3)
    :param bank_days: working days after which that is too old to ask for what is overdue, 0 for never
    :param best_minute: the time of the local day at which they like to hear from us, None for any (B3)
    :param rates: what one unit of a currency is worth in the company's; 1 where none is given (D4)
    :param profile: how they usually pay, None where nobody knows yet: some steps are not for all (F6)
    :param mute: why messages by a channel do not reach somebody of a role, by (channel, role): they wait
    """

    calendar: ContactCalendar
    claims: tuple[Claim, ...]
    credits: Mapping[str, Decimal] = field(default_factory=dict)
    contacts: tuple[date, ...] = ()
    spoken_to: bool = False
    closed: Mapping[int, Reason] = field(default_factory=dict)
    word_on: date | None = None
    bank_day: date | None = None
    bank_days: int = 0
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    best_minute: int | None = None
    talked_on: date | None = None
    channels: Mapping[str, ContactCalendar | None] = field(default_factory=dict)
    profile: str | None = None
    mute: Mapping[tuple[str, str], Reason] = field(default_factory=dict)

    def calendar_of(self, channel: str) -> ContactCalendar | None:
        """When a channel may be used, None for never (B1)."""
        return self.channels.get(channel, self.calendar)

    def worth(self, amounts: Mapping[str, Decimal]) -> Decimal:
        """Amounts per currency as one in the company's currency, which minimums are given in (D4, D6)."""
        return sum((a * self.rates.get(c, Decimal(1)) for c, a in amounts.items()), Decimal(0))


@dataclass(frozen=True)
class Contact:
    """A message, a delivery or a task to be planned: ``pairs`` of (claim, the step due for it)."""

    channel: str
    role: str
    tone: Step
    pairs: tuple[tuple[Claim, Step], ...]
    at: datetime
    amount: Decimal
    currency: str


@dataclass
class Decision:
    """What to do for one debtor.

    ``skipped`` are consumed without a word, ``waiting`` keep their place and are asked again,
    ``watermarks`` are the new ones of all claims whose step was consumed.
    """

    contacts: list[Contact] = field(default_factory=list)
    skipped: list[tuple[Claim, Step, Reason]] = field(default_factory=list)
    waiting: dict[int, Reason] = field(default_factory=dict)
    watermarks: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Recheck:
    """What a door says of a contact: ``go``, ``wait`` (keep it planned), ``ask`` (a person has to approve
    it, perhaps again) or ``cancel``."""

    verdict: str
    reason: Reason | None = None
    keep: frozenset[int] = frozenset()
    dropped: Mapping[int, Reason] = field(default_factory=dict)
    amount: Decimal = Decimal(0)
    currency: str = ""
    tone: Step | None = None
    asked: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    claim: Claim
    messages: tuple[Step, ...]  # the steps said now, one per channel
    tasks: tuple[Step, ...]
    reach: int  # the watermark afterwards
    left_out: Mapping[Step, Reason] = field(default_factory=dict)  # not for this debt or customer
    waits: Reason | None = None  # all that has come goes where nothing arrives


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide what is said to one debtor (A2, A3, A9, B4, B5, D2; decisions 7 to 9).

    :param snapshot: everything about the debtor at this instant
    :param now: aware UTC
    """
    decision = Decision()
    today = snapshot.calendar.local_day(now)
    try:
        opens = snapshot.calendar.first_instant(now)
        at = snapshot.calendar.near(opens, snapshot.best_minute)
    except NeverOpen:
        decision.waiting = {c.id: Reason.NEVER_OPEN for c in snapshot.claims if c.come is not None}
        return decision

    day = snapshot.calendar.local_day(at)
    snapshot = _as_the_bank_knows(snapshot, day)
    _asked, net = asked_for(snapshot, day, [c.id for c in snapshot.claims if c.come is not None])
    worth = snapshot.worth(net)
    candidates = []
    delivering: set[int] = set()
    due = [c for c in sorted(snapshot.claims, key=_oldest_first) if c.come is not None]
    for claim in [c for c in due if not _deliver(snapshot, c, at, delivering, decision)]:
        # the limits are those of the day on which we shall speak
        if reason := _must_wait(snapshot.calendar, claim, day, delivering):
            decision.waiting[claim.id] = reason
        else:
            candidate = _choose(snapshot, claim, at, worth)
            if candidate.waits:
                decision.waiting[claim.id] = candidate.waits
            else:
                candidates.append(candidate)

    said = _messages(snapshot, [c for c in candidates if c.messages], opens, decision)
    tasks_only = [c for c in candidates if not c.messages]
    if today in snapshot.contacts:  # a call on the day of a message would be one word too many
        decision.waiting.update({c.claim.id: Reason.ONE_A_DAY for c in tasks_only})
        tasks_only = []
    done = said + tasks_only
    _tasks(done, now, decision)
    for candidate in done:
        _consume(candidate, decision)
    return decision


def decide_task(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide about a task that a person asks for before its day (F1).

    It is work of ours and none of the customer's contacts, so no cap and no talk of these days stops it;
    what stops tasks as well, a hold or a payment under way, does. A message that comes with it meets its
    caps at the door.
    """
    return decide(replace(snapshot, contacts=(), word_on=None, talked_on=None), now)


def asked_for(
    snapshot: Snapshot, today: date, due_now: Iterable[int] = ()
) -> tuple[list[Claim], dict[str, Decimal]]:
    """What a message of today asks for: all that is due or overdue, else what it announces (B5, D1, D2).

    :param today: local day of the debtor
    :param due_now: ids of the claims whose step is said in this message
    :return: the claims, oldest first, and the sums per currency, net of credits (never below 0)
    """
    free = [
        c
        for c in sorted(snapshot.claims, key=_oldest_first)
        if c.block is None and not _past_limit(snapshot.calendar, c, today)
    ]
    claims = [c for c in free if _effective(snapshot.calendar, c) <= today]
    if not claims:
        wanted = set(due_now)
        claims = [c for c in free if c.id in wanted]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for claim in claims:
        sums[claim.currency] += claim.residual
    net = {
        currency: max(Decimal(0), amount - snapshot.credits.get(currency, Decimal(0)))
        for currency, amount in sums.items()
    }
    return claims, net


def recheck(
    snapshot: Snapshot,
    pairs: Iterable[tuple[int, Step]],
    now: datetime,
    purpose: str = Purpose.DUNNING,
    customer_hears: bool = True,
    approved_on: date | None = None,
) -> Recheck:
    """Ask again, at a door, whether a planned contact may leave now, and for how much (D1–D3, H3).

    What is settled is dropped; what is only blocked (a hold, a payment under way) makes the contact
    wait when nothing else is left in it, and is left out of it otherwise.

    :param pairs: claim ids and the step due for each, as planned
    :param now: aware UTC
    :param purpose: of a message about instalments, see `purpose`
    :param approved_on: local day on which a person last let it go, None for never (A13)
    :param customer_hears: False for a task of ours: no window, no cap, no credit stops it
    """
    today = snapshot.calendar.local_day(now)
    snapshot = _as_the_bank_knows(snapshot, today)
    claims = {c.id: c for c in snapshot.claims}
    pairs = list(pairs)
    dropped = {
        key: snapshot.closed.get(key, Reason.PAID) for key, _step in pairs if key not in claims
    }
    left = [(claims[key], step) for key, step in pairs if key in claims]
    if not left:
        return Recheck("cancel", next(iter(dropped.values()), Reason.GONE), dropped=dropped)
    free = [(claim, step) for claim, step in left if not is_stopped_by(purpose, claim.block)]
    if not free:
        oldest = min((claim for claim, _step in left), key=_oldest_first)
        return Recheck("wait", oldest.block, dropped=dropped)
    lead, step = min(free, key=lambda pair: _oldest_first(pair[0]))
    # an invoice asks nobody to pay late, so limits on doing so are not its own (A3)
    asks = rules_of(purpose).asks_for_money
    calendar = snapshot.calendar_of(step.channel) if asks else snapshot.calendar
    if customer_hears and not (calendar and calendar.is_open(now)):
        return Recheck("wait", Reason.CLOSED, dropped=dropped)
    keep = frozenset(claim.id for claim, _step in free)
    if not asks:
        return Recheck("go", None, keep, dropped)
    if customer_hears and (reason := _frequency(snapshot, lead.ladder, now)):
        return Recheck("wait", reason, dropped=dropped)
    dropped |= {claim.id: claim.block for claim, _step in left if claim.id not in keep}
    asked, net = asked_for(snapshot, today, keep)
    currency = _currency(asked, net)
    if currency is None:
        if customer_hears:
            return Recheck("wait", Reason.COVERED, dropped=dropped)
        currency, net = lead.currency, {lead.currency: Decimal(0)}
    tone, worth = step, snapshot.worth(net)
    if purpose == Purpose.DUNNING:
        if customer_hears and worth < lead.ladder.owed_min:
            return Recheck("wait", Reason.TOO_LITTLE, dropped=dropped)
        if customer_hears and all(s.owed_min > worth for _claim, s in free):
            # paid in part since it was planned: this step is for more than what is left
            return Recheck("cancel", Reason.TOO_LITTLE, dropped=dropped)
        tone = _tone(snapshot, step, {c.id: s.offset for c, s in free}, today, worth)
        if customer_hears and not _is_fresh(approved_on, today):
            if any(s.mode == "approve" for _claim, s in free):
                return Recheck("ask", Reason.TO_APPROVE, dropped=dropped)
            if _look_first(snapshot, asked, today):
                return Recheck("ask", Reason.LOOK_FIRST, dropped=dropped)
    ids = tuple(c.id for c in asked if net.get(c.currency))  # not what credits cover
    return Recheck("go", None, keep, dropped, net[currency], currency, tone, ids)


def foresee(
    snapshot: Snapshot,
    pairs: Iterable[tuple[int, Step]],
    now: datetime,
    purpose: str = Purpose.DUNNING,
) -> Recheck:
    """What a door would say if nothing held the message back: for looking at it, never for sending (A13).

    Holds, payments under way, caps and a ruler that stands still are left aside; what is paid or
    covered by credits is not, since then nothing would be asked for.

    :param pairs: claim ids and the step due for each, as planned
    :param now: aware UTC, within the contact window
    """
    free = tuple(
        replace(claim, block=None, look_first=False, settlement_days=0) for claim in snapshot.claims
    )
    alone = replace(snapshot, claims=free, contacts=(), word_on=None, talked_on=None, bank_day=None)
    return recheck(alone, pairs, now, purpose, approved_on=snapshot.calendar.local_day(now))


def _is_fresh(approved_on: date | None, today: date) -> bool:
    return approved_on is not None and (today - approved_on).days <= APPROVAL_DAYS


def _look_first(snapshot: Snapshot, asked: Iterable[Claim], today: date) -> bool:
    """Whether something overdue is asked for that we may have to mend ourselves (F3)."""
    return any(c.look_first and _effective(snapshot.calendar, c) < today for c in asked)


def _oldest_first(claim: Claim):
    return claim.due_date, claim.id


def _effective(calendar: ContactCalendar, claim: Claim) -> date:
    return effective_due(claim.ladder, calendar, claim.due_date)


def bank_is_stale(
    calendar: ContactCalendar, bank_day: date | None, bank_days: int, today: date
) -> bool:
    """Whether the newest bank data is older than so many working days (D3).

    :param bank_day: its day, None where nobody imports any: then nothing is missed
    :param bank_days: 0 for never
    """
    if bank_day is None or not bank_days:
        return False
    day, count = bank_day, 0
    while day < today and count <= bank_days:
        day += timedelta(days=1)
        count += calendar.is_open_day(day)
    return count > bank_days


def _as_the_bank_knows(snapshot: Snapshot, today: date) -> Snapshot:
    """Block what is overdue where a payment may have come that nobody sees yet; notices go on (D3)."""
    is_stale = bank_is_stale(snapshot.calendar, snapshot.bank_day, snapshot.bank_days, today)

    def block(claim: Claim) -> Reason | None:
        effective = _effective(snapshot.calendar, claim)
        if claim.block or effective >= today:
            return claim.block
        if is_stale:
            return Reason.STALE_BANK
        arrives = effective
        for _day in range(claim.settlement_days):
            arrives = snapshot.calendar.bank_day(arrives + timedelta(days=1))
        return Reason.SETTLING if today <= arrives else None

    if not is_stale and not any(claim.settlement_days for claim in snapshot.claims):
        return snapshot
    claims = tuple(replace(claim, block=block(claim)) for claim in snapshot.claims)
    return replace(snapshot, claims=claims)


def _deliver(
    snapshot: Snapshot, claim: Claim, at: datetime, delivering: set[int], decision: Decision
) -> bool:
    """Plan the delivery of the invoice when it has come; True when nothing else follows now (A3)."""
    steps = claim.ladder.steps_between(claim.watermark, claim.come)
    deliveries = [s for s in steps if s.delivers]
    if not deliveries:
        return False
    step = deliveries[-1]
    if claim.delivered or claim.delivered_on or claim.move in delivering:
        if len(deliveries) < len(steps):
            return False
        decision.skipped += [(claim, s, Reason.ALREADY_SENT) for s in deliveries]
        decision.watermarks[claim.id] = claim.come
        return True
    if is_stopped_by(Purpose.DELIVERY, claim.block):
        decision.waiting[claim.id] = claim.block
        return True
    delivering.add(claim.move)
    whole = sum((c.residual for c in snapshot.claims if c.move == claim.move), Decimal(0))
    contact = Contact(step.channel, step.role, step, ((claim, step),), at, whole, claim.currency)
    decision.contacts.append(contact)
    passed = [s for s in steps if s.offset <= step.offset and s != step]
    decision.skipped += [(claim, s, Reason.OVERTAKEN) for s in passed]
    decision.watermarks[claim.id] = step.offset
    return True


def _past_limit(calendar: ContactCalendar, claim: Claim, today: date) -> bool:
    """Whether a person has taken over: nothing asks for it by itself any more (A4)."""
    limit = claim.ladder.max_days_overdue
    return bool(limit) and (today - _effective(calendar, claim)).days > limit


def _must_wait(
    calendar: ContactCalendar, claim: Claim, today: date, delivering: set[int]
) -> Reason | None:
    if claim.block is not None:
        return claim.block
    ladder = claim.ladder
    if _past_limit(calendar, claim, today):
        return Reason.PAST_LIMIT
    if claim.move in delivering:
        return Reason.JUST_DELIVERED
    if claim.delivered_on is not None:
        quiet_until = claim.delivered_on + timedelta(days=ladder.days_after_delivery)
        if today < quiet_until:
            return Reason.JUST_DELIVERED
    return None


def _choose(snapshot: Snapshot, claim: Claim, at: datetime, worth: Decimal) -> _Candidate:
    """Pick the latest step that has come, or the first overdue one when we never spoke (decision 9).

    A notice that could not be said in time is not said late: nobody hears "due today" afterwards.
    Messages and tasks are two tracks: a missed call stays a task beside the message that overtook it.
    What goes where nothing arrives waits for another address; what comes later and arrives, a call or
    another channel, passes it over.

    :param worth: what is asked for today, in the company's currency: too little for some steps (D6)
    """
    steps = [
        s
        for s in claim.ladder.steps_between(claim.watermark, claim.come)
        if not s.delivers and s.id not in claim.said
    ]
    left_out = {s: Reason.TOO_LITTLE for s in steps if s.owed_min > worth}
    left_out |= {s: Reason.NOT_FOR_THEM for s in steps if snapshot.profile in s.skip_profiles}
    mute = {
        s: snapshot.mute[s.channel, s.role]
        for s in steps
        if s not in left_out and s.mode != "task" and (s.channel, s.role) in snapshot.mute
    }
    left_out |= mute
    late = _effective(snapshot.calendar, claim) < snapshot.calendar.local_day(at)
    mute = {s: reason for s, reason in mute.items() if s.offset > 0 or not late}
    steps = [s for s in steps if s not in left_out]
    overdue = [s.offset for s in steps if s.mode != "task" and s.offset > 0]
    reach = min(overdue) if overdue and not snapshot.spoken_to else claim.come
    steps = [s for s in steps if s.offset <= reach]
    messages = [s for s in steps if s.mode != "task" and (s.offset > 0 or not late)]
    tasks = [s for s in steps if s.mode == "task"]
    taken = [s.offset for s in (*messages, *tasks)]
    if mute and not taken:
        return _Candidate(claim, (), (), reach, waits=mute[max(mute, key=lambda s: s.offset)])
    if any(s.offset > max(taken) for s in mute):
        reach = max(taken)
    return _Candidate(
        claim,
        tuple(s for s in messages if s.offset == messages[-1].offset),
        tuple(s for s in tasks if s.offset == tasks[-1].offset),
        reach,
        left_out,
    )


def _frequency(snapshot: Snapshot, ladder: Ladder, at: datetime) -> Reason | None:
    """Why another message on that day would be one too many (B4), None when it would not."""
    day, talked = snapshot.calendar.local_day(at), snapshot.talked_on
    if talked and day <= talked + timedelta(days=ladder.days_after_talk):
        return Reason.TALKED
    if day in snapshot.contacts:
        return Reason.ONE_A_DAY
    if snapshot.word_on and day < snapshot.word_on:  # first a word about what came back (A14)
        return Reason.TOO_SOON
    if any(abs((day - c).days) < ladder.min_days_between for c in snapshot.contacts):
        return Reason.TOO_SOON
    if ladder.max_contacts:
        for days in range(ladder.max_contacts_days):  # each period that the day falls into
            first = day - timedelta(days=days)
            last = first + timedelta(days=ladder.max_contacts_days - 1)
            if sum(first <= c <= last for c in snapshot.contacts) >= ladder.max_contacts:
                return Reason.CAPPED
    return None


def _instants(
    snapshot: Snapshot, steps: Iterable[Step], opens: datetime
) -> dict[str, datetime] | Reason:
    """When each of these steps leaves on the day of `opens`, by channel, or why not on that day (B1).

    :param opens: the first open instant of the day
    """
    day, instants = snapshot.calendar.local_day(opens), {}
    for step in steps:
        calendar = snapshot.calendar_of(step.channel)
        try:
            first = calendar.first_instant(opens) if calendar else None
        except NeverOpen:
            first = None
        if first is None:
            return Reason.NEVER_OPEN
        if calendar.local_day(first) != day:
            return Reason.CLOSED
        instants[step.channel] = calendar.near(first, snapshot.best_minute)
    return instants


def _messages(
    snapshot: Snapshot, speaking: list[_Candidate], opens: datetime, decision: Decision
) -> list[_Candidate]:
    """One contact a day (decision 7): the oldest claim leads, those with the same channel join it.

    What the customer's own credits cover is left out, and never leads (D2).

    :param opens: the first open instant of the day, aware UTC
    """
    today = snapshot.calendar.local_day(opens)
    joined: list[_Candidate] = []
    while speaking:
        groups = {step.door: step for step in speaking[0].messages}
        joined = [c for c in speaking if any(s.door in groups for s in c.messages)]
        asked, net = asked_for(snapshot, today, [c.claim.id for c in joined])
        currency = _currency(asked, net)
        covered = [c for c in joined if currency is None or net.get(c.claim.currency) == 0]
        if not covered:
            break
        decision.waiting.update({c.claim.id: Reason.COVERED for c in covered})
        speaking = [c for c in speaking if c not in covered]
    if not speaking:
        return []
    lead = speaking[0].claim
    worth = snapshot.worth(net)
    reason = Reason.TOO_LITTLE if worth < lead.ladder.owed_min else None
    reason = reason or _frequency(snapshot, lead.ladder, opens)
    instants = _instants(snapshot, groups.values(), opens)
    if not reason and isinstance(instants, Reason):
        reason = instants
    if not reason and all(s.offset < 0 for c in joined for s in c.messages):
        reason = _reminder_first(snapshot, today)
    if reason:
        decision.waiting.update({c.claim.id: reason for c in speaking})
        return []
    decision.waiting.update({c.claim.id: Reason.ONE_A_DAY for c in speaking if c not in joined})
    reached = decision.watermarks | {c.claim.id: c.messages[0].offset for c in joined}
    for door, step in groups.items():
        pairs = [(c.claim, s) for c in joined for s in c.messages if s.door == door]
        tone = _tone(snapshot, step, reached, today, worth)
        if _look_first(snapshot, asked, today):
            tone = replace(tone, mode="approve")
        decision.contacts.append(
            Contact(
                step.channel,
                step.role,
                tone,
                tuple(pairs),
                instants[step.channel],
                net[currency],
                currency,
            )
        )
    for candidate in joined:
        decision.skipped += [
            (candidate.claim, s, Reason.ONE_A_DAY)
            for s in candidate.messages
            if s.door not in groups
        ]
    return joined


def _reminder_first(snapshot: Snapshot, today: date) -> Reason | None:
    """Why nothing is announced yet: something older is overdue and was not reminded of so far.

    The message would ask for that, in words about what is coming due; the reminder shows both (B5).
    """
    for claim in sorted(snapshot.claims, key=_oldest_first):
        if claim.block is None and not _past_limit(snapshot.calendar, claim, today):
            if _effective(snapshot.calendar, claim) >= today:
                return None
            is_awaited = claim.ladder.awaits_reminder(claim.watermark)
            return Reason.OVERDUE_FIRST if is_awaited else None
    return None


def _tone(
    snapshot: Snapshot, step: Step, reached: Mapping[int, int], today: date, worth: Decimal
) -> Step:
    """The step whose words are used: the furthest that the oldest overdue claim has reached (B5).

    A step for approval keeps its own words and lends them to nobody else; neither does a task.
    """
    if step.mode != "automatic":
        return step
    for claim in sorted(snapshot.claims, key=_oldest_first):
        if claim.block is not None or _effective(snapshot.calendar, claim) >= today:
            continue
        if _past_limit(snapshot.calendar, claim, today):
            continue
        until = reached.get(claim.id, claim.watermark)
        if until is None:
            return step
        said = [
            s
            for s in claim.ladder.steps_between(None, until)
            # nobody hears "due today" about a debt of yesterday
            if s.door == step.door
            and not s.delivers
            and s.offset > 0
            and s.owed_min <= worth
            # what is not for them lends its words no more than itself
            and snapshot.profile not in s.skip_profiles
        ]
        if not snapshot.spoken_to:  # whoever never heard from us begins with the first (A13)
            return said[0] if said else step
        # never gentler than what is due itself
        return said[-1] if said and said[-1].offset >= step.offset else step
    return step


def _currency(asked: Iterable[Claim], net: Mapping[str, Decimal]) -> str | None:
    """The currency of the oldest claim that credits do not cover."""
    return next((c.currency for c in asked if net.get(c.currency)), None)


def _tasks(done: list[_Candidate], now: datetime, decision: Decision) -> None:
    """One task per debtor and step offset; a task is work of ours, so no window and no cap."""
    by_step: dict[int, list[tuple[Claim, Step]]] = defaultdict(list)
    for candidate in done:
        for step in candidate.tasks:
            by_step[step.id].append((candidate.claim, step))
    for pairs in by_step.values():
        claim, step = pairs[0]
        amount = sum((c.residual for c, _s in pairs if c.currency == claim.currency), Decimal(0))
        decision.contacts.append(
            Contact(step.channel, step.role, step, tuple(pairs), now, amount, claim.currency)
        )


def _consume(candidate: _Candidate, decision: Decision) -> None:
    claim = candidate.claim
    done = {*candidate.messages, *candidate.tasks}
    decision.watermarks[claim.id] = candidate.reach

    def why(step: Step) -> Reason:
        if step.delivers:
            return Reason.ALREADY_SENT
        return candidate.left_out.get(step, Reason.OVERTAKEN)

    decision.skipped += [
        (claim, step, why(step))
        for step in claim.ladder.steps_between(claim.watermark, candidate.reach)
        if step not in done and step.id not in claim.said
    ]
