"""What the queries give, a row each."""

from typing import NamedTuple

from ...dunning.explanation import blocked_by
from ...dunning.reason import Reason
from .bank_lines import is_named


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
    settlement_days: int  # that money takes by its means of payment (D3)
    unsent: bool  # an invoice that did not reach the customer (A3)
    by_hand: bool  # a person sends the invoices of this customer

    def blocked_by(
        self, is_paused: bool, payers: frozenset[int], bank_text: str, partner_id: int
    ) -> Reason | None:
        """Why nothing may be said about it now (A13, D3, D5, F5).

        :param is_paused: the company pauses all sending
        :param payers: commercial partners of money on the bank that nobody matched
        :param bank_text: what the bank says of such money where it names nobody
        :param partner_id: the customer
        """
        return blocked_by(
            is_paused=is_paused,
            is_stopped=not self.is_running,
            is_excluded=self.blocked,
            is_held=self.held,
            is_in_flight=self.flying,
            is_in_bank=partner_id in payers or is_named(bank_text, self.number, self.reference),
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
    credits: list | None
    contacts: list | None
    spoken_to: bool  # a reminder left at some time
    profile: str | None
