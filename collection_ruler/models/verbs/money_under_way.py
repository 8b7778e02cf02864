from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...dunning.bank import UNDER_WAY_DAYS
from ...dunning.bank_lines import LINE_DAYS
from ...dunning.reason import Reason
from ..common import clock
from ..facts.queries import flush_facts, in_flight


class CollectionMoneyTask(models.AbstractModel):
    """Payments that are under way for too long: they silence a debt, so somebody has to look (D3)."""

    _inherit = "collection.money.task"

    @api.model
    def _ask(self, reasons):
        reasons = list(reasons)
        result = super()._ask(reasons)
        Debtor = self.env["collection.debtor"].sudo()
        flying = {debtor.id for debtor, reason in reasons if reason == Reason.IN_FLIGHT}
        late = Debtor.browse(sorted(self._under_way(Debtor.browse(flying), late=True)))
        if late:
            note = self.env._(
                "It was registered or authorised more than %s days ago and has not arrived: match it or "
                "cancel it. Before that nobody is asked for what it pays.",
                UNDER_WAY_DAYS,
            )
            (late - self._told(late))._schedule_task(self._to_look_after(), note, once=True)
        return result

    def _to_look_after(self):
        return self.env._("Look after a payment that has not arrived")

    def _told(self, debtors):
        """Those who were asked about lately, whatever came of it."""
        tasks = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("res_model", "=", debtors._name),
                    ("res_id", "in", debtors.ids),
                    ("summary", "=", self._to_look_after()),
                    ("create_date", ">=", clock.naive_now(self.env) - timedelta(LINE_DAYS)),
                ]
            )
        )
        return debtors.browse(tasks.mapped("res_id"))

    def _under_way(self, debtors, late=False):
        """Ids of the debtors with a payment under way for something open.

        :param late: only of those whose newest one should have arrived
        """
        if not debtors:
            return set()
        flush_facts(self.env)
        now = clock.now(self.env)
        since = now.date() - timedelta(UNDER_WAY_DAYS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT i.debtor_id
                  FROM collection_instalment i
                  JOIN account_move m ON m.id = i.move_id
                 WHERE i.debtor_id IN %(debtors)s AND i.is_open AND (%(flying)s) AND %(late)s
                """,
                debtors=tuple(debtors.ids),
                flying=in_flight("m", now),
                late=SQL("%s < %s", _newest("m", "i"), since) if late else SQL("TRUE"),
            )
        )
        return {row[0] for row in rows}

    def _summaries(self):
        return [*super()._summaries(), self._to_look_after()]

    def _still_there(self, company, debtors):
        under_way = self._under_way(debtors)
        return {**super()._still_there(company, debtors), self._to_look_after(): under_way}


def _newest(move, instalment):
    """The day of the newest payment or transaction of an entry; of one without any its due date."""
    return SQL(
        """
        coalesce(
            greatest(
                (SELECT max(wp.date) FROM account_move__account_payment wm
                   JOIN account_payment wp ON wp.id = wm.payment_id
                  WHERE wm.invoice_id = %(m)s.id AND wp.state IN ('in_process', 'paid')),
                (SELECT max(wt.last_state_change)::date FROM account_invoice_transaction_rel wr
                   JOIN payment_transaction wt ON wt.id = wr.transaction_id
                  WHERE wr.invoice_id = %(m)s.id AND wt.state IN ('authorized', 'pending', 'done'))),
            %(i)s.due_date)
        """,
        m=SQL.identifier(move),
        i=SQL.identifier(instalment),
    )
