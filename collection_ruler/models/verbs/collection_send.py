import logging
from datetime import timedelta

import psycopg2
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...dunning.circuit_breaker import LEAST
from ...dunning.purpose import ASKS_FOR_MONEY
from ...dunning.reason import Reason
from ..common import clock
from .collection_verb import Tally

_logger = logging.getLogger(__name__)

# handing over stops so long before the window closes, so that Odoo's queue still meets it open
MARGIN = timedelta(minutes=10)


class CollectionSend(models.AbstractModel):
    """Lock, ask again what is owed, render, hand to Odoo's outboxes (door 1)."""

    _name = "collection.send"
    _inherit = ["collection.verb"]
    _description = "Collection: send follow-ups"

    @api.model
    def _todo(self, company):
        """Follow-ups whose instant has come, oldest first."""
        now = clock.naive_now(self.env)
        Followup = self.env["collection.followup"]
        waiting = (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "planned")
            & Domain("scheduled_at", "<=", now)
        )
        followups = Followup.search(waiting, order="scheduled_at, id")
        if len(followups) > LEAST:
            # as collection.followup._asks_for_money says
            asks = (
                Domain("customer_hears", "=", True)
                & Domain("purpose", "in", ASKS_FOR_MONEY)
                & ~Domain("step_id.mode", "=", "task")
            )
            if self._is_stopped_by_breaker(company, Followup.search_count(waiting & asks)):
                followups = Followup.search(waiting & ~asks, order="scheduled_at, id")
        return followups.ids

    @api.model
    def _prepare(self, company, followup_ids):
        """What takes long and must not hold locks: render missing invoice PDFs once, and store them.

        Of all that the messages would ask for now, not only of what their step is due for (C2).
        """
        followups = self._attaching(followup_ids)
        if not followups:
            return
        at = clock.now(self.env) + MARGIN
        pairs = self.env["collection.ledger"]._pairs(followups)
        checks = self.env["collection.door"]._check(followups, at, pairs)
        asked = [instalment for _followup, check in checks for instalment in check.asked]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT m.id, i.debtor_id
                  FROM collection_instalment i
                  JOIN account_move m ON m.id = i.move_id AND m.state = 'posted'
                 WHERE i.id IN %s
                   AND NOT EXISTS (
                       SELECT FROM ir_attachment a
                        WHERE a.res_model = 'account.move' AND a.res_id = m.id
                          AND a.res_field = 'invoice_pdf_report_file')
                """,
                tuple(asked) or (0,),
            )
        )
        for move_id, debtor_id in rows:
            move = self.env["account.move"].browse(move_id)
            if move.is_sale_document():
                self._store_pdf(move, debtor_id)

    def _store_pdf(self, move, debtor_id):
        """One PDF that cannot be made is told to a person; the message leaves without it."""
        try:
            # Odoo inserts the attachment before it writes the file: no row without its file
            with self.env.cr.savepoint():
                self.env["account.move.send"]._collection_store_pdf(move)
        except psycopg2.Error:
            raise
        except Exception as error:
            _logger.exception("No PDF could be made of %s (id %s)", move.name, move.id)
            self.env["collection.debtor"].browse(debtor_id)._schedule_task(
                self.env._("%s could not be attached: no PDF could be made", move.name),
                str(error)[:500],
                once=True,
            )

    def _attaching(self, followup_ids):
        """The ``collection.followup`` among these that attach invoices; others are not read."""
        self.env["collection.followup"].flush_model(["state", "purpose", "step_id"])
        self.env["collection.ruler.step"].flush_model(["attach_invoice"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.id
                  FROM collection_followup f
                  JOIN collection_ruler_step s ON s.id = f.step_id AND s.attach_invoice
                 WHERE f.id IN %s AND f.state = 'planned' AND f.purpose = 'dunning'
                 ORDER BY f.scheduled_at, f.id
                """,
                tuple(followup_ids) or (0,),
            )
        )
        return self.env["collection.followup"].browse([row[0] for row in rows])

    @api.model
    def _batch(self, company, followup_ids):
        """Hand over those that may leave now; keep, or cancel with a reason, the others."""
        Door = self.env["collection.door"]
        followups, pairs = Door._lock(followup_ids)
        if not followups:
            return Tally()
        Addressing = self.env["collection.addressing"]
        followups -= Addressing._ask_again(followups, pairs)
        if thanks := followups.filtered(lambda f: f.purpose == "thanks"):
            self.env["collection.thanks"]._drop_undone(thanks)
            followups -= self.env["collection.thanks"]._join(thanks)
        followups -= self.env["collection.ledger"]._take_back_needless(followups)
        now = clock.now(self.env)
        checks = Addressing._one_a_day(dict(Door._check(followups, now + MARGIN, pairs)), now)
        Door._apply(checks, now, pairs)
        leaving = followups.filtered(lambda f: f.state == "planned" and f.reason == Reason.DUE)
        leaving = leaving.filtered(lambda f: f.scheduled_at <= now.replace(tzinfo=None))
        self.env["collection.hand.over"]._leave(leaving)
        tally = Tally(done=len(followups.filtered(lambda f: f.state in ("queued", "sent"))))
        tally.failed = len(followups.filtered(lambda f: f.state in ("failed", "uncertain")))
        rest = followups.filtered(lambda f: f.state in ("planned", "to_approve", "cancelled"))
        tally.skipped.update(rest.mapped("reason"))
        return tally

    @api.model
    def _afterwards(self, company):
        """Odoo's queue leaves soon, and again while messages of ours are waiting."""
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    @api.model
    def _failed(self, company, unit, error):
        self.env["collection.followup"].sudo().browse(unit)._fail(Reason.ERROR, str(error)[:500])
