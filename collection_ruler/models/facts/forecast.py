from collections import defaultdict
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial

from odoo import api, models
from odoo.tools import SQL, split_every

from ...dunning.foreseen import ALWAYS, NEVER, Customer, Foreseen, Planned
from ...dunning.purpose import ASKS_FOR_MONEY, Purpose
from ...dunning.reason import Reason
from ..common.instalment_key import hold_covers, same_instalment
from ..common.memo import Memo, memo_of
from .of_instalments import done_and_moved
from .standing import Standings

# debtors whose facts are in memory at once
BATCH = 1000


class CollectionForecastFacts(models.AbstractModel):
    """The snapshot of decisions, with what is known of the days to come; writes nothing (A12).

    What a payment is under way for and what is blocked stays silent in the forecast: it is most likely paid,
    or a person's. Holds, pauses, the dates of a ruler and what money on the bank silences end on their day.
    """

    _name = "collection.forecast.facts"
    _inherit = ["collection.snapshot"]
    _description = "Collection: facts for a forecast"

    @api.model
    def _customers(self, company, forecast):
        """The debtors of a root company about whom something may be said, a batch in memory at a time.

        Most stand exactly as somebody else does. That is seen from their rows alone: facts are made of few.

        :param forecast: dunning Forecast, for whose days they are
        :return: generator of (standing, how to make its dunning ``Customer``), see `standing.Standings`
        """
        self.env["collection.instalment"].flush_model()
        self.env["collection.followup"].flush_model()
        # statements over thousands of debtors look dear; to compile them takes longer than they do
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        times, memo, debtors = self._rulers(company), Memo(), self._debtors(company)
        # once for all: to find the few that were moved is to read the ledger
        memo["moved"] = done_and_moved(self.env, SQL("i.is_open AND i.ruler_id IS NOT NULL"))
        for ids in split_every(BATCH, debtors):
            outlook = times, self._held_until(company, ids)
            facts = self.with_context(collection_memo=memo, collection_outlook=outlook)
            yield from facts._of_batch(company, ids, forecast)

    @api.model
    def _of(self, company, debtor_ids):
        """Some debtors of a root company as they stand, with what was said and heard (C8).

        :return: {debtor id: dunning ``Customer``}
        """
        for model in ("collection.instalment", "collection.followup", "collection.followup.item"):
            self.env[model].flush_model()
        ids = tuple(debtor_ids) or (0,)
        memo = memo_of(self.env)
        moved = SQL("i.is_open AND i.ruler_id IS NOT NULL AND i.debtor_id IN %s", ids)
        memo["moved"] = done_and_moved(self.env, moved)
        outlook = self._rulers(company), self._held_until(company, ids)
        facts = self.with_context(collection_memo=memo, collection_outlook=outlook)
        debtors, batch = facts._read(company.id, ids)
        planned = facts._planned({debtor.id: debtor.calendar_key for debtor in debtors}, batch)
        return {
            debtor.id: facts._customer(debtor, batch, tuple(planned.get(debtor.id, ())))
            for debtor in debtors
        }

    def _of_batch(self, company, ids, forecast):
        """The customers of one batch, as `_customers` yields them.

        :param ids: of debtors
        """
        debtors, batch = self._read(company.id, ids, recalls=False)
        planned = self._planned({debtor.id: debtor.calendar_key for debtor in debtors}, batch)
        standings = Standings(batch, self.env.context["collection_outlook"][1], forecast)
        for debtor in debtors:
            about = tuple(planned.get(debtor.id, ()))
            yield standings.of(debtor, about), partial(self._customer, debtor, batch, about)

    def _customer(self, debtor, batch, planned):
        """The Customer of one OpenDebtor.

        :param planned: tuple of Planned
        """
        snapshot = self._facts_of(debtor, batch)
        if snapshot.return_notice_on == NEVER:  # what wants approval is let go the same day
            snapshot = replace(snapshot, return_notice_on=None)
        rulers = sorted({claim.ladder.id for claim in snapshot.claims})
        calendars = batch.settings.calendars
        comes_by = {ruler: calendars[ruler, debtor.calendar_key] for ruler in rulers}
        return Customer(snapshot, comes_by, planned)

    def _done(self, reached):
        return memo_of(self.env)["moved"]

    def _is_plan(self, reached):
        return True

    def _settings(self, company_id):
        """As decisions have them; a pause of the company is in the first day on which rulers speak."""
        return super()._settings(company_id)._replace(is_paused=False)

    def _claim(self, row, in_bank_until, batch):
        rulers, held = self.env.context["collection_outlook"]
        starts, ends = rulers[row.ruler_id]
        lasting = row
        if not row.is_running or row.held:  # for now; the forecast knows until when
            lasting = row._replace(is_running=True, held=False)
        claim = super()._claim(lasting, in_bank_until, batch)
        blocked_by, free_from = claim.blocked_by, NEVER
        if row.held and blocked_by is None:
            blocked_by, until = Reason.HELD, held.get(row.id)
            free_from = until + timedelta(days=1) if until else NEVER
        elif blocked_by == Reason.IN_BANK:
            free_from = in_bank_until + timedelta(days=1)
        return Foreseen.of(
            claim, blocked_by=blocked_by, starts=starts, ends=ends, free_from=free_from
        )

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
        """Ids of those who have an open instalment with a ruler, or for whom something is planned."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM collection_debtor
                 WHERE company_id = %s
                   AND id IN (SELECT debtor_id FROM collection_instalment
                               WHERE is_open AND ruler_id IS NOT NULL
                               UNION
                              SELECT debtor_id FROM collection_followup
                               WHERE state IN ('planned', 'to_approve'))
                 ORDER BY id
                """,
                company.id,
            )
        )
        return [row[0] for row in rows]

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

    def _planned(self, places, batch):
        """What is written down and has not left: {debtor id: [Planned]}.

        :param places: {debtor id: its calendar key}

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
                HAVING f.purpose = %(thanks)s OR count(t.id) = 0 OR count(i.id) > 0
                """,
                same=same_instalment("i", "t"),
                debtors=tuple(places) or (0,),
                thanks=Purpose.THANKS,
            )
        )
        planned = defaultdict(list)
        for debtor, at, channel, hears, purpose, state, ruler, claims in rows:
            calendar = batch.settings.calendars[None, places[debtor]]
            planned[debtor].append(
                Planned(
                    calendar.local_day(at.replace(tzinfo=UTC)),
                    channel,
                    _kind(hears, purpose, state),
                    ruler or 0,
                    frozenset(claims or ()) if purpose != Purpose.THANKS else frozenset(),
                    purpose in ASKS_FOR_MONEY,
                    purpose == Purpose.DUNNING,
                )
            )
        return planned


def _kind(customer_hears: bool, purpose: str, state: str) -> str:
    """The kind of a follow-up, as the forecast counts it."""
    if not customer_hears:
        return "task"
    if purpose == Purpose.DELIVERY:
        return "delivery"
    return "approval" if state == "to_approve" else "message"
