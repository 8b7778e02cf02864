"""What a message speaks about, in plain values: read once for a batch, and asked by all of its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from ...dunning.amounts import Statement, Sum, statement, sums_of

NOTHING = Sum(Decimal(0), Decimal(0), Decimal(0))


class Piece(NamedTuple):
    """An instalment as messages show it; `dunning.amounts` counts with its first fields.

    :param debtor: id of the ``collection.debtor`` who owes it
    :param due_date: as the invoice has it
    :param effective_due: the day from which its days overdue count (A3)
    :param residual: what is open of it, in its currency
    :param currency: name of it
    :param account: 0: the door deducted what credits of its account pay
    :param number: of its invoice
    :param is_sale: an invoice of ours, which can be paid online
    :param addressee: id of the ``res.partner`` whom the invoice is made out to
    :param country: id of the addressee's ``res.country``, 0 for none
    :param bank: id of the invoice's ``res.partner.bank``, 0 for none or one that was given up
    :param reference: what a transfer names
    :param nth: which instalment of its invoice it is, the first due date first
    :param of: how many the invoice has
    :param subject: what it is for, empty where that is not plain
    :param is_handed_over: people took over (A4)
    """

    id: int
    debtor: int
    due_date: date
    effective_due: date
    residual: Decimal
    currency: str
    account: int
    move: int
    number: str
    is_sale: bool
    company: int
    addressee: int
    country: int
    bank: int
    reference: str
    nth: int
    of: int
    subject: str
    is_handed_over: bool


class Batch(dict):
    """The messages that are written together: {follow-up id: Spoken}.

    :ivar known: what was read, or rendered, for all of them at once, by its name
    """

    def __init__(self, spoken):
        super().__init__((one.followup.id, one) for one in spoken)
        self.known: dict = {}
        for one in spoken:
            one.batch = self


@dataclass(eq=False)
class Spoken:
    """What one message speaks about; records are read with all rights.

    :param followup: ``collection.followup``
    :param contact: ``res.partner`` who reads it
    :param customer: ``res.partner`` who owes
    :param step: id of the step whose words it has
    :param lang: code of the reader's language
    :param today: local day of the customer
    :param currency: its name
    :param amount: what it asks for in its currency, net of credits
    :param asked: what it asks for, or was paid where it gives thanks; the oldest first
    :param coming: what comes due next and may be announced, the first day first
    :param others: what else is overdue and was not asked for by this message, the oldest first
    :param by_code: it speaks of several currencies, so each is named by its code
    :param batch: the messages that are written with it, itself among them
    """

    followup: Any
    debtor: Any
    contact: Any
    customer: Any
    company: Any
    step: int
    lang: str
    is_thanks: bool
    today: date
    currency: str
    amount: float
    asked: tuple[Piece, ...]
    coming: tuple[Piece, ...] = ()
    others: tuple[Piece, ...] = ()
    by_code: bool = False
    batch: Batch = field(default_factory=dict, repr=False)

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """What it asks in, its own first."""
        return tuple(dict.fromkeys([self.currency, *(piece.currency for piece in self.asked)]))

    @cached_property
    def statement(self) -> Statement:
        """What it asks for, as `dunning/amounts.py` counts it, before credits in other currencies than its
        own, for which the door has deducted them."""
        return self._counted({})

    def statement_less(self, credits: Mapping[str, Decimal]) -> Statement:
        """The same; credits pay for the oldest first (D2).

        :param credits: what the customer has in its favour in other currencies, by name of the currency
        """
        return self._counted(credits) if credits else self.statement

    def _counted(self, credits: Mapping[str, Decimal]) -> Statement:
        gross = sum((p.residual for p in self.asked if p.currency == self.currency), Decimal(0))
        favour = {**credits, self.currency: gross - Decimal(str(self.amount))}
        return statement(self.asked, favour, self.today)

    @cached_property
    def overdue(self) -> Sum:
        """What of it is overdue, in its currency."""
        return sums_of(self.statement.overdue).get(self.currency, NOTHING)

    @cached_property
    def named(self) -> tuple[Piece, ...]:
        """What its sentences name: that of which `overdue` is the sum, else all that it asks for, or thanks
        for; the oldest first."""
        if self.is_thanks or not self.overdue.net:
            return self.asked
        return tuple(r.owed for r in self.statement.overdue if r.owed.currency == self.currency)

    @cached_property
    def moves(self) -> tuple[int, ...]:
        """Ids of the invoices that it is about."""
        return tuple(dict.fromkeys(piece.move for piece in self.asked))

    def of_reader(self, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """What of these its reader hears of: whom the invoices in it are made out to hears nothing of
        others' (B9)."""
        reader = self.contact.id
        if reader == self.customer.id or reader not in {p.addressee for p in self.asked}:
            return pieces
        return tuple(piece for piece in pieces if piece.addressee == reader)


def names_of(pieces: Iterable[Piece]) -> list[str]:
    """The numbers of their invoices, each once."""
    return list(dict.fromkeys(piece.number for piece in pieces))
