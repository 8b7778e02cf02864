from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...dunning.calendar import blackout_days
from ...dunning.contact_limits import narrowed
from ...dunning.places import Place
from ..common import clock
from ..common.instalment_key import root_company
from ..common.memo import Memo

# what a collector may write on a debtor; the rest is arithmetic
WRITTEN_BY_PEOPLE = {
    "user_id",
    "priority",
    "ice_breaker",
    "best_hour",
    "blackout_ids",
    "hold_ids",
    "activity_ids",
    "message_follower_ids",
    "message_main_attachment_id",
}


def minute_of_day(hour):
    """A time of the day in hours as minutes; None for none, which midnight stands for."""
    return round((hour or 0) * 60) % 1440 or None


class CollectionDebtor(models.Model):
    """A customer who owes: commercial partner and root company, with one history of all that was said."""

    _name = "collection.debtor"
    _description = "Debtor"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "amount_overdue desc, id"
    _rec_names_search = ["partner_id.display_name", "partner_id.ref", "partner_id.email"]

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    notice = fields.Char(related="company_id.collection_notice")
    is_company = fields.Boolean(related="partner_id.is_company")
    partner_phone = fields.Char(related="partner_id.phone")
    partner_lang = fields.Selection(related="partner_id.lang", string="Language")
    partner_email = fields.Char(related="partner_id.email")
    user_id = fields.Many2one(
        "res.users", string="Responsible", tracking=True, index="btree_not_null"
    )
    stage_id = fields.Many2one(
        "collection.stage",
        ondelete="restrict",
        index=True,
        group_expand="_group_expand_stage_id",
        readonly=True,
    )
    stage_kind = fields.Selection(related="stage_id.kind")
    calendar_key = fields.Char(
        required=True,
        default=Place().key,
        help="Where the customer lives, as far as days and hours go: time zones, country, state.",
    )
    amount_due = fields.Monetary(string="Open", readonly=True)
    amount_overdue = fields.Monetary(string="Overdue", readonly=True)
    amount_credit = fields.Monetary(string="Open credits", readonly=True)
    oldest_due_date = fields.Date(string="Oldest due date", readonly=True)
    days_overdue = fields.Integer(compute="_compute_days_overdue")
    next_followup_date = fields.Date(string="Next contact", readonly=True)
    last_followup_date = fields.Date(string="Last contact", readonly=True)
    ice_breaker = fields.Char(
        string="Opening sentence",
        help="A personal sentence that opens each message to this customer, in their language.",
    )
    best_hour = fields.Float(
        string="Best time",
        help="When they like to hear from us, by their clock. 0: any time within the contact hours.",
    )
    blackout_ids = fields.One2many("collection.blackout", "debtor_id", string="Dates to avoid")
    priority = fields.Selection([("0", "Normal"), ("1", "High")], default="0")
    refreshed_on = fields.Date(help="The day that the figures are of.")
    thanked_partial = fields.Integer(
        help="Payments are thanked for above this id of account.partial.reconcile."
    )
    instalment_ids = fields.One2many("collection.instalment", "debtor_id", string="Instalments")
    followup_ids = fields.One2many("collection.followup", "debtor_id", string="Follow-ups")
    hold_ids = fields.One2many("collection.hold", "debtor_id", string="Holds")

    _identity = models.UniqueIndex("(partner_id, company_id)")
    _hour = models.Constraint(
        "CHECK (best_hour IS NULL OR (best_hour >= 0 AND best_hour < 24))",
        "The best time is a time of the day, from 0:00 to 23:59.",
    )

    @api.depends("partner_id.display_name")
    def _compute_display_name(self):
        for debtor in self:
            debtor.display_name = debtor.partner_id.display_name

    @api.depends("oldest_due_date", "calendar_key", "company_id")
    def _compute_days_overdue(self):
        """From the bank day that the oldest due date moves to, where they live (A3)."""
        today = fields.Date.context_today(self)
        for company, own in self.grouped(lambda debtor: debtor.company_id.sudo()).items():
            company = company.with_context(collection_memo=Memo())
            for debtor in own:
                debtor.days_overdue = company._collection_days_overdue(
                    debtor.oldest_due_date, debtor.calendar_key, today
                )

    def write(self, vals):
        """People write what is theirs; figures, stage and identity are written by the ruler alone.

        :raise AccessError: somebody tries to write one of those
        """
        if not self.env.su and (foreign := set(vals) - WRITTEN_BY_PEOPLE):
            raise AccessError(
                self.env._("The ruler itself writes these fields: %s", ", ".join(sorted(foreign)))
            )
        return super().write(vals)

    @api.model
    def _group_expand_stage_id(self, stages, domain):
        return stages.search(Domain.TRUE)  # empty columns are shown too

    # ------------------------------------------------------------------
    # what changed
    # ------------------------------------------------------------------

    def _touch(self, money=False):
        """Note that these debtors are to be refreshed; the track verb does it after the commit.

        :param money: it happened in accounting, so that their payer profile is looked at too (F6)
        """
        ids = [i for i in self.ids if i]
        if ids:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO collection_debtor_touch (debtor_id, money) SELECT unnest(%s), %s",
                    ids,
                    money,
                )
            )

    @api.model
    def _credits_of(self, debtor):
        """Unapplied credit notes and payments of a debtor: a query for currency_id and amount (D2).

        :param debtor: the alias of collection_debtor in the query around it
        """
        return SQL(
            """
            SELECT l.currency_id, -sum(l.amount_residual_currency) AS amount
              FROM res_partner p
              JOIN account_move_line l ON l.partner_id = p.id
              JOIN account_account a ON a.id = l.account_id
              JOIN res_company c ON c.id = l.company_id
               AND %(root)s = %(debtor)s.company_id
             WHERE p.commercial_partner_id = %(debtor)s.partner_id
               AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
               AND a.account_type = 'asset_receivable' AND l.amount_residual < 0
             GROUP BY l.currency_id
            """,
            root=root_company("c"),
            debtor=SQL.identifier(debtor),
        )

    def _credits(self):
        """Unapplied credit notes and payments: {debtor id: {``res.currency``: amount}}, positive (D2)."""
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT d.id, c.currency_id, c.amount FROM collection_debtor d "
                "CROSS JOIN LATERAL (%s) c WHERE d.id IN %s",
                self._credits_of("d"),
                tuple(self.ids) or (0,),
            )
        )
        result = defaultdict(dict)
        for debtor, currency, amount in rows:
            result[debtor][self.env["res.currency"].browse(currency)] = float(amount)
        return result

    def _by_collector(self):
        """These debtors, for a collector or manager who may see them.

        :raise AccessError: neither of them, or not of this company
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "collection_ruler.collection_ruler_group_collector"
        ):
            raise AccessError(self.env._("Only collectors decide what becomes of a debtor."))
        return self

    def _local_today(self):
        """Today where this debtor lives."""
        return self._place_calendar().local_day(clock.now(self.env))

    def _responsible(self, ruler=None):
        """Who gets the task: responsible of the debtor, else of the ruler, else the salesperson."""
        self.ensure_one()
        return (
            self.user_id
            or (ruler and ruler.user_id)
            or self.partner_id.user_id
            or self.env.ref("base.user_admin")
        )

    def action_write_now(self):
        """Open Odoo's composer to whoever hears of bills there (B6); it counts as a conversation (B4)."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.email:
            raise UserError(
                self.env._(
                    "Your user has no e-mail address to write from. Add one in your preferences, or ask "
                    "an administrator to."
                )
            )
        mail = self.env["collection.channel.email"]
        recipients = self.env["collection.recipients"].sudo()._of(self, mail)
        recipient = recipients[self.id, "billing"]
        there = self.with_context(lang=recipient.lang or self.env.lang)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to %s", recipient.display_name),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": recipient.ids,
                "default_subject": there.env._("Your account with %s", self.company_id.sudo().name),
            },
        }

    def _tell(self, summary, note="", ruler=None, once=False):
        """Leave an activity for the responsible, without the mail that Odoo would send for each.

        :param once: not where the same one is still open
        :return: the new activities
        """
        Activity = self.env["mail.activity"].sudo()
        told = self.sudo().with_context(mail_activity_quick_update=True)
        if once and told:
            told -= told.browse(told._open_tasks(summary).mapped("res_id"))
        told.mapped("display_name")  # for all at once: each task asks for it
        for user, own in told.grouped(lambda d: d._responsible(ruler)).items():
            Activity += own.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, note=note, user_id=user.id
            )
        return Activity

    def _open_tasks(self, summary):
        """The open activities of these debtors with a summary."""
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("summary", "=", summary),
                ]
            )
        )

    def _calendar(self):
        """When this debtor may be contacted, by the hours of the company (B1, B3)."""
        self.ensure_one()
        return self._leave_in_peace(self._place_calendar())

    def _place_calendar(self):
        """Days, hours and holidays where this debtor lives, by the hours of the company (B1)."""
        self.ensure_one()
        # who works in a branch may not read the company that keeps the hours
        return self.company_id.sudo()._collection_calendar(key=self.calendar_key)

    def _within_limits(self, calendar, channel):
        """A contact calendar for one channel, within law and one's own limits (B1).

        Where those leave no hour it is given back as it is: the doors say so.
        """
        self.ensure_one()
        limits = self.env["collection.contact.limit"]._of_company(self.company_id.id)
        return narrowed(calendar, limits, [channel], self.is_company).get(channel) or calendar

    def _best_minute(self):
        """The time of the day at which they like to hear from us, in minutes, or None (B3)."""
        self.ensure_one()
        return minute_of_day(self.best_hour)

    def _leave_in_peace(self, calendar):
        """A contact calendar without the dates that this customer wants to be spared (B3)."""
        self.ensure_one()
        dates = [(b.date_from, b.date_to or None, b.yearly) for b in self.sudo().blackout_ids]
        today = calendar.local_day(clock.now(self.env))
        return calendar.without(blackout_days(dates, today))
