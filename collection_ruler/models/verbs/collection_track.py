from odoo import api, models
from odoo.tools import SQL

from ..common import clock
from ..common.bulk_sql import NO_JIT
from .collection_verb import Tally


class CollectionTrack(models.AbstractModel):
    """What became of messages and of money; thanks, returns, totals, stages."""

    _name = "collection.track"
    _inherit = ["collection.verb"]
    _description = "Collection: track outcomes"

    @api.model
    def _todo(self, company):
        """Debtors that something happened to, and those whose outbox needs a look."""
        self.env["collection.followup"].flush_model()
        self.env["mail.mail"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                %(no_jit)s
                SELECT t.debtor_id FROM collection_debtor_refresh t
                  JOIN collection_debtor d ON d.id = t.debtor_id WHERE d.company_id = %(company)s
                UNION
                SELECT f.debtor_id FROM collection_followup f
                 WHERE f.company_id = %(company)s AND f.state = 'queued' AND %(news)s
                UNION
                SELECT debtor_id FROM collection_hold
                 WHERE company_id = %(company)s AND state = 'active' AND date_to < %(today)s
                UNION
                -- a due date passed, and nothing else happened: figures go by the day
                SELECT d.id FROM collection_debtor d JOIN collection_instalment i ON i.debtor_id = d.id
                 WHERE d.company_id = %(company)s AND i.is_open AND i.due_date < %(today)s
                   AND (d.refreshed_on IS NULL OR (d.refreshed_on < %(today)s
                        AND i.due_date >= d.refreshed_on - 7))
                """,
                no_jit=NO_JIT,
                today=company._collection_calendar().local_day(clock.now(self.env)),
                company=company.id,
                news=self.env["collection.outcome"]._news(),
            )
        )
        return sorted(row[0] for row in rows)

    @api.model
    def _batch(self, company, debtor_ids):
        """Bring these debtors up to date."""
        debtors = self._take_debtors(debtor_ids)
        if not debtors:
            return Tally()
        touches = self.env.execute_query(
            SQL(
                "DELETE FROM collection_debtor_refresh WHERE id IN (SELECT id FROM "
                "collection_debtor_refresh WHERE debtor_id IN %s FOR UPDATE SKIP LOCKED) "
                "RETURNING debtor_id, money",
                tuple(debtors.ids),
            )
        )
        self._end_holds(company, debtors)
        self.env["collection.outcome"]._follow(
            self.env["collection.followup"].search(
                [("debtor_id", "in", debtors.ids), ("state", "=", "queued")]
            )
        )
        self._try_other_addresses(company, debtors)
        self.env["collection.track.payments"]._follow(company, debtors)
        self.env["collection.money.task"]._close(company, debtors)
        self.env["collection.unsent"]._close_tasks(company, debtors)
        self.env["collection.refresh"]._refresh(company, debtors)
        paid = debtors.browse(sorted({debtor for debtor, money in touches if money}))
        self.env["collection.profile"]._refresh(company, paid)
        return Tally(done=len(debtors))

    def _end_holds(self, company, debtors):
        """Holds whose last day has passed are over; a reply that nobody answered is not (C6)."""
        today = company._collection_calendar().local_day(clock.now(self.env))
        over = self.env["collection.hold"].search(
            [
                ("debtor_id", "in", debtors.ids),
                ("state", "=", "active"),
                ("date_to", "<", today),
                "|",
                ("origin", "!=", "reply"),
                ("answered_at", "!=", False),
            ]
        )
        over.state = "ended"
