import logging
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import psycopg2
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...dunning.circuit_breaker import LEAST
from ...dunning.purpose import ASKS_FOR_MONEY
from ..common import clock
from ..common.bulk_sql import NO_JIT
from ..common.instalment_key import same_instalment
from .collection_verb import Tally

_logger = logging.getLogger(__name__)

# handing over stops so long before the window closes, so that Odoo's queue still meets it open
MARGIN = timedelta(minutes=10)


class CollectionSend(models.AbstractModel):
    """Third verb: lock, ask again what is owed, render, hand to Odoo's outboxes (door 1)."""

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
            asks = Domain("channel", "!=", "activity") & Domain("purpose", "in", ASKS_FOR_MONEY)
            if self._is_flooded(company, Followup.search_count(waiting & asks)):
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
        checks = self._check(followups, at, followups._pairs())
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
            if not move.is_sale_document():
                continue
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
        followups, pairs = self._lock(followup_ids)
        if not followups:
            return Tally()
        if thanks := followups.filtered(lambda f: f.purpose == "thanks"):
            thanks._drop_undone()
            followups -= thanks._join()
        now = clock.now(self.env)
        checks = dict(self._check(followups, now + MARGIN, pairs))
        followups._apply_checks(checks, now, pairs)
        leaving = followups.filtered(lambda f: f.state == "planned" and f.reason == "due")
        leaving = leaving.filtered(lambda f: f.scheduled_at <= now.replace(tzinfo=None))
        by_way = defaultdict(self.env["collection.followup"].browse)
        for followup in leaving:
            by_way[followup._way()] += followup
        for way, group in by_way.items():
            getattr(group, f"_send_{way}")()
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
        self.env["collection.followup"].sudo().browse(unit)._fail("error", str(error)[:500])

    def _lock(self, followup_ids):
        """First statement of the transaction: lock instalments and follow-ups (decision 4).

        Payments write instalments too, so what is read from here on stays true until the commit. What a
        payment holds at this moment is left for the next run.

        :return: (``collection.followup``, what `_pairs` says of them)
        """
        Followup = self.env["collection.followup"].sudo()
        waiting = SQL("f.id IN %s AND f.state = 'planned'", tuple(followup_ids))
        rows = self.env.execute_query(
            SQL(
                """
                %s
                WITH locked AS (
                    SELECT t.id
                      FROM collection_followup f
                      JOIN collection_followup_item t
                        ON t.followup_id = f.id AND t.state = 'planned'
                      JOIN collection_instalment i
                        ON %s
                     WHERE %s
                     ORDER BY i.id, f.id
                       FOR UPDATE OF f, i SKIP LOCKED)
                SELECT pair.*, pair.item_id IN (SELECT id FROM locked) FROM (%s) pair
                """,
                NO_JIT,
                same_instalment("i", "t"),
                waiting,
                Followup._pairs_query(waiting),
            )
        )
        # those whose entry is gone have no instalment that could be locked
        taken = {row[0] for row in rows if row[2] and not row[-1]}
        pairs = Followup._as_pairs(row[:-1] for row in rows if row[0] not in taken)
        return Followup.browse(pairs), pairs

    @api.model
    def _check(self, followups, at, pairs):
        """Ask `dunning/` about each follow-up at an instant; yields (follow-up, Recheck).

        :param at: aware UTC; the window has to be open then
        :param pairs: what `_pairs` says of them
        """
        spoken_to = defaultdict(list)  # those of this batch that day
        for followup, snapshot, planned in self._facts_of(followups, pairs):
            today = spoken_to[followup.debtor_id.id]
            if today:
                snapshot = replace(snapshot, contacts=(*snapshot.contacts, *today))
            check = followup._recheck(snapshot, planned, at)
            if check.verdict == "go" and followup._asks_for_money():
                today.append(snapshot.calendar.local_day(at))
            yield followup, check

    @api.model
    def _facts_of(self, followups, pairs):
        """What a door knows of each follow-up.

        :param pairs: what `_pairs` says of them
        :return: yields (follow-up, dunning Snapshot, [(instalment id, dunning Step)])
        """
        Snapshot = self.env["collection.snapshot"]
        for company, own in followups.grouped(lambda f: f.debtor_id.company_id).items():
            settings = Snapshot._settings(company.id)
            asked = [pair.instalment_id for f in own for pair in pairs.get(f.id, ())]
            snapshots = Snapshot._take(
                company.id, own.debtor_id.ids, asked=filter(None, asked), leaving=own.ids
            )
            for followup in own:
                planned = [
                    (pair.instalment_id, settings.steps[pair.step_id])
                    for pair in pairs.get(followup.id, ())
                    if pair.instalment_id and pair.step_id in settings.steps
                ]
                yield followup, snapshots[followup.debtor_id.id], planned
