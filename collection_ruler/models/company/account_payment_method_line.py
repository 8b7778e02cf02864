from odoo import api, fields, models
from odoo.exceptions import ValidationError

# nothing that people pay by takes longer, and a larger number would silence the ruler
MOST_DAYS = 15


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    collection_settlement_days = fields.Integer(
        string="Days to arrive",
        help="Bank days until money paid this way stands in your books: who paid on the due date is not "
        "reminded before. 0: as in the settings of Collections.",
    )

    @api.constrains("collection_settlement_days")
    def _check_collection_settlement_days(self):
        for line in self:
            if not 0 <= line.collection_settlement_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._("Money takes from 0 to %s bank days to arrive.", MOST_DAYS)
                )
