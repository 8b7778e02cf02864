"""The circuit breaker: far more messages than usual wait until a manager lets them leave (A13).

When that is so is decided in `dunning/circuit_breaker.py`; `collection.send` asks here before it
lists its work.
"""

from contextlib import suppress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...dunning.calendar import CalendarError
from ...dunning.circuit_breaker import trips
from ..common import clock
from ..common.instalment_key import asks_for_money, has_left

# what is usual is looked up so far back: five weeks, so that each month's busy day is among them
USUAL_DAYS = 35


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_breaker_factor = fields.Integer(
        string="Ask before sending",
        default=3,
        help="How many times as much as on the busiest day of the last five weeks has to be about to "
        "leave, so that everything waits until a manager allows it. 0: never ask.",
    )
    collection_breaker_on = fields.Date(
        help="The last day on which far too much was about to leave."
    )
    collection_breaker_count = fields.Integer(help="How many messages that was.")
    collection_breaker_usual = fields.Integer(help="How many the busiest day before had.")
    collection_breaker_allowed_on = fields.Date(help="The day on which a manager let them leave.")

    def _collection_is_stopped_by_breaker(self):
        """Whether far more than usual is about to leave today, and nobody allowed it yet (A13)."""
        self.ensure_one()
        root = self.root_id
        if not root.collection_breaker_on:
            return False
        with suppress(CalendarError):
            today = root._collection_calendar().local_day(clock.now(self.env))
            return root.collection_breaker_on == today != root.collection_breaker_allowed_on
        return False

    def _collection_breaker_summary(self):
        return self.env._("Far more messages than usual want to leave at %s", self.name)

    def _collection_breaker_text(self):
        return self.env._(
            "%(count)s messages want to leave today; on the busiest day of the last weeks it was %(usual)s. "
            "They wait until a manager allows it.",
            count=self.root_id.collection_breaker_count,
            usual=self.root_id.collection_breaker_usual,
        )


class CollectionSend(models.AbstractModel):
    _inherit = "collection.send"

    @api.model
    def _is_stopped_by_breaker(self, company, waiting):
        """Whether so much wants to leave that a manager is asked first; who is told of it here (A13).

        :param waiting: messages that ask for money whose instant has come
        """
        today = company._collection_calendar().local_day(clock.now(self.env))
        if company.collection_breaker_allowed_on == today:
            return False
        days = self._sent_by_day(company, today)
        wanted = waiting + days.pop(today, 0)
        if not trips(wanted, days.values(), company.collection_breaker_factor):
            return False
        company.collection_breaker_on = today
        company.collection_breaker_count = wanted
        company.collection_breaker_usual = max(days.values())
        self.env["collection.manager.task"]._ask(
            company,
            company._collection_breaker_summary(),
            self.env._(
                "%s Look at them under Today's outgoing. If all is well, press “Let them leave today” on the "
                "ruler; else pause it, or skip those that should not leave.",
                company._collection_breaker_text(),
            ),
        )
        return True

    def _sent_by_day(self, company, today):
        """How many messages that ask for money left on each of the last days, without what a person did:
        {local day: number}."""
        self.env["collection.followup"].flush_model()
        self.env["collection.ruler.step"].flush_model(["mode"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT (coalesce(f.handed_at, f.delivered_at, f.scheduled_at)
                        AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day, count(*)
                  FROM collection_followup f
                 WHERE f.company_id = %(company)s AND %(left)s AND %(asks)s
                   AND f.scheduled_at >= %(since)s
                   AND NOT EXISTS (SELECT FROM collection_ruler_step s
                                    WHERE s.id = f.step_id AND s.mode = 'task')
                 GROUP BY 1
                """,
                zone=company._collection_place().zones[0],
                company=company.id,
                left=has_left("f"),
                asks=asks_for_money("f"),
                since=today - timedelta(days=USUAL_DAYS),
            )
        )
        return dict(rows)


class CollectionRuler(models.Model):
    _inherit = "collection.ruler"

    is_stopped_by_breaker = fields.Boolean(compute="_compute_is_stopped_by_breaker")

    def _compute_is_stopped_by_breaker(self):
        for ruler in self:
            ruler.is_stopped_by_breaker = (
                ruler.company_id.sudo()._collection_is_stopped_by_breaker()
            )

    def action_release_today(self):
        """Far more than usual may leave today: somebody looked at it (A13)."""
        self.check_access("write")
        for company in self.company_id:
            company = company.sudo()
            company.collection_breaker_allowed_on = company.collection_breaker_on
            summary = company._collection_breaker_summary()
            self.env["collection.manager.task"].sudo()._open(company, summary).action_feedback()
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()
