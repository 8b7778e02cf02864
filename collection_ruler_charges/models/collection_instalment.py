from odoo import api, models
from odoo.addons.collection_ruler.models.debtor.credits import credits_of


class CollectionInstalment(models.Model):
    """From when charges count; what was charged knows an instalment by its key, as the ledger does."""

    _inherit = "collection.instalment"

    @api.model
    def _ledger_models(self):
        return (*super()._ledger_models(), "collection.charge")

    def _charged_from(self):
        """The due date that charges count from, before it moves to a bank day: the one place that says so."""
        self.ensure_one()
        return self.original_due_date or self.due_date

    def _with_credits(self):
        """Those whose debtor has open credits in the same currency: nobody knows yet what they pay, and since
        when, so that charges on them may be too high (D2)."""
        instalments = self.sudo()
        credits = credits_of(instalments.debtor_id) if self else {}
        return instalments.filtered(lambda i: i.currency_id in credits.get(i.debtor_id.id, ()))
