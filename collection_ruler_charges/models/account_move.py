from odoo import models


class AccountMove(models.Model):
    """A debit note that is cancelled, or comes back, frees or takes what it charged for (D6)."""

    _inherit = "account.move"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in ("draft", "cancel"):
            charges = self.env["collection.charge"].sudo()
            charges.search([("debit_move_id", "in", self.ids)])._follow_notes()
        return result
