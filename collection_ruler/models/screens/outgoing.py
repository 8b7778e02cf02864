from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...dunning.calendar import NeverOpen
from ...dunning.reason import STILL_HERE, Reason
from ...dunning.recheck import foresee
from ..common import clock
from ..common.clock import AsOf
from ..common.memo import Memo
from ..common.reason_labels import reason_selection


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
    is_put_off = fields.Boolean(
        string="Skipped for today", compute="_compute_outgoing", search="_search_is_put_off"
    )

    @api.depends("state", "reason", "scheduled_at")
    def _compute_outgoing(self):
        """Ask door 1 about all of them at once; nothing is written."""
        here = self.filtered(lambda f: f.state in STILL_HERE and f.channel != "activity")
        rest = self - here
        rest.leaves_today = rest.is_put_off = False
        rest.leaves_at = rest.amount_now = rest.currency_now_id = rest.waits_because = False
        reasons = dict(reason_selection(self.env))
        settings_of, flooded = {}, {}
        known = here.sudo().with_context(collection_memo=Memo())  # hours are read once for all
        mute = known._unreachable()
        # what was skipped shows the amount that it showed before
        unskipped = known.filtered(lambda f: f.reason == Reason.PUT_OFF)._foreseen(skipped=False)
        for followup, (check, lifted, at) in known._foreseen().items():
            seen = self.browse(followup.id)
            company = followup.debtor_id.company_id
            if company not in settings_of:
                flooded[company] = company._collection_is_flooded()
                settings_of[company] = self.env["collection.snapshot"]._settings(company.id)
            currencies = settings_of[company].currencies
            calendar = followup.debtor_id._calendar()
            names = {name: key for key, name in currencies.items()}
            today = calendar.local_day(clock.now(self.env))
            planned_for = calendar.local_day(followup.scheduled_at.replace(tzinfo=UTC))
            seen.is_put_off = followup.reason == Reason.PUT_OFF and planned_for > today
            seen.leaves_today = planned_for <= today
            seen.leaves_at = at.astimezone(UTC).replace(tzinfo=None)
            if seen.is_put_off:
                _check, lifted, _at = unskipped[followup]
            asks = lifted.verdict == "go" and followup._asks_for_money()
            seen.amount_now = float(lifted.amount) if asks else followup.amount_due
            if lifted.verdict == "cancel":
                seen.amount_now = 0
            key = names.get(lifted.currency) if asks else followup.currency_id.id
            seen.currency_now_id = key or followup.currency_id.id
            if check.verdict == "cancel":
                words = self.env._("It will be taken back: %s", reasons[check.reason])
            elif seen.is_put_off:
                words = self.env._(
                    "Skipped until %s",
                    format_date(self.env, planned_for, date_format="EEE d MMM"),
                )
            elif followup.id in mute:
                words = mute[followup.id]
            elif followup._asks_for_money() and flooded[company]:
                words = self.env._("Far more than usual want to leave: a manager has to allow it")
            elif followup.state == "to_approve":
                words = reasons[followup._asks_because()]
            elif check.verdict in ("wait", "ask"):
                words = reasons[check.reason]
            else:
                words = False
            seen.waits_because = words and words[:1].upper() + words[1:]

    @api.model
    def _search_leaves_today(self, operator, value):
        """By the local day of each company."""
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        return self._outgoing("<")

    @api.model
    def _search_is_put_off(self, operator, value):
        """What was skipped for today, and only that: tomorrow it leaves as any other."""
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        return self._outgoing(">=") & Domain("reason", "=", Reason.PUT_OFF)

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
            & Domain("channel", "!=", "activity")
            & Domain.OR(days)
        )

    def _foreseen(self, skipped=True):
        """What door 1 would say of each when it leaves, and what it would say if nothing held it.

        :param skipped: False for the instant at which it would leave if nobody had skipped it
        :return: {follow-up: (Recheck, Recheck without holds and caps, the aware UTC instant)}
        """
        by_instant = defaultdict(self.browse)
        for followup in self:
            by_instant[followup._next_open(skipped)] += followup
        result = {}
        for at, own in sorted(by_instant.items()):
            # a memo of its own: whatever is kept there was read as of another day
            then = own.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
            pairs = then._pairs()
            Send = then.env["collection.send"]
            checks = dict(Send._check(then, at, pairs))
            for followup, snapshot, planned in Send._facts_of(then, pairs):
                check = lifted = checks[followup]
                if check.verdict in ("wait", "ask") and followup.purpose != "thanks":
                    lifted = foresee(snapshot, planned, at, followup.purpose)
                result[self.browse(followup.id)] = (check, lifted, at)
        return result

    def _unreachable(self):
        """Why those cannot be sent by e-mail that have no address, or one that does not work.

        :return: {follow-up id: sentence}
        """
        mails = self.filtered(lambda f: f._way() == "email")
        dead = mails._bounced_before() if mails else ()
        result = {}
        for followup in mails:
            email = followup.partner_id.email_normalized
            if not email:
                result[followup.id] = self.env._("There is no e-mail address to send it to")
            elif (followup.debtor_id.id, email) in dead:
                result[followup.id] = self.env._("The last message to %s came back", email)
        return result

    def _next_open(self, skipped=True):
        """The first open instant (aware UTC) at which it may leave; now when there is none.

        :param skipped: False to leave aside that it was skipped for a day
        """
        self.ensure_one()
        now = clock.now(self.env)
        planned = max(now, self.scheduled_at.replace(tzinfo=UTC)) if skipped else now
        try:
            return self._contact_calendar().first_instant(planned)
        except NeverOpen:
            return now

    # ------------------------------------------------------------------
    # skip, plan again
    # ------------------------------------------------------------------

    def action_skip_today(self):
        """Not today: each keeps its place and is asked again on the next open day.

        :raise UserError: one of them has left already
        """
        followups = self._by_collector()
        self._still_here(followups)
        for followup in followups.filtered(lambda f: not f.is_put_off):
            # counted from when it would leave: on a weekend that is not today
            at = followup._next_try(Reason.PUT_OFF, followup._next_open())
            followup.write({"reason": Reason.PUT_OFF, "scheduled_at": at})
        followups.debtor_id._touch()

    def action_plan_again(self):
        """Undo the skipping: it leaves at the next open instant, if it may.

        :raise UserError: one of them has left already
        """
        followups = self._by_collector()
        self._still_here(followups)
        now = clock.naive_now(self.env)
        for followup in followups.filtered(lambda f: f.reason == Reason.PUT_OFF):
            followup.scheduled_at = now
            at = followup._next_open().astimezone(UTC).replace(tzinfo=None)
            followup.write({"reason": Reason.DUE, "scheduled_at": at})
        followups.debtor_id._touch()
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
