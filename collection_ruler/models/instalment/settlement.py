from odoo import models

from ...dunning.ladder import effective_due


class CollectionInstalment(models.Model):
    """What money does to an instalment."""

    _inherit = "collection.instalment"

    def _is_paid(self):
        """Nothing is owed on a posted entry."""
        self.ensure_one()
        return (
            not self.gone
            and self.move_id.state == "posted"
            and self.company_currency_id.compare_amounts(self.residual, 0) <= 0
        )

    def _had_thanks_in_vain(self):
        """Whether thanks were planned since it was settled that will not be given any more."""
        self.ensure_one()
        return self.env["collection.followup.item"].search_count(
            [
                ("move_id", "=", self.move_id.id),
                ("account_id", "=", self.account_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("due_date", "=", self.due_date),
                ("followup_id.purpose", "=", "thanks"),
                ("state", "in", ("planned", "cancelled")),
                ("create_date", ">=", self.settled_on),
            ],
            limit=1,
        )

    def _stood_unthanked(self, today):
        """A payment nobody wanted to give thanks for, but which stood for more than a day."""
        self.ensure_one()
        return self.settled_by_money and self.settled_on < today and not self._had_thanks_in_vain()

    def _last_offset(self):
        """The offset that the watermark stands at; None when nothing was said yet."""
        self.ensure_one()
        said = [o for o in self.ruler_id._ladder().offsets if o <= self.watermark]
        return said[-1] if said else None

    def _resume_offset(self, today):
        """The offset to be said again after a payment came back; None when none was reached yet.

        What is overdue by now is not announced as coming due: it begins at the first overdue step, also
        where nothing was said about it before, instead of at the step that its age would call for.
        """
        self.ensure_one()
        ladder = self.ruler_id._ladder()
        said = [o for o in ladder.offsets if o <= self.watermark]
        offset = said[-1] if said else None
        calendar = self.ruler_id._contact_calendar(self.calendar_key)
        overdue = [o for o in ladder.offsets if o > 0]
        if effective_due(ladder, calendar, self.due_date) < today and overdue:
            offset = max(offset, overdue[0]) if offset is not None else overdue[0]
        return offset
