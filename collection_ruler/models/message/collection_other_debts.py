from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models

from ...dunning.amounts import Owed, is_handed_over, open_beside, sums_of
from ..common.formatting import date_text
from ..common.memo import memo_of
from ..debtor.credits import credits_of
from .collection_message_tables import SHOWN

# so many invoices are named
NAMED = 3


class CollectionOtherDebts(models.AbstractModel):
    """What else of a customer is overdue: it had its words on its own day, so a message about something
    else names it in one line and does not ask for it again (B5, C8)."""

    _name = "collection.other.debts"
    _inherit = ["collection.message.sums"]
    _description = "Collection: what is open beside what a message asks for"

    @api.model
    def _say(self, followups):
        """The line of each message: {``collection.followup``: text}, of those with anything to name.

        What is in dispute, excluded from follow-up or handed over to people, and what has a payment under
        way, is not named (A4, D3, D5); nor is what somebody else hears of (B9).
        """
        overdue = self._overdue(followups)
        credits = credits_of(followups.debtor_id.filtered("amount_credit")) if overdue else {}
        said = {}
        for followup in followups.filtered(lambda f: f.purpose != "thanks"):
            others = overdue.get(followup.debtor_id.id)
            others = others and self._of_reader(followup, others - followup.instalment_ids)
            if others and (text := self._text(followup, others, credits)):
                said[followup] = text
        return said

    def _text(self, followup, others, credits):
        """Sums by currency, less what credits pay, and the first invoices."""
        today, asked = self._owed(followup)
        rows = self._rows_of(followup, others, today)
        favour = {
            currency.name: Decimal(str(amount))
            for currency, amount in credits.get(followup.debtor_id.id, {}).items()
        }
        beside = open_beside([*asked, *rows], {row.id for row in asked}, favour, today)
        if not beside:
            return False
        currencies = {currency.name: currency for currency in others.currency_id}
        sums = [
            self._amount(followup, total.net, currencies[name])
            for name, total in sums_of(beside).items()
        ]
        known = {instalment.id: instalment for instalment in others}
        named = [self._name_of(known[row.owed.id]) for row in beside[:NAMED]]
        numbers = "; ".join(named) + (" …" if len(beside) > NAMED else "")
        return f"{' + '.join(sums)} ({numbers})"

    def _name_of(self, instalment):
        """Number and due date: several instalments have one number."""
        return f"{instalment.move_id.name}, {date_text(self.env, instalment.due_date, 'medium')}"

    def _rows_of(self, followup, instalments, today):
        """dunning ``Owed`` of instalments, without what was handed over to people."""
        for instalment in instalments:
            due = self._counts_from(instalment, followup.debtor_id, today)
            if not is_handed_over(instalment.ruler_id.max_days_overdue, due, today):
                amount = Decimal(str(instalment.residual_currency))
                currency = instalment.currency_id.name
                yield Owed(instalment.id, instalment.due_date, due, amount, currency)

    def _overdue(self, followups):
        """What may be named, by debtor id: ``collection.instalment``, read once for all of a batch."""
        memo = memo_of(self.env)
        if "overdue" in memo:
            return memo["overdue"]
        batch = followups.browse(memo.get("writing", followups.ids))
        found = self.env["collection.instalment"].sudo()
        for own in batch.debtor_id.grouped("company_id").values():
            yesterday = own[:1]._local_today() - timedelta(days=1)
            late = self.env["collection.snapshot"]._coming(own.ids, date.min, yesterday)
            found += found.browse(late)
        found.fetch(["debtor_id", *SHOWN])
        found.move_id.fetch(["name", "partner_id"])
        overdue = {debtor.id: own for debtor, own in found.grouped("debtor_id").items()}
        if "writing" in memo:
            memo["overdue"] = overdue
        return overdue
