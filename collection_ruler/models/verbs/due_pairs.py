from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from odoo import api, models
from odoo.addons.base.models.ir_cron import _intervalTypes
from odoo.tools import SQL

from ...dunning.calendar import NeverOpen
from ...dunning.course import reached
from ...dunning.cutoffs import cutoffs
from ..common import clock
from ..common.bulk_sql import NO_JIT

# a scheduled action that comes so often comes within the hours of each day
OFTEN = timedelta(hours=1)


class CollectionPlan(models.AbstractModel):
    """Which (instalment, step) pairs are due (decision 1)."""

    _inherit = "collection.plan"

    @api.model
    def _due(self, company, debtor_ids=None):
        """The due pairs, by cut-offs and ONE query (decision 1).

        :return: [(instalment id, debtor id, the latest offset that has come above the watermark)]
        """
        cuts = self._cutoffs(company)
        if not cuts:
            return []
        self.env["collection.instalment"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                %(no_jit)s
                WITH RECURSIVE cut(ruler_id, calendar_key, agreed, reached, cutoff) AS (VALUES %(cuts)s),
                -- the distinct watermarks, by loose index scan: cost grows with what is due
                wm AS (
                    (SELECT ruler_id, calendar_key, watermark FROM collection_instalment
                      WHERE is_open AND ruler_id IS NOT NULL ORDER BY 1, 2, 3 LIMIT 1)
                    UNION ALL
                    SELECT n.* FROM wm CROSS JOIN LATERAL (
                        SELECT ruler_id, calendar_key, watermark FROM collection_instalment
                         WHERE is_open AND (ruler_id, calendar_key, watermark)
                             > (wm.ruler_id, wm.calendar_key, wm.watermark)
                         ORDER BY 1, 2, 3 LIMIT 1) n),
                gate AS (
                    SELECT wm.*, agreed, max(cutoff) AS cutoff
                      FROM wm JOIN cut USING (ruler_id, calendar_key)
                     WHERE cut.reached > wm.watermark GROUP BY 1, 2, 3, 4)
                SELECT i.id, i.debtor_id,
                       (SELECT max(reached) FROM cut
                         WHERE (cut.ruler_id, cut.calendar_key, cut.agreed)
                             = (i.ruler_id, i.calendar_key, g.agreed)
                           AND cut.cutoff >= coalesce(i.anchor_date, i.due_date))
                  FROM gate g
                  JOIN collection_instalment i
                    ON (i.ruler_id, i.calendar_key, i.watermark)
                     = (g.ruler_id, g.calendar_key, g.watermark)
                   AND i.is_open AND coalesce(i.anchor_date, i.due_date) <= g.cutoff
                   AND (i.original_due_date IS NOT NULL) = g.agreed
                 WHERE %(only)s
                """,
                no_jit=NO_JIT,
                cuts=SQL(", ").join(
                    SQL("(%s::int, %s::text, %s::bool, %s::int, %s::date)", *row) for row in cuts
                ),
                only=SQL("i.debtor_id IN %s", tuple(debtor_ids)) if debtor_ids else SQL("TRUE"),
            )
        )

    @api.model
    def _cutoffs(self, company):
        """Rows (ruler id, calendar key, whether of another due date, offset, cut-off) of the rulers that
        speak on the next day on which they may (A14)."""
        now = clock.now(self.env)
        settings = self.env["collection.snapshot"]._settings(company.id)
        if settings.is_paused:
            return []
        rows, agreed = [], self._places_of_agreed_dates()
        for ruler_id, key in self._ruled_places():
            ruler = self.env["collection.ruler"].browse(ruler_id)
            if ruler_id not in settings.ladders:
                continue
            calendar = settings.calendars[ruler_id, key]
            day = today = calendar.local_day(now)
            with suppress(NeverOpen):
                day = calendar.speaking_day(now)
            if not (self._decides_for(day, today) and self._runs(ruler, settings.today, day)):
                continue
            for said_before in (None, 0) if (ruler_id, key) in agreed else (None,):
                ladder = settings.ladders[ruler_id].agreed(said_before)
                about = ruler_id, key, said_before is not None
                with suppress(NeverOpen):
                    found = cutoffs(ladder, calendar, day)
                    rows += [(*about, offset, date) for offset, date in found.items()]
        return rows

    def _decides_for(self, day, today):
        """Whether this run decides what is said on a local day. A later day is left to itself, as forecasts
        have it: what a payment or a person changes until then is known by then. Where the scheduled action
        comes so seldom that it may miss the hours, the run of the evening before decides.

        :param today: local day of the customer
        """
        if day <= today:
            return True
        action = self.env.ref("collection_ruler.ir_cron_follow_up", raise_if_not_found=False)
        if not action:
            return True
        action = action.sudo()
        now = clock.now(self.env)
        comes = now + _intervalTypes[action.interval_type](action.interval_number)
        return not action.active or comes > now + OFTEN

    def _runs(self, ruler, today, day):
        """Whether a ruler runs now, and still on the day on which it speaks."""
        return ruler._is_running_on(today) and ruler._is_running_on(day)

    @api.model
    def _by_their_day(self, company, place, snapshot, now):
        """The facts with the steps that come by the day on which this customer is spoken to; with none where
        that day decides itself. It is not the day that due pairs were found for where dates are avoided, or
        rulers have different hours.

        :param place: calendar key of the debtor
        :param snapshot: dunning Snapshot
        :param now: aware UTC
        """
        settings = self.env["collection.snapshot"]._settings(company.id)
        with suppress(NeverOpen):
            day = snapshot.calendar.speaking_day(now)
            if not self._decides_for(day, snapshot.calendar.local_day(now)):
                return replace(snapshot, claims=tuple(reached(snapshot.claims, {}, day)))
            calendars = {
                c.ladder.id: settings.calendars[c.ladder.id, place] for c in snapshot.claims
            }
            if any(calendar.speaking_day(now) != day for calendar in calendars.values()):
                rulers = self.env["collection.ruler"].browse(calendars)
                runs = [one.id for one in rulers if self._runs(one, settings.today, day)]
                comes_by = {key: calendars[key] for key in runs}
                return replace(snapshot, claims=tuple(reached(snapshot.claims, comes_by, day)))
        return snapshot

    @api.model
    def _places_of_agreed_dates(self):
        """The pairs of `_ruled_places` with an open instalment that has another due date by now."""
        self.env["collection.instalment"].flush_model()
        return set(
            self.env.execute_query(
                SQL(
                    "SELECT DISTINCT ruler_id, calendar_key FROM collection_instalment "
                    "WHERE is_open AND original_due_date IS NOT NULL AND ruler_id IS NOT NULL"
                )
            )
        )

    @api.model
    def _ruled_places(self):
        """Which rulers speak to customers of which places: pairs (ruler id, calendar key)."""
        self.env["collection.instalment"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                -- by loose index scan: one step per pair, however many instalments are open
                WITH RECURSIVE pair AS (
                    (SELECT ruler_id, calendar_key FROM collection_instalment
                      WHERE is_open AND ruler_id IS NOT NULL ORDER BY 1, 2 LIMIT 1)
                    UNION ALL
                    SELECT n.* FROM pair CROSS JOIN LATERAL (
                        SELECT ruler_id, calendar_key FROM collection_instalment
                         WHERE is_open AND (ruler_id, calendar_key) > (pair.ruler_id, pair.calendar_key)
                         ORDER BY 1, 2 LIMIT 1) n)
                SELECT ruler_id, calendar_key FROM pair
                """
            )
        )
