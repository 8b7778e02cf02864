"""What the queries give, a row each."""

from typing import TYPE_CHECKING, NamedTuple

from ...dunning.explanation import blocked_by
from ...dunning.reason import Reason

if TYPE_CHECKING:
    from ...dunning.bank_lines import Found
    from .settings import Settings


class OpenInstalment(NamedTuple):
    """An open instalment with a ruler, as the query has it."""

    id: int
    move_id: int
    ruler_id: int
    counts_from: str  # ISO date
    due_date: str
    watermark: int
    residual: str  # exact, in the instalment's currency
    currency_id: int
    delivered: bool
    delivered_on: str | None
    is_running: bool  # its ruler
    blocked: bool
    held: bool
    flying: bool
    number: str | None
    reference: str | None
    draft_credit_note: bool  # a draft credit note stands against it (F3)
    money_went_on: str | None  # the last time that a payment was seen to be gone (A5)
    settlement_days: int  # that money takes by its means of payment (D3)
    account_id: int
    unsent: bool  # an invoice that did not reach the customer (A3)
    by_hand: bool  # a person sends the invoices of this customer
    addressee_id: int  # whom the invoice is made out to
    # naive UTC: when they are thanked for a payment of its invoice
    thanked_at: str | None = None
    paid_on: str | None = None  # the last money for a part of it that stands
    said_before: int | None = None  # of one with another due date, as `Ladder.agreed` has it (A14)

    def blocked_by(self, is_paused: bool, is_in_bank: bool) -> Reason | None:
        """Why nothing may be said about it now (A13, D3, D5, F5).

        :param is_paused: the company pauses all sending
        :param is_in_bank: money on the bank that nobody matched may be for it
        """
        return blocked_by(
            is_paused=is_paused,
            is_stopped=not self.is_running,
            is_excluded=self.blocked,
            is_held=self.held,
            is_in_flight=self.flying,
            is_in_bank=is_in_bank,
        )


class OpenDebtor(NamedTuple):
    """A debtor and all that decisions rest on, as the query has it."""

    id: int
    partner_id: int
    is_company: bool
    calendar_key: str
    best_hour: float | None
    blackouts: list | None
    claims: list | None  # of OpenInstalment
    credits: list | None  # (currency id, account id, exact amount)
    contacts: list | None
    spoken_to: bool  # a reminder left at some time
    profile: str | None
    unanswered: bool  # a reply that nobody answered (C6)
    letters: list | None  # naive UTC: when the messages leave that people have put off
    in_review: list | None  # at a door: ids of what people decide about in a task of ours (A2)
    # naive UTC: they last wrote, called, promised or disputed something
    heard_at: str | None = None
    # [instalment id, naive UTC of the first message, ids of its readers]
    written: list | None = None


class Batch(NamedTuple):
    """What is read once for many debtors, beside their rows.

    :param reached: {instalment id: the latest offset that has come}
    :param done: {instalment id: ids of steps taken already that were moved ahead}
    :param leaving: ids of follow-ups that stand at a door
    :param closed: {instalment id: why it is no longer open}
    :param unreachable: {debtor id: {(channel, role): why messages do not reach them}}
    :param payers: money on the bank that may be theirs, as `bank_lines.lines_of` says
    :param tasks: tasks of ours that are open, as `of_instalments.open_tasks` says
    :param readers: who hears of which invoices, as `readers.readers_of` says
    :param recalls: whether the rows have what was said and heard before (C8)
    """

    settings: "Settings"
    reached: dict[int, int]
    done: dict[int, list[int]]
    leaving: set[int]
    closed: dict[int, Reason]
    unreachable: dict[int, dict[tuple[str, str], Reason]]
    payers: "dict[int, Found]"
    recalls: bool
    tasks: dict[int, tuple]
    readers: dict[int, dict[int, dict[tuple[str, str], int]]]
