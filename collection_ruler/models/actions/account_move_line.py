from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # nullable, without compute or default: adding it to a large table costs nothing (decision 11)
    collection_original_due_date = fields.Date(
        copy=False, help="The due date before another one was agreed that no run had seen yet."
    )

    def write(self, vals):
        """Another due date on a posted entry takes along what we know of the instalment (F7).

        An entry that is reset to draft first is corrected, not renegotiated: it begins anew.
        """
        if "date_maturity" not in vals:
            return super().write(vals)
        Rescheduling = self.env["collection.rescheduling"]
        instalments = Rescheduling._instalments_of(self)
        unknown = self._collection_unknown(instalments)
        result = super().write(vals)
        Rescheduling._follow(instalments, self)
        for line, due_date in unknown.items():
            original = line.collection_original_due_date or due_date
            super(AccountMoveLine, line).write(
                {"collection_original_due_date": original != line.date_maturity and original}
            )
        return result

    def _collection_unknown(self, instalments):
        """Receivables that no run has seen yet: the first date stays all the same (F7). What is corrected in
        draft has no other date than its own.

        :param instalments: those that these journal items stand for
        :return: {journal item: its due date now, None in draft}
        """
        known = {instalment._key() for instalment in instalments}
        return {
            line: (line.date_maturity or line.date) if line.parent_state == "posted" else None
            for line in self
            if line.account_type == "asset_receivable"
            and line._collection_key() not in known
            and (line.parent_state == "posted" or line.collection_original_due_date)
        }

    def _collection_key(self):
        """What an instalment knows its journal items by: entry, account, partner, due date."""
        self.ensure_one()
        due_date = self.date_maturity or self.date
        return self.move_id.id, self.account_id.id, self.partner_id.id, due_date
