from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    type = fields.Selection(
        selection_add=[
            ("collection", "Collection contact"),
            ("escalation", "Escalation contact"),
        ]
    )
    collection_ruler_id = fields.Many2one(
        "collection.ruler",
        string="Ruler",
        company_dependent=True,
        help="Overrides the ruler that would be chosen for this customer's invoices.",
    )
    collection_debtor_ids = fields.One2many("collection.debtor", "partner_id", string="Debtor")
