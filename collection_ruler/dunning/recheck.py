"""What a door says of a planned contact: whether it may leave now, for how much, in which words."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from .amounts import a_person_first, asked_for, effective, leading_currency, oldest_first
from .bank import as_the_bank_knows
from .calendar import ContactCalendar, NeverOpen
from .choice import is_sayable, tone
from .claims import untrue
from .covered import less_covered
from .facts import Claim, Recheck, Snapshot, unheld
from .frequency import too_often
from .ladder import APPROVAL_DAYS, Step
from .open_task import stopped_at_door
from .purpose import Purpose, rules_of
from .readers import told
from .reason import Reason
from .sending import as_sent
from .thanked import as_thanked
from .turn_of_year import is_too_firm


@dataclass(frozen=True)
class _Asked:
    """What a contact is about at a door.

    :param free: claims about which it may speak, with the step due for each
    :param customer_hears: False for a task of ours
    :param approved_on: local day on which a person last let it go
    """

    free: list[tuple[Claim, Step]]
    purpose: str
    customer_hears: bool
    approved_on: date | None

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(claim.id for claim, _step in self.free)

    @property
    def lead(self) -> tuple[Claim, Step]:
        return min(self.free, key=lambda pair: oldest_first(pair[0]))


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
    today = snapshot.calendar.local_day(now)  # a task of the evening is for the next open day
    opens_on = _opens_on(snapshot.calendar, now)
    snapshot = as_thanked(as_the_bank_knows(as_sent(snapshot), opens_on), opens_on, purpose)
    left, dropped = _left(snapshot, pairs, purpose, now)
    if not left:
        return Recheck("cancel", next(iter(dropped.values()), Reason.GONE), dropped=dropped)
    is_decided = not customer_hears or _is_fresh(approved_on, today)
    stopped = stopped_at_door((claim for claim, _step in left), purpose, is_decided)
    free = [(claim, step) for claim, step in left if claim.id not in stopped]
    if not free:
        oldest = min((claim for claim, _step in left), key=oldest_first)
        return Recheck("wait", stopped[oldest.id], dropped=dropped)
    if customer_hears and rules_of(purpose).asks_for_money:
        free, paid = less_covered(snapshot, free, today)
        dropped |= paid
    about = _Asked(free, purpose, customer_hears, approved_on)
    if reason := _too_early(snapshot, about, now):
        return Recheck("wait", reason, dropped=dropped)
    if not rules_of(purpose).asks_for_money:
        return Recheck("go", None, about.ids, dropped)
    return _amount(snapshot, about, stopped | dropped, today)


def _left(
    snapshot: Snapshot, pairs: Iterable[tuple[int, Step]], purpose: str, now: datetime
) -> tuple[list[tuple[Claim, Step]], dict[int, Reason]]:
    """What of a contact may still be said, and why the rest need not be."""
    claims = {c.id: c for c in snapshot.claims}
    pairs = list(pairs)
    dropped = {
        key: snapshot.closed.get(key, Reason.PAID) for key, _step in pairs if key not in claims
    }
    left = [(claims[key], step) for key, step in pairs if key in claims]
    if purpose == Purpose.DUNNING:
        dropped |= _no_longer_true(snapshot, left, now)
    return [(claim, step) for claim, step in left if claim.id not in dropped], dropped


def _no_longer_true(
    snapshot: Snapshot, pairs: Iterable[tuple[Claim, Step]], now: datetime
) -> dict[int, Reason]:
    """Notices that time has made untrue, or will have when they may leave: "is due today" after that day,
    "will be due" when the step for the due day itself has come. The step that is due then takes its place
    (A9, C8)."""
    calendar = snapshot.calendar
    return {
        claim.id: Reason.OVERTAKEN
        for claim, step in pairs
        if not is_sayable(
            claim.ladder,
            step,
            (
                _opens_on(snapshot.calendar_of(step.channel) or calendar, now)
                - effective(calendar, claim)
            ).days,
        )
    }


def _opens_on(calendar: ContactCalendar, now: datetime) -> date:
    """The local day of the first open instant."""
    with suppress(NeverOpen):
        return calendar.speaking_day(now)
    return calendar.local_day(now)


def _too_early(snapshot: Snapshot, about: _Asked, now: datetime) -> Reason | None:
    """Why it may not leave at this instant: the contact window (B1), and what they heard lately (B4)."""
    if not about.customer_hears:
        return None
    # an invoice asks nobody to pay late, so limits on doing so are not its own (A3)
    asks = rules_of(about.purpose).asks_for_money
    claim, step = about.lead
    calendar = snapshot.calendar_of(step.channel) if asks else snapshot.calendar
    if not (calendar and calendar.is_open(now)):
        return Reason.CLOSED
    return too_often(snapshot, claim.ladder, now) if asks else None


def _amount(
    snapshot: Snapshot,
    about: _Asked,
    dropped: Mapping[int, Reason],
    today: date,
) -> Recheck:
    """How much it asks for, and in which words; or why it does not leave after all."""
    snapshot = told(snapshot, *about.lead, today)
    asked, net = asked_for(snapshot, today, about.ids)
    currency = leading_currency(asked, net)
    lead, step = about.lead
    if currency is None:
        if about.customer_hears:
            return Recheck("wait", Reason.COVERED, dropped=dropped)
        currency, net = lead.currency, {lead.currency: Decimal(0)}
    words, worth, stop = step, snapshot.worth(net), None
    if not about.customer_hears:
        words = None  # a task is the one that was planned, which may be gentler than its step (A13)
    elif about.purpose == Purpose.DUNNING:
        stop = _stop(snapshot, about, asked, worth, today)
        reached = {c.id: s.offset for c, s in about.free}
        words = tone(snapshot, step, reached, today, worth)
    elif snapshot.unanswered and not _is_fresh(about.approved_on, today):
        stop = Recheck("ask", Reason.UNANSWERED)
    if about.customer_hears and (stop is None or stop.verdict == "ask"):
        # nobody's approval makes it true
        reason = untrue(snapshot, words, asked, today)
        stop = Recheck("ask", reason) if reason else stop
    if stop:
        return replace(stop, dropped=dropped)
    ids = tuple(c.id for c in asked if net.get(c.currency))  # not what credits cover
    return Recheck("go", None, about.ids, dropped, net[currency], currency, words, ids)


def _stop(
    snapshot: Snapshot, about: _Asked, asked: list[Claim], worth: Decimal, today: date
) -> Recheck | None:
    """Why a reminder does not leave: too little is asked for (D6), or a person has to let it go (A13)."""
    if worth < about.lead[0].ladder.owed_min:
        return Recheck("wait", Reason.TOO_LITTLE)
    if any(is_too_firm(s, today) for _claim, s in about.free):
        return Recheck("wait", Reason.TURN_OF_YEAR)
    if all(s.owed_min > worth for _claim, s in about.free):
        # paid in part since it was planned: this step is for more than what is left
        return Recheck("cancel", Reason.TOO_LITTLE)
    if _is_fresh(about.approved_on, today):
        return None
    asks = a_person_first(snapshot, asked, today)
    if not asks and any(s.mode == "approve" for _claim, s in about.free):
        asks = Reason.TO_APPROVE
    return Recheck("ask", asks) if asks else None


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
    free = tuple(map(unheld, snapshot.claims))
    alone = replace(
        snapshot,
        claims=free,
        contacts=(),
        return_notice_on=None,
        conversation_on=None,
        thanks_on=frozenset(),
        bank_day=None,
    )
    return recheck(alone, pairs, now, purpose, approved_on=snapshot.calendar.local_day(now))


def _is_fresh(approved_on: date | None, today: date) -> bool:
    return approved_on is not None and (today - approved_on).days <= APPROVAL_DAYS
