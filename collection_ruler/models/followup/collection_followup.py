from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...dunning.purpose import ASKS_FOR_MONEY
from ...dunning.reason import Reason
from ..common import clock
from ..common.reason_labels import reason_selection


class CollectionFollowup(models.Model):
    """One message or contact: planned, handed over, and what became of it."""

    _name = "collection.followup"
    _description = "Follow-up"
    _order = "scheduled_at desc, id desc"

    debtor_id = fields.Many2one("collection.debtor", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    ruler_id = fields.Many2one("collection.ruler", ondelete="restrict", index=True)
    step_id = fields.Many2one(
        "collection.ruler.step",
        ondelete="set null",
        index=True,
        help="The step that sets the tone; each item carries its own.",
    )
    step_name = fields.Char(help="Kept when the step is deleted.")
    channel = fields.Selection(
        selection=lambda self: self.env["collection.ruler.step"]._fields["channel"].selection,
        required=True,
    )
    customer_hears = fields.Boolean(
        compute="_compute_customer_hears",
        store=True,
        precompute=True,
        help="By this channel the customer hears from us; a task for us is none of their contacts.",
    )
    decided_at = fields.Datetime(
        copy=False, help="The decision that it comes from: messages of one are one contact."
    )
    purpose = fields.Selection(
        [
            ("dunning", "Reminder"),
            ("delivery", "Invoice delivery"),
            ("thanks", "Thanks"),
            ("returned", "Payment returned"),
            ("talk", "Conversation"),
        ],
        required=True,
        default="dunning",
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("to_approve", "To approve"),
            ("queued", "In the outbox"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("uncertain", "Uncertain"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",  # no index: nearly all are sent, and one customer's few would be sought in it
    )
    state_text = fields.Char(string="What became of it", compute="_compute_state_text")
    is_to_do = fields.Boolean(compute="_compute_state_text", help="A task that is still open.")
    reason = fields.Selection(selection=lambda self: reason_selection(self.env))
    failure = fields.Char(help="What the gateway or the template said.")
    attempts = fields.Integer(help="How often a gateway put it off.")
    scheduled_at = fields.Datetime(string="Planned for", required=True)
    approved_at = fields.Datetime(
        help="When a person let it go; after three days it is asked again."
    )
    queued_at = fields.Datetime(
        string="In the outbox since", copy=False, help="When it was handed to Odoo's outbox."
    )
    handed_at = fields.Datetime(string="Handed over", help="Stamped before the gateway is asked.")
    delivered_at = fields.Datetime(string="Accepted", help="When the mail server took it.")
    bounced_at = fields.Datetime(string="Bounced")
    is_bad_address = fields.Boolean(copy=False, help="Nothing arrives at this address.")
    answered_at = fields.Datetime(string="Answered")
    partner_id = fields.Many2one("res.partner", string="Recipient", ondelete="restrict")
    address = fields.Char(help="Where it went.")
    failed_address = fields.Char(help="Where it did not arrive, of several addresses or before.")
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", help="The task that a step made for us."
    )
    mail_message_id = fields.Many2one("mail.message", ondelete="set null", index="btree_not_null")
    message_subject = fields.Char(related="mail_message_id.subject")
    message_body = fields.Html(related="mail_message_id.body")
    fallback_of_id = fields.Many2one(
        "collection.followup",
        string="In place of",
        ondelete="restrict",
        index="btree_not_null",
        help="What did not arrive and is said by another channel here.",
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount_due = fields.Monetary(help="What the message asks for, net of credits.")
    amount_paid = fields.Monetary(help="What we give thanks for.")
    item_ids = fields.One2many("collection.followup.item", "followup_id", string="Ledger")
    instalment_ids = fields.Many2many(
        "collection.instalment",
        "collection_followup_instalment_rel",
        "followup_id",
        "instalment_id",
        string="Asks for",
        help="All that is due or overdue when it leaves; the ledger holds only what was due for a step.",
    )
    partial_ids = fields.Many2many(
        "account.partial.reconcile",
        "collection_followup_partial_rel",
        "followup_id",
        "partial_id",
        string="Payments",
        groups="account.group_account_readonly,account.group_account_invoice",
        help="A payment undone takes its row away, and the thanks with it.",
    )

    # the send verb's work list, and the track verb's
    _to_send = models.Index("(company_id, scheduled_at) WHERE state = 'planned'")
    _handed = models.Index("(company_id, handed_at) WHERE state = 'queued'")

    @api.depends("step_name", "debtor_id")
    def _compute_display_name(self):
        for followup in self:
            followup.display_name = (
                f"{followup.step_name or ''} · {followup.debtor_id.display_name}"
            )

    @api.depends("channel")
    def _compute_customer_hears(self):
        for followup in self:
            channel = self.env["collection.channel"]._named(followup.channel)
            followup.customer_hears = channel._customer_hears

    def _channel_code(self):
        """The code of the channel that hands it over: an invoice is delivered as Odoo sends invoices."""
        self.ensure_one()
        return "delivery" if self.purpose == "delivery" else self.channel

    def _channel(self):
        """The channel that hands it over, a model that inherits ``collection.channel``."""
        return self.env["collection.channel"]._named(self._channel_code())

    def _is_done_by_person(self):
        """Whether a person carries it out, so that it counts when it was done, not when it was asked for."""
        self.ensure_one()
        return self.customer_hears and self._mode() == "task"

    def _mode(self):
        """How it leaves: as its step says, where its channel can do that, as for the other of a fallback."""
        mode, modes = self.step_id.mode, self._channel()._modes
        return mode if not mode or mode in modes else modes[0]

    def _hears_by_itself(self):
        """Whether it reaches the customer without a person: then windows, caps and credits stop it."""
        self.ensure_one()
        return self.customer_hears and self._mode() != "task"

    def _asks_for_money(self):
        """Whether the customer is asked to pay by it, so that caps and the one-a-day rule count it."""
        self.ensure_one()
        return self.purpose in ASKS_FOR_MONEY and self._hears_by_itself()

    def _contact_calendar(self):
        """When it may leave: the ruler's hours, where the customer lives, within the limits (B1)."""
        self.ensure_one()
        if not self.ruler_id:
            return self.debtor_id._calendar()
        calendar = self.ruler_id._contact_calendar(self.debtor_id.calendar_key)
        if self._asks_for_money():
            calendar = self.debtor_id._within_limits(calendar, self.channel)
        return self.debtor_id._without_blackouts(calendar)

    @api.depends("state", "customer_hears", "activity_id.active", "answered_at", "bounced_at")
    def _compute_state_text(self):
        """The state as people say it: a task is not sent, and an answer says more than "sent"."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for followup in self:
            words = labels.get(followup.state)
            followup.is_to_do = False
            if followup.state == "sent":
                if not followup.customer_hears:
                    followup.is_to_do = followup.sudo().activity_id.active
                    words = self.env._("To do") if followup.is_to_do else self.env._("Done")
                elif followup.answered_at:
                    words = self.env._("Answered")
                elif followup.bounced_at:
                    words = self.env._("Came back")
            followup.state_text = words

    # ------------------------------------------------------------------
    # what a person does with it
    # ------------------------------------------------------------------

    def _by_collector(self):
        """These, with the right to change them, for a collector who may see them.

        Nobody has the right to write follow-ups by hand; collectors change them by the actions below.

        :raise AccessError: no collector, or not of this company
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "collection_ruler.collection_ruler_group_collector"
        ):
            raise AccessError(self.env._("Only collectors decide what becomes of a follow-up."))
        return self.sudo()

    def action_approve(self):
        """Let it go at the next open instant; the doors check again what is owed."""
        approved = self._by_collector().filtered(lambda f: f.state == "to_approve")
        now = clock.naive_now(self.env)
        # by its new reason the doors know that it is due, whatever they had asked about
        approved._move_to("planned", Reason.DUE, approved_at=now)
        approved.activity_id.unlink()
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    def action_cancel(self):
        """Take it back before it leaves.

        :raise UserError: it left already
        """
        followups = self._by_collector()
        late = followups.filtered(lambda f: f.state not in ("planned", "to_approve", "failed"))
        if late:
            raise UserError(self.env._("“%s” can no longer be taken back.", late[0].display_name))
        followups._cancel(Reason.BY_HAND)

    def action_retry(self):
        """Try a failed or uncertain one again, now that its cause is fixed.

        :raise UserError: another channel has said it meanwhile
        """
        again = self._by_collector().filtered(lambda f: f.state in ("failed", "uncertain"))
        if said := again - again._retry(fields.Datetime.now()):
            raise UserError(
                self.env._("“%s” was said another way meanwhile.", said[0].display_name)
            )
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    def action_open_debtor(self):
        self.ensure_one()
        return self.debtor_id.get_formview_action()

    @api.ondelete(at_uninstall=False)
    def _never_delete(self):
        raise UserError(
            self.env._("What was said to a customer is never deleted. Cancel it instead.")
        )
