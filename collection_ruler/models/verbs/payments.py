from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common.instalment_key import is_line_of, is_money, same_instalment


class Payment(NamedTuple):
    """What reduced an instalment."""

    debtor_id: int
    instalment_id: int
    currency_id: int
    partial_id: int
    is_money: bool  # no credit note or write-off
    date: date
    is_new: bool  # not looked at before
    line: int  # minus the payment's id, else the id of the journal item


class CollectionTrackPayments(models.AbstractModel):
    """The part of track that follows money: settled, returned, thanked for, and what need not be said any
    more."""

    _name = "collection.track.payments"
    _description = "Collection: track payments"

    @api.model
    def _follow(self, company, debtors):
        """Bring instalments, planned messages and tasks of these debtors up to date with what was paid.

        :param company: root ``res.company``
        :param debtors: ``collection.debtor``, locked
        """
        Thanks, Returns = self.env["collection.track.thanks"], self.env["collection.track.returns"]
        today = company._collection_today()
        payments = self._payments(debtors)
        changed = self._changed(debtors)
        returned = changed.filtered("is_open")
        self._settle(changed - returned, payments, today)
        dropped, undone = Thanks._cancel_undone(debtors), Thanks._note_undone(debtors)
        Returns._note_gone(returned, dropped | undone, today)
        Returns._follow(returned, undone, today)
        self._cancel_settled(debtors)
        Returns._replan_unsaid(debtors)
        self._close_tasks(debtors)
        Thanks._give(company, payments, today)

    def _changed(self, debtors):
        """The ``collection.instalment`` that were settled, or are open again, since we last looked."""
        return (
            self.env["collection.instalment"]
            .sudo()
            .search(
                [
                    ("debtor_id", "in", debtors.ids),
                    ("ruler_id", "!=", False),
                    ("gone", "=", False),
                    "|",
                    "&",
                    ("is_open", "=", False),
                    ("settled_on", "=", False),
                    "&",
                    ("is_open", "=", True),
                    ("settled_on", "!=", False),
                ]
            )
        )

    def _settle(self, closed, payments, today):
        """Note since when what is closed is paid, and whether by money."""
        settled = closed.filtered(lambda i: i._is_paid())
        settled.write({"settled_on": today, "next_date": False, "waiting_reason": False})
        by_money = {payment.instalment_id for payment in payments if payment.is_money}
        settled.filtered(lambda i: i.id in by_money).settled_by_money = True
        settled.filtered(lambda i: i.id not in by_money).settled_by_money = False

    def _payments(self, debtors):
        """What reduced instalments since we last looked, and what settled those that are settled now.

        :return: list of Payment
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["collection.debtor"].flush_model(["thanked_up_to_partial_id"])
        self.env["collection.instalment"].flush_model(["settled_on", "is_open"])
        rows = self.env.execute_query(
            SQL(
                """
                -- first whose, then what was paid: PostgreSQL believes that next to no journal item
                -- fits an instalment, and would compare each instalment with each of the debtors
                WITH own AS MATERIALIZED (
                    SELECT i.*, coalesce(d.thanked_up_to_partial_id, 0) AS known
                      FROM collection_debtor d
                      JOIN collection_instalment i ON i.debtor_id = d.id
                      -- most instalments were never paid, or long ago: those are not looked at
                       AND (i.settled_on IS NULL OR i.is_open)
                     WHERE d.id IN %(debtors)s)
                SELECT i.debtor_id, i.id, i.currency_id, r.id,
                       %(money)s AND p.amount IS DISTINCT FROM 0, o.date,
                       r.id > i.known,
                       -- a payment cancelled and booked again has another journal item
                       coalesce(-o.payment_id, o.id)
                  FROM own i
                  JOIN account_move_line l ON %(same)s
                  JOIN account_partial_reconcile r ON r.debit_move_id = l.id
                  JOIN account_move_line o ON o.id = r.credit_move_id
                  JOIN account_journal j ON j.id = o.journal_id
                  LEFT JOIN account_payment p ON p.id = o.payment_id
                 WHERE r.id > i.known OR (NOT i.is_open AND i.settled_on IS NULL)
                ORDER BY 4
                """,
                money=is_money("j"),
                same=is_line_of("l", "i"),
                debtors=tuple(debtors.ids),
            )
        )
        return [Payment(*row) for row in rows]

    def _cancel_settled(self, debtors):
        """Planned messages that have nothing left to say; door 1 trims the others."""
        planned = self.env["collection.followup"].search(
            [
                ("debtor_id", "in", debtors.ids),
                ("purpose", "in", ("dunning", "returned")),
                ("state", "in", ("planned", "to_approve")),
            ]
        )
        if not planned:
            return
        Instalment = self.env["collection.instalment"].sudo()
        for followup_id, pairs in self.env["collection.ledger"]._pairs(planned).items():
            mine = Instalment.browse(pair.instalment_id for pair in pairs if pair.instalment_id)
            if not any(mine.mapped("is_open")):
                paid = any(instalment._is_paid() for instalment in mine)
                planned.browse(followup_id)._cancel(Reason.PAID if paid else Reason.GONE)

    def _close_tasks(self, debtors):
        """Calls and reviews that have no subject any more: all they were about is settled, or is owed by
        somebody else now."""
        self.env["collection.followup"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.activity_id
                  FROM collection_followup f
                  LEFT JOIN collection_followup_item t ON t.followup_id = f.id
                  LEFT JOIN collection_instalment i
                    ON %s AND i.debtor_id = f.debtor_id
                 WHERE f.debtor_id IN %s AND f.activity_id IS NOT NULL
                 GROUP BY f.activity_id HAVING bool_or(i.is_open) IS NOT TRUE
                """,
                same_instalment("i", "t"),
                tuple(debtors.ids),
            )
        )
        self.env["mail.activity"].sudo().browse([row[0] for row in rows]).unlink()
