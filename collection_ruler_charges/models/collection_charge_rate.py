from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class CollectionChargeRate(models.Model):
    """A rate of interest and the day from which it holds; before the first of a rule none is charged (D6)."""

    _name = "collection.charge.rate"
    _inherit = ["collection.checked"]
    _description = "Rate of late interest"
    _order = "rule_id, date_from desc"

    rule_id = fields.Many2one(
        "collection.charge.rule", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="rule_id.company_id")
    date_from = fields.Date(string="From", required=True)
    percent = fields.Float(
        string="Rate (%)", digits=(16, 4), required=True, help="Without the points on top."
    )
    note = fields.Char(string="Where it was read")

    _once = models.UniqueIndex(
        "(rule_id, date_from)", "Two rates hold from the same day. Change the day of one of them."
    )
    _range = models.Constraint(
        "CHECK (percent BETWEEN -20 AND 100)",
        "A rate lies between -20 and 100 percent: 2.15 means 2.15 %. Correct the rate.",
    )

    @api.depends("date_from", "percent")
    def _compute_display_name(self):
        for rate in self:
            percent = rate.rule_id._percent_text(rate.percent)
            rate.display_name = self.env._(
                "%(percent)s %% from %(day)s",
                percent=percent,
                day=format_date(self.env, rate.date_from),
            )

    @api.ondelete(at_uninstall=False)
    def _keep_one_for_rulers(self):
        """:raise ValidationError: a ruler uses the rule, and this is its last rate"""
        for rule in self.rule_id:
            if rule.interest_period and rule.sudo().ruler_ids and not rule.rate_ids - self:
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” is used by “%(ruler)s” and needs at least one rate.",
                        rule=rule.name,
                        ruler=rule.sudo().ruler_ids[:1].name,
                    )
                )
