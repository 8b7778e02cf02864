from markupsafe import Markup
from odoo import api, models

from ..common.formatting import amount_text, date_text
from .sentences import PARAGRAPH


class CollectionRemaining(models.AbstractModel):
    """What thanks say of the rest of an invoice (A5)."""

    _name = "collection.remaining"
    _description = "Collection: what remains after a payment"

    @api.model
    def _say(self, spoken):
        """What is open of the invoices that were paid for, and until when; empty where nothing is."""
        followup = spoken.followup
        rest = self._open_of_batch(spoken).get(followup.id, self.env["collection.instalment"])
        kept = self.env["collection.thanks"]._kept(followup)
        credit = Markup()
        if followup.currency_id.compare_amounts(kept, 0) > 0:
            credit = PARAGRAPH % self.env._(
                "%s of it stands to your credit.", self._amount(spoken, kept)
            )
        return credit + (PARAGRAPH % self._in_words(spoken, rest) if rest else Markup())

    def _amount(self, spoken, amount):
        return amount_text(self.env, amount, spoken.followup.currency_id, spoken.by_code)

    def _in_words(self, spoken, rest):
        """:param rest: ``collection.instalment`` that are open, the oldest due date first; at least one"""
        amount = self._amount(spoken, sum(rest.mapped("residual_currency")))
        first = rest[0]
        day = date_text(self.env, first.due_date)
        if len(rest) > 1:
            return self.env._(
                "%(amount)s of it remains open in %(count)s instalments, the first of %(first)s with the due "
                "date %(day)s.",
                amount=amount,
                count=len(rest),
                first=self._amount(spoken, first.residual_currency),
                day=day,
            )
        if first.due_date < spoken.today:
            return self.env._(
                "%(amount)s of it remains open, with the due date %(day)s. If you need another date, just "
                "reply.",
                amount=amount,
                day=day,
            )
        return self.env._("%(amount)s of it remains open, due on %(day)s.", amount=amount, day=day)

    def _open_of_batch(self, spoken):
        """What is open of invoices that are thanked for, read once for all thanks of a batch.

        :return: {follow-up id: ``collection.instalment`` in its currency, the oldest due date first}
        """
        known = spoken.batch.known
        if "remaining" in known:
            return known["remaining"]
        batch = [s for s in spoken.batch.values() if s.is_thanks]
        moves = {move for s in batch for move in s.moves}
        found = self.env["collection.instalment"].sudo()
        found = found.search(
            [("move_id", "in", list(moves)), ("is_open", "=", True)], order="due_date, id"
        )
        by_key = found.grouped(lambda i: (i.move_id.id, i.debtor_id, i.currency_id))
        result = {}
        for s in batch:
            keys = [(move, s.debtor, s.followup.currency_id) for move in s.moves]
            rest = found.browse().union(*(by_key[key] for key in keys if key in by_key))
            result[s.followup.id] = rest.sorted(lambda i: (i.due_date, i.id))
        known["remaining"] = result
        return result
