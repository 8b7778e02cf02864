from datetime import date, timedelta

from odoo import api, models

from ..common.memo import memo_of
from ..debtor.credits import credits_of

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

        Invoices in dispute, excluded from follow-up or with a payment under way are not named (D3, D5).
        """
        overdue = self._overdue(followups)
        credits = credits_of(followups.debtor_id.filtered("amount_credit")) if overdue else {}
        said = {}
        for followup in followups.filtered(lambda f: f.purpose != "thanks"):
            others = overdue.get(followup.debtor_id.id)
            others = others and others - followup.instalment_ids
            if others and (text := self._text(followup, others, credits)):
                said[followup] = text
        return said

    def _text(self, followup, instalments, credits):
        """Sums by currency, less what credits pay of the oldest, and the first invoices."""
        today = followup.debtor_id._local_today()
        late = instalments.filtered(
            lambda i: self._counts_from(i, followup.debtor_id, today) < today
        )
        favour = credits.get(followup.debtor_id.id, {})
        sums, named = [], []
        for currency, own in late.grouped("currency_id").items():
            rest = sum(own.mapped("residual_currency")) - favour.get(currency, 0.0)
            if currency.compare_amounts(rest, 0.0) > 0:
                sums.append(self._amount(followup, rest, currency))
                named += dict.fromkeys(own.sorted("due_date").move_id.mapped("name"))
        if not sums:
            return False
        numbers = ", ".join(filter(None, named[:NAMED])) + (" …" if len(named) > NAMED else "")
        return f"{' + '.join(sums)} ({numbers})"

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
        overdue = {debtor.id: own for debtor, own in found.grouped("debtor_id").items()}
        if "writing" in memo:
            memo["overdue"] = overdue
        return overdue
