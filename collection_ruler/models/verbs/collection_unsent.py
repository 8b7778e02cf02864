from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ...dunning.sending import a_person_sends
from ..common.instalment_key import is_unsent


class CollectionUnsent(models.AbstractModel):
    """Who is asked to send invoices that no step delivers: nothing is said about them before (A3)."""

    _name = "collection.unsent"
    _description = "Collection: invoices that a person sends"

    @api.model
    def _ask(self, decisions):
        """A task for each customer, once, whose invoice was posted since the ruler runs; what was open
        before is one task for whoever answers for the ruler.

        :param decisions: [(``collection.debtor``, Decision)], of one root company
        """
        waiting = {
            key
            for _debtor, decision in decisions
            for key, reason in decision.waiting.items()
            if reason == Reason.NOT_SENT
        }
        if not waiting:
            return
        instalments = self.env["collection.instalment"].sudo().browse(waiting).exists()
        new, old = instalments.browse(), instalments.browse()
        for one in instalments:
            by_hand = self._is_by_hand(one)
            if not a_person_sends(one._ladder(), one.watermark, by_hand):
                continue
            started = one.ruler_id.started_at
            if started and one.create_date <= started:
                old |= one
            else:
                new |= one
        for ruler, own in new.grouped("ruler_id").items():
            own.debtor_id._schedule_task(self._summary(), self._help(), ruler, once=True)
        for company in old.debtor_id.company_id:
            self.env["collection.manager.task"].sudo()._ask(
                company, self._summary_of_backlog(), self._help()
            )

    def _is_by_hand(self, instalment):
        move = instalment.move_id
        return self.env["account.move.send"].sudo()._get_default_sending_methods(move) == {"manual"}

    @api.model
    def _close_tasks(self, company, debtors):
        """The tasks are done once nothing is left to send.

        :param company: their root ``res.company``
        """
        tasks = debtors._open_tasks(self._summary())
        if not tasks:
            return
        self.env["account.move"].flush_model(["is_move_sent"])
        self.env["collection.instalment"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT i.debtor_id FROM collection_instalment i
                  JOIN account_move m ON m.id = i.move_id
                 WHERE i.debtor_id IN %s AND i.is_open AND %s
                """,
                tuple(tasks.mapped("res_id")),
                is_unsent("i", "m"),
            )
        )
        left = {row[0] for row in rows}
        tasks.filtered(lambda task: task.res_id not in left).unlink()

    def _summary(self):
        return self.env._("Send the invoices that did not go out")

    def _summary_of_backlog(self):
        return self.env._("Open invoices from before were never sent")

    def _help(self):
        return self.env._(
            "The ruler says nothing about an invoice before its customer has it. Send it from the invoice; "
            "where they have it already, by post for instance, choose Actions ▸ Mark as sent there, or press "
            "“Mark invoices as sent” on the debtor."
        )
