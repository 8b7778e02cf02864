from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class CollectionBlackout(models.Model):
    """Days on which a customer does not want to hear about money: a birthday, a feast, a holiday (B3)."""

    _name = "collection.blackout"
    _inherit = ["collection.checked"]
    _description = "Dates to avoid"
    _order = "date_from, id"

    debtor_id = fields.Many2one("collection.debtor", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", help="The last day. Empty: that day alone.")
    yearly = fields.Boolean(string="Each year")
    note = fields.Char(string="Occasion")

    _dates = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "These dates to avoid end before they begin. Correct one of them.",
    )

    @api.constrains("date_from", "date_to", "yearly")
    def _check_length(self):
        for blackout in self:
            if (
                blackout.yearly
                and blackout.date_to
                and (blackout.date_to - blackout.date_from).days > 180
            ):
                raise ValidationError(
                    self.env._(
                        "Dates that come each year cannot take up more than half of it: put a hold instead."
                    )
                )

    @api.depends("date_from", "date_to", "note")
    def _compute_display_name(self):
        for blackout in self:
            days = [
                format_date(self.env, day) for day in (blackout.date_from, blackout.date_to) if day
            ]
            blackout.display_name = " – ".join(days) + (
                f" ({blackout.note})" if blackout.note else ""
            )
