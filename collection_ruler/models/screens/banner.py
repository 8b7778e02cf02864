from collections import defaultdict
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ...dunning.calendar import NeverOpen
from ..common import clock
from ..facts.of_instalments import unsent
from .dates_in_words import day_label


class CollectionDebtor(models.Model):
    """What stands on a card and above the form, in words; for all records of a list at once (F1)."""

    _name = "collection.debtor"
    _inherit = ["collection.debtor", "collection.ruler.line.owner"]
    _ruler_line_owner = "debtor_id"

    why = fields.Char(string="Why (not) contacted", compute="_compute_banner")
    next_text = fields.Char(string="Next", compute="_compute_banner")
    next_contact = fields.Date(compute="_compute_banner")
    last_text = fields.Char(string="Last word", compute="_compute_banner")
    currency_text = fields.Char(string="Other currencies", compute="_compute_banner")
    instalment_count = fields.Integer(compute="_compute_banner")
    is_waiting = fields.Boolean(compute="_compute_banner", help="Something stops the next message.")
    has_unsent = fields.Boolean(
        compute="_compute_has_unsent",
        help="An open invoice did not reach them, as far as Odoo knows.",
    )
    local_time = fields.Char(string="Their time", compute="_compute_local_time")
    window_open = fields.Boolean(compute="_compute_local_time")

    @api.depends(
        "followup_ids.state",
        "followup_ids.reason",
        "followup_ids.scheduled_at",
        "followup_ids.answered_at",
        "instalment_ids.waiting_reason",
        "instalment_ids.is_open",
        "instalment_ids.next_date",
        "hold_ids.state",
        "hold_ids.date_to",
    )
    @api.depends_context("lang", "tz")
    def _compute_banner(self):
        """Ask the banner, once for all of them."""
        for name in ("why", "next_text", "last_text", "currency_text"):
            self[name] = False
        self.instalment_count = 0
        self.is_waiting = self.next_contact = False
        for debtor_id, said in self.env["collection.banner"]._say(self).items():
            self.browse(debtor_id).update(said)

    @api.depends("instalment_ids.is_open", "instalment_ids.move_id.is_move_sent")
    def _compute_has_unsent(self):
        left = unsent(self.env, self.sudo().instalment_ids.ids)
        for debtor in self:
            debtor.has_unsent = any(one.id in left for one in debtor.sudo().instalment_ids)

    def _compute_local_time(self):
        """What time it is for them, and whether the contact window is open."""
        alike = defaultdict(self.browse)
        for debtor in self:
            alone = debtor.id if debtor.blackout_ids else None
            alike[debtor.company_id, debtor.calendar_key, debtor.is_company, alone] += debtor
        for debtors in alike.values():
            one = debtors[:1].sudo()
            calendar = one._within_limits(
                one._calendar(), self.env["collection.channel.email"]._code
            )
            debtors.window_open, rest = self._say_window(calendar)
            debtors.local_time = f"{self._say_clocks(calendar)} · {rest}"

    def _say_window(self, calendar):
        """Until when a contact window is open or closed.

        :return: (whether it is open, in words until when)
        """
        now, zone = clock.now(self.env), ZoneInfo(calendar.timezone)
        if closes := calendar.closes_at(now):
            return True, self.env._("open until %s", f"{closes.astimezone(zone):%H:%M}")
        try:
            opens = calendar.first_instant(now).astimezone(zone)
        except NeverOpen:
            return False, self.env._("never open")
        today = calendar.local_day(now)
        day = "" if opens.date() == today else day_label(self.env, opens.date(), today)
        return False, self.env._("closed until %s", f"{day} {opens:%H:%M}".strip())

    def _say_clocks(self, calendar):
        """What the clocks show now where a calendar is of: one time, or the earliest and the latest."""
        now = clock.now(self.env)
        zones = (calendar.timezone, *calendar.also_in)  # the address may leave open which
        shown = sorted(now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in zones)
        times = [f"{at:%H:%M}" for at in (shown[0], shown[-1])]
        return "–".join(dict.fromkeys(times))

    def action_preview_next(self):
        """Open the next message as the customer would see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next message to %s", self.display_name),
            "res_model": "collection.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_debtor_id": self.id, "dialog_size": "large"},
        }
