from odoo import fields, models
from odoo.tools import SQL

from ...dunning.profile import Thresholds

THRESHOLDS = {
    "collection_punctual_days",
    "collection_forgetful_days",
    "collection_late_days",
    "collection_profile_instalments",
}


class ResCompany(models.Model):
    """Where one class of payers ends and the next begins (F6)."""

    _inherit = "res.company"

    collection_punctual_days = fields.Integer(
        string="Punctual up to", default=2, help="Days late on average."
    )
    collection_forgetful_days = fields.Integer(
        string="Forgetful up to", default=10, help="Days late on average."
    )
    collection_late_days = fields.Integer(
        string="Late up to", default=45, help="Days late on average; beyond, a customer is chronic."
    )
    collection_profile_instalments = fields.Integer(
        string="New below",
        default=3,
        help="With fewer instalments that were paid or are overdue, a customer is new.",
    )

    _collection_profile_days = models.Constraint(
        "CHECK (collection_punctual_days >= 0 "
        "AND collection_punctual_days < collection_forgetful_days "
        "AND collection_forgetful_days < collection_late_days)",
        "The days of the payer profile have to rise: punctual, then forgetful, then late. Correct them, "
        "for example 2, 10 and 45.",
    )
    _collection_profile_instalments_min = models.Constraint(
        "CHECK (collection_profile_instalments >= 1)",
        "A payer profile rests on at least 1 instalment. Enter 1 or more.",
    )

    def write(self, vals):
        """Other thresholds: the next run looks at each customer again."""
        changed = self.filtered(
            lambda company: any(vals[name] != company[name] for name in THRESHOLDS & set(vals))
        )
        done = super().write(vals)
        changed._collection_forget_profiles()
        return done

    def _collection_forget_profiles(self):
        """The profiles stay as they are until the next run, which makes them anew."""
        if self:
            self.env["collection.debtor"].flush_model(["profile_on"])
            self.env.cr.execute(
                SQL(
                    "UPDATE collection_debtor SET profile_on = NULL WHERE company_id IN %s",
                    tuple(self.ids),
                )
            )
            self.env["collection.debtor"].invalidate_model(["profile_on"])

    def _collection_thresholds(self):
        """Where the classes of this root company end, as plain Python.

        :return: dunning Thresholds
        """
        self.ensure_one()
        return Thresholds(
            self.collection_punctual_days,
            self.collection_forgetful_days,
            self.collection_late_days,
            self.collection_profile_instalments,
        )
