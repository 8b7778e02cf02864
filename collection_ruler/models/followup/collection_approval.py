from odoo import api, models

from ...dunning.approvals import Row, Waiting, join
from ...dunning.purpose import Purpose
from ...dunning.reason import Reason


class CollectionApproval(models.AbstractModel):
    """Messages that wait for a person's word: one to each who hears them (A13, A14)."""

    _name = "collection.approval"
    _description = "Collection: messages that wait for approval"

    @api.model
    def _join(self, followups):
        """Make one message of those that wait for approval and go to the same person.

        :param followups: ``collection.followup`` that wait since now
        :return: those about which a person is to be asked still
        """
        Followup = self.env["collection.followup"].sudo()
        together = Followup.search(
            [
                ("debtor_id", "in", followups.debtor_id.ids),
                ("state", "=", "to_approve"),
                ("purpose", "=", Purpose.DUNNING),
                ("customer_hears", "=", True),
                ("fallback_of_id", "=", False),
            ],
            order="id",
        )
        found = join(filter(None, map(self._waiting, together)))
        Item = self.env["collection.followup.item"].sudo()
        Item.browse(found.overtaken)._move_to("skipped", Reason.OVERTAKEN)
        for item, kept in found.rows.items():
            Item.browse(item).followup_id = kept
        emptied = Followup.browse(found.emptied)
        for followup in emptied:
            kept = Followup.browse(found.emptied[followup.id])
            if kept.currency_id == followup.currency_id:
                kept.amount_due += followup.amount_due  # until a door says it exactly
        emptied._cancel(Reason.REPLACED)
        waiting = (followups | Followup.browse(found.emptied.values())).sudo() - emptied
        return waiting.filtered(lambda f: f.state == "to_approve" and not f.activity_id.active)

    def _waiting(self, followup):
        """A message as `dunning/` knows it, None for one that is about nothing any more."""
        rows = tuple(
            Row(item.id, self._claim(item), item.due_date, item.offset_days)
            for item in followup.item_ids._planned()
        )
        hearing = (
            followup.debtor_id.id,
            followup.partner_id.id,
            followup.step_id.recipient_role,
        )
        told = followup.channel, followup.decided_at or None
        return Waiting(followup.id, hearing, rows, *told) if rows else None

    def _claim(self, item):
        """What tells the instalment of a row of the ledger."""
        return item.move_id.id, item.account_id.id, item.partner_id.id, item.due_date
