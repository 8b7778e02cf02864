from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common.instalment_key import is_line_of


class CollectionThanks(models.AbstractModel):
    """What planned thanks are about, and what becomes of them when payments are undone (A5)."""

    _name = "collection.thanks"
    _description = "Collection: thanks and their payments"

    @api.model
    def _received(self, followup):
        """What came in by the payments that thanks are about, without what was written off (A5).

        :return: in the follow-up's currency
        """
        followup.ensure_one()
        received = 0
        for partial in followup.partial_ids:
            payment = partial.credit_move_id.payment_id
            booked = -sum(
                line.amount_currency
                for line in payment.move_id.line_ids
                if line.account_type == "asset_receivable"
            )
            share = min(1, payment.amount / booked) if booked > 0 else 1
            received += followup.currency_id.round(partial.debit_amount_currency * share)
        return received

    @api.model
    def _kept(self, followup):
        """What else came in by these payments and stands in the customer's favour: who pays 150 for 100 is
        thanked for 150 (A5).

        :return: in the follow-up's currency
        """
        followup.ensure_one()
        lines = followup.partial_ids.credit_move_id
        own = lines.filtered(lambda line: line.currency_id == followup.currency_id)
        return -sum(own.mapped("amount_residual_currency"))

    @api.model
    def _payment_of(self, item):
        """A query for the partial reconciliations that thanks are about.

        :param item: the alias of collection_followup_item, whose `occurrence` tells the payment
        """
        return SQL(
            """
            SELECT r.id FROM account_move_line l
              JOIN account_partial_reconcile r ON r.debit_move_id = l.id
              JOIN account_move_line o ON o.id = r.credit_move_id
             WHERE %s AND coalesce(-o.payment_id, o.id) = %s
            """,
            is_line_of("l", item),
            SQL.identifier(item, "occurrence"),
        )

    @api.model
    def _drop_undone(self, thanks):
        """Take out of planned thanks the payments that were undone (A5)."""
        Item = self.env["collection.followup.item"]
        Item.flush_model()
        thanks.flush_recordset()
        taken_back = Item._move_sql("cancelled", Reason.REVERSED, "t")
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_followup_item t SET %s
                  FROM collection_followup f
                 WHERE f.id = t.followup_id AND f.id IN %s AND f.purpose = 'thanks'
                   AND %s AND t.state = 'planned' AND NOT EXISTS (%s)
                """,
                taken_back.assignment,
                tuple(thanks.ids) or (0,),
                taken_back.condition,
                self._payment_of("t"),
            )
        )
        Item.invalidate_model(["state", "reason"])

    @api.model
    def _join(self, thanks):
        """Join planned thanks of one customer, reader, currency and ruler (they waited, or customers were
        merged).

        :return: those that have nothing left to say
        """
        emptied = thanks.browse()
        for own in thanks.grouped(
            lambda f: (f.debtor_id, f.currency_id, f.ruler_id, f.partner_id)
        ).values():
            first, rest = own[0], own[1:]
            if rest:
                first.partial_ids += rest.partial_ids
                rest.item_ids._planned().followup_id = first
                rest._cancel(Reason.REPLACED)
                emptied += rest
        return emptied
