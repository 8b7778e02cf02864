from odoo import fields, models


class CollectionInstalment(models.Model):
    """What another due date leaves of the course that the old one had (A14, F7)."""

    _inherit = "collection.instalment"

    said_before = fields.Integer(
        copy=False,
        help="The highest offset of overdue words that were said for an earlier due date.",
    )
    agreed_at = fields.Datetime(
        copy=False, help="When the customer agreed on the due date, which is a word of theirs."
    )

    _another_date = models.Index(
        "(ruler_id, calendar_key) WHERE is_open AND original_due_date IS NOT NULL"
    )

    def _ladder(self):
        """The ladder by which it goes: another due date has a course of its own."""
        self.ensure_one()
        said_before = self.said_before if self.original_due_date else None
        return self.ruler_id._to_ladder().agreed(said_before)
