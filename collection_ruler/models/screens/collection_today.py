from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...dunning.calendar import NeverOpen
from ...dunning.reason import Reason

FAILED = Domain("state", "in", ("failed", "uncertain"))
WRONG_ADDRESS = Domain("is_bad_address", "=", True) | Domain("reason", "=", Reason.NO_ADDRESS)


class CollectionToday(models.AbstractModel):
    """Where Monday starts: what waits for a person, counted, each count opening its worklist (F1)."""

    _name = "collection.today"
    _description = "Collections: today"

    @api.model
    def tiles(self):
        """The worklists of the allowed companies, as this user may see them.

        :return: {``tiles``: [{``key``, ``title``, ``hint``, ``icon``, ``count``, ``action``}],
            ``is_new``: nobody is followed up yet, ``may_propose``: whether this user can make a ruler,
            ``notices``: what stops or turns aside all messages}
        """
        tiles = []
        for key, title, hint, icon, action in self._worklists():
            # counted as it will be listed: same model, same rights, and the same domain but for what is
            # only kept in sight
            counted = action.pop("counted", action["domain"])
            count = self.env[action["res_model"]].search_count(counted)
            tiles.append(
                {
                    "key": key,
                    "title": title,
                    "hint": hint,
                    "icon": icon,
                    "count": count,
                    "action": {**action, "domain": list(action["domain"])},
                }
            )
        return {
            "tiles": tiles,
            "is_new": not self.env["collection.debtor"].search_count([], limit=1),
            "may_propose": self.env["collection.ruler.proposal"].has_access("create"),
            "notices": self._notices(),
        }

    def _notices(self):
        """What everybody has to know first, such as a pause; by company where there are several."""
        companies = self.env.companies.sudo().root_id
        told = [(company.name, company.collection_notice) for company in companies]
        paused = (
            self.env["collection.ruler"]
            .sudo()
            .search([("company_id", "in", companies.ids), ("state", "=", "paused")])
        )
        told += [
            (
                ruler.company_id.name,
                self.env._(
                    "“%s” is paused: nothing of it leaves until somebody presses Resume.",
                    ruler.name,
                ),
            )
            for ruler in paused
        ]
        told = [(name, notice) for name, notice in told if notice]
        return [notice if len(companies) == 1 else f"{name}: {notice}" for name, notice in told]

    def _worklists(self):
        """(key, title, hint, icon, action) in the order of the day; other add-ons add theirs by super."""
        return [
            self._replies(),
            self._tasks(),
            self._to_approve(),
            self._leaving(),
            self._sent(),
            self._outbox(),
            self._failed(),
            self._addresses(),
            self._money(),
            self._review(),
        ]

    def _replies(self):
        title = self.env._("Replies waiting")
        hint = self.env._("Customers who wrote to us. The ruler is paused for them meanwhile.")
        waits = (
            Domain("origin", "=", "reply")
            & Domain("state", "=", "active")
            & Domain("answered_at", "=", False)
        )
        action = self._debtors(title, Domain("hold_ids", "any", waits))
        return "replies", title, hint, "fa-reply", action

    def _tasks(self):
        due = Domain("activity_date_deadline", "<=", self._company()._collection_today())
        action = self._debtors(self.env._("Calls and tasks due"), due)
        return (
            "tasks",
            self.env._("Calls and tasks"),
            self.env._("Due today or late."),
            "fa-phone",
            action,
        )

    def _to_approve(self):
        title, hint = (
            self.env._("To approve"),
            self.env._("Messages that leave only with your word."),
        )
        action = self._followups(title, Domain("state", "=", "to_approve"), outgoing=True)
        return "approve", title, hint, "fa-check-square-o", action

    def _leaving(self):
        leaves = Domain("leaves_today", "=", True)
        # what was skipped stays in sight, so that it can be undone
        seen = leaves | Domain("is_skipped_today", "=", True)
        action = self._followups(self.env._("Today's outgoing"), seen, outgoing=True)
        hint = self.env._("Read it, or skip it for the day.")
        title = self.env._("Leaves today")
        return "outgoing", title, hint, "fa-paper-plane-o", action | {"counted": leaves}

    def _sent(self):
        since = self._last_working_day()
        action = self._followups(
            self.env._("Sent since %s", format_date(self.env, since)),
            Domain("state", "=", "sent")
            & Domain("customer_hears", "=", True)
            & Domain("delivered_at", ">=", self._starts(since)),
        )
        title = self.env._("Sent since %s", format_date(self.env, since, date_format="EEEE"))
        return "sent", title, self.env._("What customers heard from us."), "fa-envelope-o", action

    def _outbox(self):
        title = self.env._("In the outbox")
        hint = self.env._(
            "What the mail server has not taken. It leaves once it does: have it checked."
        )
        action = self._followups(title, self.env["collection.outbox"]._stuck())
        return "outbox", title, hint, "fa-inbox", action | {"context": {"collection_outbox": True}}

    def _failed(self):
        title = self.env._("Failed or uncertain")
        hint = self.env._("Not sent, or nobody knows whether it arrived.")
        failed = FAILED & ~WRONG_ADDRESS & Domain("debtor_id.amount_due", ">", 0)
        return "failed", title, hint, "fa-exclamation-triangle", self._followups(title, failed)

    def _addresses(self):
        """Once a customer, however many messages failed."""
        title = self.env._("Failed addresses")
        hint = self.env._("Customers who need another e-mail address.")
        failing = Domain("followup_ids", "any", FAILED & WRONG_ADDRESS) | self._waits_for(
            Reason.BAD_ADDRESS, Reason.NO_ADDRESS
        )
        action = self._debtors(title, Domain("amount_due", ">", 0) & failing)
        return "addresses", title, hint, "fa-at", action

    def _money(self):
        title = self.env._("Money to match")
        hint = self.env._("Credits and bank lines of customers who owe: reconcile them.")
        to_match = Domain("amount_credit", ">", 0) | self._waits_for(Reason.IN_BANK)
        action = self._debtors(title, Domain("amount_due", ">", 0) & to_match)
        return "money", title, hint, "fa-random", action

    def _review(self):
        title = self.env._("To review")
        hint = self.env._("The ruler has said all it may: a person decides.")
        action = self._debtors(title, Domain("stage_id.kind", "=", "review"))
        return "review", title, hint, "fa-gavel", action

    def _waits_for(self, *reasons):
        """Domain of the debtors of whom an open instalment waits for one of these reasons."""
        waits = Domain("is_open", "=", True) & Domain("waiting_reason", "in", reasons)
        return Domain("instalment_ids", "any", waits)

    def _debtors(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "collection.debtor",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": domain,
        }

    def _followups(self, name, domain, outgoing=False):
        """:param outgoing: in the list that previews, approves and skips"""
        ref = self.env.ref
        views = [(False, "list"), (False, "kanban"), (False, "form")]
        if outgoing:
            views[0] = (ref("collection_ruler.collection_outgoing_view_list").id, "list")
            views[1] = (ref("collection_ruler.collection_outgoing_view_kanban").id, "kanban")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "collection.followup",
            "views": views,
            "domain": domain,
        }

    def _company(self):
        return self.env.company.root_id.sudo()

    def _calendar(self):
        return self._company()._collection_calendar()

    def _last_working_day(self):
        """The last open day before today: on a Monday, Friday."""
        calendar = self._calendar()
        today = self._company()._collection_today()
        try:
            return calendar.previous_open_day(today - timedelta(days=1))
        except NeverOpen:
            return today - timedelta(days=1)

    def _starts(self, day):
        """The naive UTC instant at which a local day begins."""
        zone = ZoneInfo(self._calendar().timezone)
        return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
