from odoo import models
from odoo.tools import SQL


class CollectionFollowup(models.Model):
    """What money does to thanks."""

    _inherit = "collection.followup"

    def _received(self):
        """What came in by the payments that thanks are about, without what was written off (A5)."""
        self.ensure_one()
        received = 0
        for partial in self.partial_ids:
            payment = partial.credit_move_id.payment_id
            booked = -sum(
                line.amount_currency
                for line in payment.move_id.line_ids
                if line.account_type == "asset_receivable"
            )
            share = min(1, payment.amount / booked) if booked > 0 else 1
            received += self.currency_id.round(partial.debit_amount_currency * share)
        return received

    def _drop_undone(self):
        """Take out of planned thanks the payments that were undone (A5)."""
        self.env["collection.followup.item"].flush_model()
        self.flush_recordset()
        taken_back = self.env["collection.followup.item"]._move_sql("cancelled", "reversed", "t")
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_followup_item t SET %s
                  FROM collection_followup f
                 WHERE f.id = t.followup_id AND f.id IN %s AND f.purpose = 'thanks'
                   AND %s AND t.state = 'planned' AND NOT EXISTS (%s)
                """,
                taken_back.assignment,
                tuple(self.ids) or (0,),
                taken_back.condition,
                self.env["collection.track.money"]._payment_of("t"),
            )
        )
        self.env["collection.followup.item"].invalidate_model(["state", "reason"])

    def _join(self):
        """Make one of planned thanks to the same customer, which waited or whose customers were merged.

        :return: those that have nothing left to say
        """
        emptied = self.browse()
        for own in self.grouped(lambda f: (f.debtor_id, f.currency_id, f.ruler_id)).values():
            first, rest = own[0], own[1:]
            if rest:
                first.partial_ids += rest.partial_ids
                rest.item_ids._planned().followup_id = first
                rest._cancel("replaced")
                emptied += rest
        return emptied
