from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionRuler(models.Model):
    """Which late charges the customers of a ruler may be asked for (D6)."""

    _inherit = "collection.ruler"

    charge_rule_id = fields.Many2one(
        "collection.charge.rule",
        string="Late charges",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('company_id', 'in', (False, company_id))]",
        help="What a person may charge for late payment. Nothing is charged by itself.",
    )
    charge_note = fields.Char(compute="_compute_charge_note")

    @api.depends("charge_rule_id", "customer_kind")
    def _compute_charge_note(self):
        for ruler in self:
            kind = ruler.charge_rule_id.debtor_kind
            ruler.charge_note = False
            if kind == "company" and not ruler.customer_kind:
                ruler.charge_note = self.env._(
                    "Persons are charged nothing: the rule is for companies."
                )
            elif kind == "person" and not ruler.customer_kind:
                ruler.charge_note = self.env._(
                    "Companies are charged nothing: the rule is for persons."
                )

    @api.constrains("charge_rule_id", "customer_kind", "country_ids", "company_id")
    def _check_charge_rule(self):
        for ruler in self.filtered("charge_rule_id"):
            if misfit := ruler.charge_rule_id._misfit(ruler):
                raise ValidationError(misfit)


class CollectionRulerStep(models.Model):
    """Whether a message names the late charges."""

    _inherit = "collection.ruler.step"

    show_charges = fields.Boolean(
        string="Name the late charges",
        help="Adds a table of the charges until today, apart from what it asks for, where the message has a "
        "place for it. It charges nothing.",
    )
