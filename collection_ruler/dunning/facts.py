"""What decisions are made of, and what comes out of them: frozen, without records and without a clock.

Amounts are Decimals in the currency named beside them, days are local to the customer, instants aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from .calendar import ContactCalendar
from .ladder import Ladder, Step
from .reason import Reason

if TYPE_CHECKING:
    from .claims import History


@dataclass(frozen=True)
class Claim:
    """One open instalment, as it stands at the instant of the decision.

    :param counts_from: the date from which offsets count (anchor or due date)
    :param due_date: the instalment's own due date, which ageing and amounts go by
    :param reached_offset: the latest offset above the watermark that has come, None when nothing is due
    :param watermark: the highest offset consumed so far, None when none was
    :param draft_credit_note: something of ours is open about it, a draft credit note, so that a person looks
        before anybody is asked for it when it is overdue (F3)
    :param done_step_ids: ids of steps taken already that lie above the watermark now: they were moved (A9)
    :param blocked_by: why nothing may be said about it now, whatever the ladder says
    :param delivered: the invoice was sent, or there is none to send: no step delivers it any more (A3)
    :param delivered_on: the last day on which the ruler or a person sent the invoice
    :param money_went_on: the last local day on which a payment of it, or of a part, was seen to be gone (A5)
    :param paid_on: the last local day of money for a part of it that stands (A5)
    :param settlement_days: bank days that money takes to arrive by the means of payment expected (D3)
    :param account: id of its receivable account: credits pay only what stands on their own (D2)
    :param unsent: an invoice that did not reach the customer: nothing is said about it (A3, see `sending`)
    :param by_hand: the customer's invoices are sent by a person: no step delivers them
    :param task_since: local day on which a task of ours about it was made that nobody has done yet
    :param is_reviewed: that task is the review in which people decide what comes next (A4)
    :param rests_until: the last day on which it rests since they were thanked for a part, see `thanked` (A5)
    :param wanted: a step that a person asks for before its day (F1)
    :param readers: who hears of it, by (channel, role), where not all of what the customer owes has the same
        reader; a message is about what one reader hears (B9)
    """

    id: int
    move: int
    ladder: Ladder
    counts_from: date
    due_date: date
    reached_offset: int | None
    watermark: int | None
    residual: Decimal
    currency: str
    blocked_by: Reason | None = None
    delivered: bool = False
    delivered_on: date | None = None
    done_step_ids: frozenset[int] = frozenset()
    draft_credit_note: bool = False
    settlement_days: int = 0
    account: int = 0
    money_went_on: date | None = None
    paid_on: date | None = None
    unsent: bool = False
    by_hand: bool = False
    task_since: date | None = None
    is_reviewed: bool = False
    rests_until: date | None = None
    wanted: Step | None = None
    readers: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)


def changed(original, **values):
    """The same fact with other values, like `dataclasses.replace`, which passes all its fields each time:
    whoever plays many days changes thousands.

    :param original: a frozen fact of this module that derives nothing from its fields when it is made
    """
    copy = object.__new__(type(original))
    copy.__dict__.update(original.__dict__, **values)
    return copy


def asked_of_us(claim: Claim, step: Step, day: date) -> Claim:
    """A claim after one of its steps came, for whoever plays the days: a task stays open, as nobody pays.

    :param day: local day of the customer on which the step came
    """
    if step.mode != "task":
        return claim
    return changed(claim, task_since=day, is_reviewed=step.reviews)


def unheld(claim: Claim) -> Claim:
    """The same claim, held back by nothing: for looking at what would be said."""
    free = {"blocked_by": None, "draft_credit_note": False, "settlement_days": 0}
    return replace(claim, **free, unsent=False, rests_until=None)


@dataclass(frozen=True)
class Snapshot:
    """A debtor: all open claims, the credits that reduce them, and when we last spoke.

    :param credits: unapplied credit notes and payments, positive, by `amounts.purse`
    :param contacts: local days on which the customer was, or is planned to be, asked for money
    :param conversation_on: local day on which a person of ours last spoke with the customer (B4)
    :param wrote: that person wrote to them, or is about to, and nobody spoke with them since
    :param channels: calendars of channels that a limit narrows; None where it leaves no hour (B1)
    :param thanks_on: local days on which they are thanked for a payment: reminders rest (A5)
    :param spoken_to: whether any dunning message ever left for this debtor
    :param closed: why a claim that is no longer open went away (for the re-check at the doors)
    :param return_notice_on: local day on which a word about a payment that came back is planned, `date.max`
        for one that waits for approval (A14)
    :param bank_day: up to which bank data of all accounts is there, None where nobody imports any (D3)
    :param bank_days: working days after which that is too old to ask for what is overdue, 0 for never
    :param best_minute: the time of the local day at which they like to hear from us, None for any (B3)
    :param rates: what one unit of a currency is worth in the company's; 1 where none is given (D4)
    :param profile: how they usually pay, None where nobody knows yet: some steps are not for all (F6)
    :param unanswered: they wrote to us, and nobody answered within the longest time (C6)
    :param history: what was said and heard, read where some words speak about it (C8)
    :param siblings: the days in `contacts` of each decision: its messages by several channels are one contact
    :param unreachable: why messages do not reach somebody, by (channel, role): they wait
    """

    calendar: ContactCalendar
    claims: tuple[Claim, ...]
    credits: Mapping[str, Decimal] = field(default_factory=dict)
    contacts: tuple[date, ...] = ()
    spoken_to: bool = False
    closed: Mapping[int, Reason] = field(default_factory=dict)
    return_notice_on: date | None = None
    bank_day: date | None = None
    bank_days: int = 0
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    best_minute: int | None = None
    conversation_on: date | None = None
    channels: Mapping[str, ContactCalendar | None] = field(default_factory=dict)
    profile: str | None = None
    unreachable: Mapping[tuple[str, str], Reason] = field(default_factory=dict)
    siblings: Mapping[str | None, tuple[date, ...]] = field(default_factory=dict)
    unanswered: bool = False
    history: "History | None" = None
    thanks_on: frozenset[date] = frozenset()
    wrote: bool = False

    def beside(self, decision: str | None) -> "Snapshot":
        """As a door sees it for a message of this decision: what the same decision says by another channel is
        one contact with it, whenever it leaves (B7).

        :param decision: as `siblings` name it; None for a message that stands alone
        """
        days = list(self.contacts)
        for day in self.siblings.get(decision, ()) if decision else ():
            days.remove(day)
        return replace(self, contacts=tuple(days))

    def calendar_of(self, channel: str) -> ContactCalendar | None:
        """When a channel may be used, None for never (B1)."""
        return self.channels.get(channel, self.calendar)

    def worth(self, amounts: Mapping[str, Decimal]) -> Decimal:
        """Amounts per currency as one in the company's currency, which minimums are given in (D4, D6)."""
        if not self.rates:
            return sum(amounts.values(), Decimal(0))
        return sum((a * self.rates.get(c, Decimal(1)) for c, a in amounts.items()), Decimal(0))


@dataclass(frozen=True)
class Contact:
    """A message, a delivery or a task to be planned: ``pairs`` of (claim, the step due for it).

    :param asks: why a person has to let it go, beside the wish of its step (A13)
    """

    channel: str
    role: str
    tone: Step
    pairs: tuple[tuple[Claim, Step], ...]
    at: datetime
    amount: Decimal
    currency: str
    asks: Reason | None = None


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
