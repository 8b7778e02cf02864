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
            if misfit := ruler._charge_misfit():
                raise ValidationError(misfit)

    def _charge_misfit(self):
        """Why this ruler cannot use its late charges, as a sentence that says what to do, or None (D6)."""
        self.ensure_one()
        _ = self.env._
        rule = self.charge_rule_id
        names = {"rule": rule.name, "ruler": self.name}
        if not rule.active:
            return _(
                "“%(rule)s” is archived: “%(ruler)s” needs other late charges, or none.", **names
            )
        if missing := rule._missing():
            return _(
                "“%(ruler)s” cannot use the late charges “%(rule)s” yet. %(missing)s",
                missing=missing,
                **names,
            )
        if rule.company_id and rule.company_id.root_id != self.company_id.root_id:
            return _("“%(rule)s” belongs to another company than “%(ruler)s”.", **names)
        return self._charge_misfit_of_customers(names)

    def _charge_misfit_of_customers(self, names):
        """Whom the ruler is for, and the charges are not."""
        _ = self.env._
        rule = self.charge_rule_id
        if rule.debtor_kind == "company" and self.customer_kind == "person":
            return _(
                "“%(rule)s” may be charged to companies only, and “%(ruler)s” is for persons. Choose late "
                "charges that persons may be asked for, or none.",
                **names,
            )
        if rule.debtor_kind == "person" and self.customer_kind == "company":
            return _(
                "“%(rule)s” may be charged to persons only, and “%(ruler)s” is for companies. Choose other "
                "late charges, or none.",
                **names,
            )
        if rule.country_ids and self.country_ids and not rule.country_ids & self.country_ids:
            return _(
                "“%(rule)s” holds in none of the countries of “%(ruler)s”. Choose other late charges, or "
                "none.",
                **names,
            )
        return None
