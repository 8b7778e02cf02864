from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...dunning.calendar import NeverOpen
from ...dunning.reason import NO_GOOD_ADDRESS, Reason
from ..common import clock


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
        """(key, title, hint, icon, action) in the order of the day; other add-ons add theirs."""
        _ = self.env._
        since = self._last_working_day()
        address = Domain("reason", "in", NO_GOOD_ADDRESS)
        failed = Domain("state", "in", ("failed", "uncertain"))
        today = fields.Date.context_today(self)
        leaves = Domain("leaves_today", "=", True)
        return [
            (
                "replies",
                _("Replies waiting"),
                _("Customers who wrote to us. The ruler is silent meanwhile."),
                "fa-reply",
                self._debtors(_("Replies waiting"), Domain("priority", "=", "1")),
            ),
            (
                "tasks",
                _("Calls and tasks"),
                _("Due today or late."),
                "fa-phone",
                self._debtors(
                    _("Calls and tasks due"), Domain("activity_date_deadline", "<=", today)
                ),
            ),
            (
                "approve",
                _("To approve"),
                _("Messages that leave only with your word."),
                "fa-check-square-o",
                self._followups(_("To approve"), Domain("state", "=", "to_approve"), outgoing=True),
            ),
            (
                "outgoing",
                _("Leaves today"),
                _("Read it, or skip it for the day."),
                "fa-paper-plane-o",
                # what was skipped stays in sight, so that it can be undone
                self._followups(
                    _("Today's outgoing"), leaves | Domain("is_put_off", "=", True), outgoing=True
                )
                | {"counted": leaves},
            ),
            (
                "sent",
                _("Sent since %s", format_date(self.env, since, date_format="EEEE")),
                _("What customers heard from us."),
                "fa-envelope-o",
                self._followups(
                    _("Sent since %s", format_date(self.env, since)),
                    Domain("state", "=", "sent")
                    & Domain("customer_hears", "=", True)
                    & Domain("delivered_at", ">=", self._starts(since)),
                ),
            ),
            (
                "outbox",
                _("In the outbox"),
                _("What the mail server has not taken. It leaves once it does: have it checked."),
                "fa-inbox",
                self._followups(
                    _("In the outbox"), self.env["collection.followup"]._stuck_in_outbox()
                )
                | {"context": {"collection_outbox": True}},
            ),
            (
                "failed",
                _("Failed or uncertain"),
                _("Not sent, or nobody knows whether it arrived."),
                "fa-exclamation-triangle",
                self._followups(
                    _("Failed or uncertain"),
                    failed & ~address & Domain("debtor_id.amount_due", ">", 0),
                ),
            ),
            (
                "addresses",
                _("Failed addresses"),
                _("Customers who need another e-mail address."),
                "fa-at",
                # once a customer, however many messages failed
                self._debtors(
                    _("Failed addresses"),
                    Domain("amount_due", ">", 0)
                    & (
                        Domain("followup_ids", "any", failed & address)
                        | Domain(
                            "instalment_ids",
                            "any",
                            Domain("is_open", "=", True)
                            & Domain(
                                "waiting_reason", "in", (Reason.BAD_ADDRESS, Reason.NO_ADDRESS)
                            ),
                        )
                    ),
                ),
            ),
            (
                "money",
                _("Money to match"),
                _("Credits and bank lines of customers who owe: reconcile them."),
                "fa-random",
                self._debtors(
                    _("Money to match"),
                    Domain("amount_due", ">", 0)
                    & (
                        Domain("amount_credit", ">", 0)
                        | Domain(
                            "instalment_ids",
                            "any",
                            Domain("is_open", "=", True)
                            & Domain("waiting_reason", "=", Reason.IN_BANK),
                        )
                    ),
                ),
            ),
            (
                "review",
                _("To review"),
                _("The ruler has said all it may: a person decides."),
                "fa-gavel",
                self._debtors(_("To review"), Domain("stage_id.kind", "=", "review")),
            ),
        ]

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

    def _calendar(self):
        return self.env.company.root_id.sudo()._collection_calendar()

    def _last_working_day(self):
        """The last open day before today: on a Monday, Friday."""
        calendar = self._calendar()
        today = calendar.local_day(clock.now(self.env))
        try:
            return calendar.previous_open_day(today - timedelta(days=1))
        except NeverOpen:
            return today - timedelta(days=1)

    def _starts(self, day):
        """The naive UTC instant at which a local day begins."""
        zone = ZoneInfo(self._calendar().timezone)
        return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
