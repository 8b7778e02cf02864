from decimal import Decimal

from odoo import api, models

from ...dunning.amounts import Owed, Sum, statement
from ...dunning.ladder import effective_due
from ..common.formatting import amount_text
from ..common.memo import memo_of
from ..debtor.credits import credits_of

NOTHING = Sum(Decimal(0), Decimal(0), Decimal(0))


class CollectionMessageSums(models.AbstractModel):
    """What messages ask for, in sums (B5, D1, D2, D4)."""

    _name = "collection.message.sums"
    _description = "Collection: sums of messages"

    @api.model
    def _credits_of_others(self, followups):
        """What customers have in their favour, for messages that ask in several currencies: {debtor id:
        {``res.currency``: amount}}. Read once for all customers of a batch (D2)."""
        memo = memo_of(self.env)
        batch = followups.browse(memo.get("writing", ())) | followups
        if memo.get("credits", (None,))[0] != batch.ids:
            several = batch.filtered(lambda f: f.instalment_ids.currency_id - f.currency_id)
            memo["credits"] = (batch.ids, credits_of(several.debtor_id) if several else {})
        return memo["credits"][1]

    @api.model
    def _totals(self, followup):
        """What a message asks for in each currency, its own first, as texts (C9, D4)."""
        credits = self._credits_of_others(followup).get(followup.debtor_id.id, {})
        sums = self._statement(followup, credits).sums
        currencies = followup.currency_id | followup._asked().currency_id
        amounts = [(sums.get(c.name, NOTHING).net, c) for c in currencies]
        return [self._amount(followup, net, c) for net, c in amounts if net]

    @api.model
    def _statement(self, followup, credits=None):
        """What a message asks for, as `dunning/amounts.py` counts it; credits pay for the oldest first (D2).

        :param credits: what the customer has in its favour in other currencies than that of the message, for
            which the door has deducted it: {``res.currency``: amount}
        :return: dunning Statement
        """
        memo, key = memo_of(self.env).get("owed", {}), ("statement", followup.id)
        if key in memo and not credits:
            return memo[key]
        today, rows = self._owed(followup)
        own = followup.currency_id
        favour = {currency.name: Decimal(str(a)) for currency, a in (credits or {}).items()}
        gross = sum((row.residual for row in rows if row.currency == own.name), Decimal(0))
        favour[own.name] = gross - Decimal(str(own.round(followup.amount_due)))
        found = statement(rows, favour, today)
        if not credits:
            memo[key] = found
        return found

    def _owed(self, followup):
        """What a message asks for, before credits: counted once while a batch is written, since several of
        its parts ask for it.

        :return: (local day of the customer, [dunning Owed])
        """
        memo = memo_of(self.env).get("owed", {})
        if followup.id not in memo:
            debtor = followup.debtor_id
            today = debtor._local_today()
            rows = [
                Owed(
                    instalment.id,
                    instalment.due_date,
                    self._counts_from(instalment, debtor, today),
                    Decimal(str(instalment.residual_currency)),
                    instalment.currency_id.name,
                )
                for instalment in followup._asked()
            ]
            memo[followup.id] = today, rows
        return memo[followup.id]

    def _of_reader(self, followup, instalments):
        """What of these the reader of a message hears of: whom the invoices in it are made out to hears
        nothing of others' (B9)."""
        reader, customer = followup.partner_id, followup.debtor_id.partner_id
        if reader == customer or reader not in followup._asked().move_id.partner_id:
            return instalments
        return instalments.filtered(lambda i: i.move_id.partner_id == reader)

    @api.model
    def _amount(self, followup, amount, currency):
        return amount_text(self.env, float(amount), currency, followup.names_currencies)

    @api.model
    def _counts_from(self, instalment, debtor, today):
        """The day from which an instalment's days overdue count (A3)."""
        ruler, due = instalment.ruler_id, instalment.due_date
        if ruler and due < today:
            return effective_due(ruler._to_ladder(), debtor._place_calendar(), due)
        return due
