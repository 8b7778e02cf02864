from odoo import api, fields, models
from odoo.tools import SQL

from ...dunning.reason import NO_GOOD_ADDRESS

# what decides to which contact messages go (B6), beside the addresses that channels read
DECIDES_CONTACT = {"type", "parent_id", "active"}


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
        index="btree_not_null",
        help="Overrides the ruler that would be chosen for this customer's invoices.",
    )
    collection_debtor_ids = fields.One2many("collection.debtor", "partner_id", string="Debtor")

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        addresses = self.env["collection.channel"]._all_address_fields()
        reachable = partners.filtered(lambda p: p.parent_id and any(p[name] for name in addresses))
        reachable._collection_address_changed()
        return partners

    def write(self, vals):
        result = super().write(vals)
        addresses = self.env["collection.channel"]._all_address_fields()
        if not (DECIDES_CONTACT | addresses).isdisjoint(vals):
            self._collection_address_changed()
        return result

    def _collection_address_changed(self):
        """Have the track verb look at those of whom a message failed for its address (C5, H2).

        One statement, whatever the number of partners; nobody waits for anything.
        """
        owners = tuple(self.sudo().commercial_partner_id.ids)
        if not owners:
            return
        self.env["collection.followup"].flush_model(["debtor_id", "state", "reason"])
        touched = self.env.execute_query(
            SQL(
                """
                INSERT INTO collection_debtor_refresh (debtor_id, money)
                SELECT d.id, FALSE FROM collection_debtor d
                 WHERE d.partner_id IN %s
                   AND EXISTS (SELECT FROM collection_followup f
                                WHERE f.debtor_id = d.id AND f.state = 'failed' AND f.reason IN %s)
                RETURNING debtor_id
                """,
                owners,
                NO_GOOD_ADDRESS,
            )
        )
        if touched:
            self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

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
