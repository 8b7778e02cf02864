from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionStage(models.Model):
    """A column of the boards: where a debtor or an instalment stands."""

    _name = "collection.stage"
    _description = "Collection Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("upcoming", "Not reminded"),
            ("reminder", "Reminder"),
            ("promise", "Promise"),
            ("waiting_for_us", "Waiting for us"),
            ("dispute", "Dispute"),
            ("hold", "Hold"),
            ("review", "Review"),
            ("handover", "Hand-over"),
            ("settled", "Settled"),
        ],
        required=True,
        default="reminder",
        help="What it means that a debtor stands here; facts, not people, move debtors along.",
    )
    fold = fields.Boolean(help="Folded in the kanban views.")

    @api.ondelete(at_uninstall=False)
    def _keep_what_is_in_use(self):
        """:raise UserError: who stands in it or leads to it, and what to do"""
        for stage in self:
            of_stage = [("stage_id", "=", stage.id)]
            steps = self.env["collection.ruler.step"].search(of_stage)
            customers = self.env["collection.debtor"].sudo().search_count(of_stage)
            instalments = self.env["collection.instalment"].sudo().search_count(of_stage)
            if steps:
                raise UserError(
                    self.env._(
                        "Steps lead to the stage “%(stage)s”: %(steps)s. Choose another one for them "
                        "first.",
                        stage=stage.name,
                        steps="; ".join(f"{step.ruler_id.name}: {step.name}" for step in steps),
                    )
                )
            if customers or instalments:
                raise UserError(
                    self.env._(
                        "The stage “%(stage)s” is in use: %(customers)s customers, %(instalments)s "
                        "instalments. Fold it or give it another name.",
                        customers=customers,
                        instalments=instalments,
                        stage=stage.name,
                    )
                )

    def _of_kind(self, kind):
        """The first stage of a kind, empty when an administrator removed them all."""
        return self.search([("kind", "=", kind)], limit=1)
