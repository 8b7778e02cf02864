from odoo import api, fields, models

from ...dunning.ladder import effective_due


class CollectionInstalment(models.Model):
    _inherit = "collection.instalment"

    money_went_on = fields.Date(
        readonly=True,
        copy=False,
        help="When a payment of it, or of a part of it, was last seen to be gone: who paid did not forget.",
    )


class CollectionSettlement(models.AbstractModel):
    """What a payment that came and went leaves of an instalment: whether it counted, and where the ruler
    takes it up again (A5)."""

    _name = "collection.settlement"
    _description = "Collection: payments that came back"

    @api.model
    def _stood_unthanked(self, instalment, today):
        """Whether it was a payment that nobody wanted to give thanks for, but which stood for more than a
        day.

        :param instalment: ``collection.instalment`` that was settled
        :param today: local day of the company
        """
        return (
            instalment.settled_by_money
            and instalment.settled_on < today
            and not self._had_thanks_in_vain(instalment)
        )

    def _had_thanks_in_vain(self, instalment):
        """Whether thanks were planned since it was settled that will not be given any more."""
        return instalment.env["collection.followup.item"].search_count(
            [
                *instalment._key_domain(),
                ("followup_id.purpose", "=", "thanks"),
                ("state", "in", ("planned", "cancelled")),
                ("create_date", ">=", instalment.settled_on),
            ],
            limit=1,
        )

    @api.model
    def _last_offset(self, instalment):
        """The offset that the watermark of a ``collection.instalment`` stands at; None when nothing was
        said yet."""
        offsets = instalment._ladder().offsets
        said = [offset for offset in offsets if offset <= instalment.watermark]
        return said[-1] if said else None

    @api.model
    def _resume_offset(self, instalment, today):
        """The offset to be said again after a payment came back; None when none was reached yet.

        What is overdue by now is not announced as coming due: it begins at the first overdue step, also
        where nothing was said about it before, instead of at the step that its age would call for.

        :param instalment: ``collection.instalment``
        :param today: local day of the company
        """
        ruler, offset = instalment.ruler_id, self._last_offset(instalment)
        ladder, calendar = instalment._ladder(), ruler._contact_calendar(instalment.calendar_key)
        overdue = [one for one in ladder.offsets if one > 0]
        if effective_due(ladder, calendar, instalment.due_date) < today and overdue:
            offset = max(offset, overdue[0]) if offset is not None else overdue[0]
        return offset
