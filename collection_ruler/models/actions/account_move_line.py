from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        """Another due date on a posted entry takes along what we know of the instalment (F7).

        An entry that is reset to draft first is corrected, not renegotiated: it begins anew.
        """
        if "date_maturity" not in vals:
            return super().write(vals)
        Rescheduling = self.env["collection.rescheduling"]
        instalments = Rescheduling._instalments_of(self)
        result = super().write(vals)
        Rescheduling._follow(instalments, self)
        return result

    def _collection_key(self):
        """What an instalment knows its journal items by: entry, account, partner, due date."""
        self.ensure_one()
        due_date = self.date_maturity or self.date
        return self.move_id.id, self.account_id.id, self.partner_id.id, due_date
