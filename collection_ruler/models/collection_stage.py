from odoo import fields, models


class CollectionStage(models.Model):
    """A column of the boards: where a debtor or an instalment stands."""

    _name = "collection.stage"
    _description = "Collection Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("upcoming", "Upcoming"),
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

    def _of_kind(self, kind):
        """The first stage of a kind, empty when an administrator removed them all."""
        return self.search([("kind", "=", kind)], limit=1)
