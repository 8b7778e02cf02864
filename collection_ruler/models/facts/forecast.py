from collections import defaultdict
from datetime import UTC, timedelta

from odoo import api, models
from odoo.tools import SQL

from ...dunning.foreseen import ALWAYS, NEVER, Customer, Foreseen, Planned
from ...dunning.purpose import ASKS_FOR_MONEY
from ...dunning.reason import Reason
from ..common.instalment_key import hold_covers, same_instalment
from ..common.memo import Memo

# debtors whose facts are in memory at once
BATCH = 2000


class CollectionForecastFacts(models.AbstractModel):
    """The snapshot of decisions, with what is known of the days to come; writes nothing (A12).

    What a payment is under way for, what the bank may know of and what is blocked stays silent in the
    forecast: it is most likely paid, or a person's. Holds, pauses and the dates of a ruler end on their day.
    """

    _name = "collection.forecast.facts"
    _inherit = ["collection.snapshot"]
    _description = "Collection: facts for a forecast"

    @api.model
    def _customers(self, company):
        """The debtors of a root company about whom something may be said, a batch in memory at a time.

        :return: generator of dunning ``Customer``
        """
        self.env["collection.instalment"].flush_model()
        self.env["collection.followup"].flush_model()
        # statements over thousands of debtors look dear; to compile them takes longer than they do
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        ids = dict(self._debtors(company))
        times = self._rulers(company)
        memo, debtors = Memo(), list(ids)
        for first in range(0, len(debtors), BATCH):
            batch = debtors[first : first + BATCH]
            outlook = times, self._held_until(company, batch)
            facts = self.with_context(collection_memo=memo, collection_outlook=outlook)
            come = {key: None for debtor in batch for key in ids[debtor] or ()}
            snapshots = facts._take(company.id, batch, come)
            planned = facts._planned(company, batch, snapshots)
            calendars = facts._settings(company.id).calendars
            keys = dict(facts._places(batch))
            for debtor, snapshot in snapshots.items():
                rulers = {claim.ladder.id for claim in snapshot.claims}
                comes_by = {ruler: calendars[ruler, keys[debtor]] for ruler in sorted(rulers)}
                yield Customer(snapshot, comes_by, tuple(planned[debtor]))

    def _settings(self, company_id):
        """As decisions have them; a pause of the company is in the first day on which rulers speak."""
        return super()._settings(company_id)._replace(is_paused=False)

    def _claim(self, row, partner_id, settings, come, said):
        rulers, held = self.env.context["collection_outlook"]
        starts, ends = rulers[row.ruler_id]
        lasting = row
        if not row.speaks or row.held:  # for now; the forecast knows until when
            lasting = row._replace(speaks=True, held=False)
        claim = super()._claim(lasting, partner_id, settings, come, said)
        block, free_from = claim.block, NEVER
        if row.held and block is None:
            block, until = Reason.HELD, held.get(row.id)
            free_from = until + timedelta(days=1) if until else NEVER
        values = {**vars(claim), "block": block}
        return Foreseen(**values, starts=starts, ends=ends, free_from=free_from)

    def _rulers(self, company):
        """When each ruler speaks: {ruler id: (first day, last day)}; `NEVER` for one that stands still."""
        rulers = self.env["collection.ruler"].with_context(active_test=False)
        until = company.collection_paused_until if company._collection_is_paused() else None
        return {
            ruler.id: (
                max(ruler.date_from or ALWAYS, until or ALWAYS)
                if ruler.active and ruler.state == "running"
                else NEVER,
                ruler.date_to or NEVER,
            )
            for ruler in rulers.search([("company_id", "=", company.id)])
        }

    def _debtors(self, company):
        """Rows (debtor id, ids of its open instalments) of those who have one with a ruler, or for whom
        something is planned."""
        return self.env.execute_query(
            SQL(
                """
                SELECT d.id, array_agg(i.id) FILTER (WHERE i.id IS NOT NULL)
                  FROM collection_debtor d
                  LEFT JOIN collection_instalment i
                    ON i.debtor_id = d.id AND i.is_open AND i.ruler_id IS NOT NULL
                 WHERE d.company_id = %(company)s
                   AND (i.id IS NOT NULL OR EXISTS (
                        SELECT FROM collection_followup f
                         WHERE f.debtor_id = d.id AND f.state IN ('planned', 'to_approve')))
                 GROUP BY d.id ORDER BY d.id
                """,
                company=company.id,
            )
        )

    def _places(self, debtor_ids):
        """Rows (debtor id, calendar key)."""
        return self.env.execute_query(
            SQL("SELECT id, calendar_key FROM collection_debtor WHERE id IN %s", tuple(debtor_ids))
        )

    def _held_until(self, company, debtor_ids):
        """The last day of the holds on each instalment of these debtors: {instalment id: date, or None
        for until somebody ends it} (F5)."""
        self.env["collection.hold"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id, CASE WHEN bool_and(h.date_to IS NOT NULL) THEN max(h.date_to) END
                  FROM collection_hold h
                  JOIN collection_instalment i ON %(covers)s AND i.is_open
                 WHERE h.debtor_id IN %(debtors)s
                 GROUP BY i.id
                """,
                covers=hold_covers("h", "i", company._collection_today()),
                debtors=tuple(debtor_ids),
            )
        )
        return dict(rows)

    def _planned(self, company, debtor_ids, snapshots):
        """What is written down and has not left: {debtor id: [Planned]}.

        A reminder or delivery whose instalments are all settled is left out, since its door will say no.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.debtor_id, f.scheduled_at, f.channel, f.customer_hears, f.purpose, f.state,
                       f.ruler_id,
                       array_agg(i.id) FILTER (WHERE i.id IS NOT NULL)
                  FROM collection_followup f
                  LEFT JOIN collection_followup_item t
                    ON t.followup_id = f.id AND t.state = 'planned'
                  LEFT JOIN collection_instalment i
                    ON %(same)s AND i.is_open
                 WHERE f.debtor_id IN %(debtors)s AND f.state IN ('planned', 'to_approve')
                 GROUP BY f.id
                HAVING f.purpose = 'thanks' OR count(t.id) = 0 OR count(i.id) > 0
                """,
                same=same_instalment("i", "t"),
                debtors=tuple(debtor_ids),
            )
        )
        planned = defaultdict(list)
        for debtor, at, channel, hears, purpose, state, ruler, claims in rows:
            calendar = snapshots[debtor].calendar
            planned[debtor].append(
                Planned(
                    calendar.local_day(at.replace(tzinfo=UTC)),
                    channel,
                    _kind(hears, purpose, state),
                    ruler or 0,
                    frozenset(claims or ()) if purpose != "thanks" else frozenset(),
                    purpose in ASKS_FOR_MONEY,
                )
            )
        return planned


def _kind(customer_hears: bool, purpose: str, state: str) -> str:
    """The kind of a follow-up, as the forecast counts it."""
    if not customer_hears:
        return "task"
    if purpose == "delivery":
        return "delivery"
    return "approval" if state == "to_approve" else "message"
