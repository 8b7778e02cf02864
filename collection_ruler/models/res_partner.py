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
        check_company=True,
        help="Overrides the ruler that would be chosen for this customer's invoices.",
    )
    collection_debtor_ids = fields.One2many("collection.debtor", "partner_id", string="Debtor")

    def action_open_collection_debtor(self):
        """The debtor, or the list of them when several companies look after this customer."""
        self.ensure_one()
        debtors = self.collection_debtor_ids
        if len(debtors) == 1:
            return debtors.get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collection_ruler.collection_debtor_action"
        )
        return {**action, "domain": [("id", "in", debtors.ids)]}
