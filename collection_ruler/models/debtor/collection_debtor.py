from markupsafe import escape
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.memo import SETTLED

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


class CollectionDebtor(models.Model):
    """A customer who owes: commercial partner and root company, with one history of all that was said."""

    _name = "collection.debtor"
    _description = "Debtor"
    _inherit = ["collection.checked", "mail.thread", "mail.activity.mixin"]
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
    amount_due = fields.Monetary(string="Open", readonly=True)
    amount_overdue = fields.Monetary(string="Overdue", readonly=True)
    amount_credit = fields.Monetary(string="Outstanding credits", readonly=True)
    oldest_due_date = fields.Date(string="Oldest due date", readonly=True)
    last_followup_date = fields.Date(string="Last contact", readonly=True)
    ice_breaker = fields.Char(
        string="Opening sentence",
        help="A personal sentence that opens each message to this customer, in their language.",
    )
    priority = fields.Selection([("0", "Normal"), ("1", "High")], default="0")
    refreshed_on = fields.Date(help="The day that the figures are of.")
    thanked_up_to_partial_id = fields.Integer(
        help="Payments are thanked for above this id of account.partial.reconcile."
    )
    instalment_ids = fields.One2many("collection.instalment", "debtor_id", string="Instalments")
    followup_ids = fields.One2many("collection.followup", "debtor_id", string="Follow-ups")
    hold_ids = fields.One2many("collection.hold", "debtor_id", string="Holds")
    # the one hold in force, which a button ends; False where there are several, or it is a hand-over
    only_hold_id = fields.Many2one(
        "collection.hold", compute="_compute_only_hold_id", string="The hold in force"
    )

    _identity = models.UniqueIndex("(partner_id, company_id)")

    @api.depends("partner_id.display_name")
    def _compute_display_name(self):
        for debtor in self:
            debtor.display_name = debtor.partner_id.display_name

    @api.depends("hold_ids.state", "hold_ids.date_to")
    def _compute_only_hold_id(self):
        Hold = self.env["collection.hold"]
        for company, own in self.grouped(lambda debtor: debtor.company_id.sudo()).items():
            if not company:  # a form that is not filled yet
                own.only_hold_id = False
                continue
            in_force = Hold._in_force(company._collection_today()) & Hold._domain_of(own)
            by_debtor = Hold.search(in_force).grouped("debtor_id")
            for debtor in own:
                holds = by_debtor.get(debtor._origin, Hold)
                debtor.only_hold_id = len(holds) == 1 and holds.origin != "handover" and holds

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

    def _queue_refresh(self, money=False):
        """Note that these debtors are to be refreshed; the track verb does it after the commit.

        :param money: it happened in accounting, so that their payer profile is looked at too (F6)
        """
        ids = [i for i in self.ids if i]
        if ids:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO collection_debtor_refresh (debtor_id, money) SELECT unnest(%s), %s",
                    ids,
                    money,
                )
            )

    def _responsible(self, ruler=None):
        """Who gets the task: responsible of the debtor, else of the ruler, else the salesperson, else the
        administrator; of these, who is still there (B9)."""
        self.ensure_one()
        named = (self.user_id, ruler and ruler.user_id, self.partner_id.user_id)
        return self.env["collection.manager.task"]._first_there(*named)

    def _schedule_task(self, summary, note="", ruler=None, once=False):
        """Leave an activity for the responsible, without the mail that Odoo would send for each.

        :param note: Markup, or text, in which nothing is taken for HTML
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
                "mail.mail_activity_data_todo",
                summary=summary,
                note=escape(note or ""),
                user_id=user.id,
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

    # ------------------------------------------------------------------
    # what people do
    # ------------------------------------------------------------------

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

    def action_write_now(self):
        """Open Odoo's composer to whoever hears of bills there (B6); it counts as a conversation (B4)."""
        return self.env["collection.conversation"]._compose(self)

    def action_mark_sent(self):
        """The customer has the open invoices that Odoo did not send: the ruler may speak of them (A3)."""
        open_ones = self._by_collector().sudo().instalment_ids.filtered("is_open")
        open_ones.move_id.filtered(
            lambda m: m.move_type == "out_invoice"
        ).action_collection_mark_sent()
        self.action_look_again()

    def action_end_hold(self):
        """End the only hold there is."""
        self.ensure_one()
        self.only_hold_id.action_end()

    def action_drop(self, stage_id):
        """Answer a card that was dropped on a stage (F1).

        :return: an action that opens a dialog
        :raise UserError: why the debtor cannot come to stand there by hand, and what would bring them
        """
        stage = self.env["collection.stage"].browse(stage_id)
        return self.env["collection.board"]._drop(self._by_collector(), stage)

    def action_look_again(self):
        """Place the debtor anew at once, after a person changed something."""
        self.env["collection.refresh.now"]._refresh(self._by_collector())

    # ------------------------------------------------------------------
    # what comes from elsewhere
    # ------------------------------------------------------------------

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals)
        self.env["collection.conversation"]._replied(self, msg_dict)
        return result

    def _message_post_after_hook(self, message, msg_vals):
        self.env["collection.conversation"]._posted(self, message)
        return super()._message_post_after_hook(message, msg_vals)

    def _message_receive_bounce(self, email, partner):
        if self.env.context.get("collection_bounce") is not SETTLED:
            self.env["collection.conversation"]._bounced(self, email)
        return super()._message_receive_bounce(email, partner)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        return self.env["collection.conversation"]._without_ourselves(self, recipients)
