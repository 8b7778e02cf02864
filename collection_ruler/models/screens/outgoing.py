from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...dunning.reason import STILL_HERE, Reason
from ..common import clock


class CollectionFollowup(models.Model):
    """Today's outgoing: what is about to leave, looked at and skipped before it does (A13)."""

    _inherit = "collection.followup"

    leaves_today = fields.Boolean(
        compute="_compute_outgoing",
        search="_search_leaves_today",
        help="A message to a customer that leaves today; not what was skipped for today.",
    )
    leaves_at = fields.Datetime(string="When", compute="_compute_outgoing")
    amount_now = fields.Monetary(
        string="Asks for now",
        compute="_compute_outgoing",
        currency_field="currency_now_id",
        help="What it would ask for at this moment.",
    )
    currency_now_id = fields.Many2one("res.currency", compute="_compute_outgoing")
    waits_because = fields.Char(string="Waits because", compute="_compute_outgoing")
    is_skipped_today = fields.Boolean(
        string="Skipped for today", compute="_compute_outgoing", search="_search_is_skipped_today"
    )

    @api.depends("state", "reason", "scheduled_at")
    def _compute_outgoing(self):
        """Ask `collection.outgoing` about all of them at once."""
        self.leaves_today = self.is_skipped_today = False
        self.leaves_at = self.amount_now = self.currency_now_id = self.waits_because = False
        here = self.filtered(lambda f: f.state in STILL_HERE and f.customer_hears)
        for followup, seen in self.env["collection.outgoing"]._look(here).items():
            self.browse(followup.id).update(seen)

    @api.model
    def _search_leaves_today(self, operator, value):
        """By the local day of each company."""
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        return self._outgoing("<")

    @api.model
    def _search_is_skipped_today(self, operator, value):
        """What was skipped for today, and only that: tomorrow it leaves as any other."""
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        return self._outgoing(">=") & Domain("reason", "=", Reason.SKIPPED_TODAY)

    def _outgoing(self, operator):
        """What has not left, by whether it is planned before (<) or after (>=) the end of today."""
        now = clock.now(self.env)
        days = []
        for company in self.env.companies.root_id.sudo():
            calendar = company._collection_calendar()
            tomorrow = calendar.local_day(now) + timedelta(days=1)
            ends = datetime.combine(tomorrow, time(), ZoneInfo(calendar.timezone))
            ends = ends.astimezone(UTC).replace(tzinfo=None)
            days.append(
                Domain("company_id", "=", company.id) & Domain("scheduled_at", operator, ends)
            )
        return (
            Domain("state", "in", STILL_HERE)
            & Domain("customer_hears", "=", True)
            & Domain.OR(days)
        )

    # ------------------------------------------------------------------
    # skip, plan again
    # ------------------------------------------------------------------

    def action_preview(self):
        """Open the message as the customer will see it."""
        self.ensure_one()
        who = self.debtor_id.display_name
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%(step)s · %(who)s", step=self.step_name, who=who),
            "res_model": "collection.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_followup_id": self.id, "dialog_size": "large"},
        }

    def action_skip_today(self):
        """Not today: each keeps its place and is asked again on the next open day.

        :raise UserError: one of them has left already
        """
        followups = self._by_collector()
        self._still_here(followups)
        Outgoing = self.env["collection.outgoing"]
        for followup in followups.filtered(lambda f: not f.is_skipped_today):
            # counted from when it would leave: on a weekend that is not today
            at = self.env["collection.door"]._next_try(
                followup, Reason.SKIPPED_TODAY, Outgoing._next_open(followup)
            )
            followup.write({"reason": Reason.SKIPPED_TODAY, "scheduled_at": at})
        followups.debtor_id._queue_refresh()

    def action_plan_again(self):
        """Undo the skipping: it leaves at the next open instant, if it may.

        :raise UserError: one of them has left already
        """
        followups = self._by_collector()
        self._still_here(followups)
        Outgoing, now = self.env["collection.outgoing"], clock.naive_now(self.env)
        for followup in followups.filtered(lambda f: f.reason == Reason.SKIPPED_TODAY):
            followup.scheduled_at = now
            at = Outgoing._next_open(followup).astimezone(UTC).replace(tzinfo=None)
            followup.write({"reason": Reason.DUE, "scheduled_at": at})
        followups.debtor_id._queue_refresh()
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    def _still_here(self, followups):
        late = followups.filtered(lambda f: f.state not in STILL_HERE)
        if late:
            raise UserError(
                self.env._(
                    "“%s” is on its way already, or was taken back. Nothing was changed.",
                    late[0].display_name,
                )
            )
