from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

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
        copy=False,
        help="The decision that it comes from: messages of one by several channels are one contact.",
    )
    purpose = fields.Selection(
        [
            ("dunning", "Reminder"),
            ("delivery", "Invoice delivery"),
            ("thanks", "Thanks"),
            ("returned", "Payment came back"),
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
    state_words = fields.Char(string="What became of it", compute="_compute_state_words")
    is_to_do = fields.Boolean(compute="_compute_state_words", help="A task that is still open.")
    reason = fields.Selection(selection=lambda self: reason_selection(self.env))
    failure = fields.Char(help="What the gateway or the template said.")
    attempts = fields.Integer(help="How often a gateway put it off.")
    scheduled_at = fields.Datetime(string="Planned for", required=True)
    approved_at = fields.Datetime(
        help="When a person let it go; after three days it is asked again."
    )
    handed_at = fields.Datetime(string="Handed over", help="Stamped before the gateway is asked.")
    delivered_at = fields.Datetime(string="Accepted", help="When the mail server took it.")
    bounced_at = fields.Datetime(string="Bounced")
    answered_at = fields.Datetime(string="Answered")
    partner_id = fields.Many2one("res.partner", string="Recipient", ondelete="restrict")
    address = fields.Char(help="Where it went.")
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", help="The task that a step made for us."
    )
    mail_message_id = fields.Many2one("mail.message", ondelete="set null", index="btree_not_null")
    message_subject = fields.Char(related="mail_message_id.subject")
    message_body = fields.Html(related="mail_message_id.body")
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
        return self.customer_hears and self.step_id.mode == "task"

    def _hears_by_itself(self):
        """Whether it reaches the customer without a person: then windows, caps and credits stop it."""
        self.ensure_one()
        return self.customer_hears and not self._is_done_by_person()

    def _asks_for_money(self):
        """Whether the customer is asked to pay by it, so that caps and the one-a-day rule count it."""
        self.ensure_one()
        return self._hears_by_itself() and self.purpose in ASKS_FOR_MONEY

    def _contact_calendar(self):
        """When it may leave: the ruler's hours, where the customer lives, within the limits (B1)."""
        self.ensure_one()
        if not self.ruler_id:
            return self.debtor_id._calendar()
        calendar = self.ruler_id._contact_calendar(self.debtor_id.calendar_key)
        if self._asks_for_money():
            calendar = self.debtor_id._within_limits(calendar, self.channel)
        return self.debtor_id._leave_in_peace(calendar)

    @api.depends("state", "customer_hears", "activity_id.active", "answered_at", "bounced_at")
    def _compute_state_words(self):
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
            followup.state_words = words

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
        approved.write({"state": "planned", "reason": "due", "approved_at": now})
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
        followups._cancel("by_hand")

    def action_retry(self):
        """Try a failed or uncertain one again, now that its cause is mended."""
        again = self._by_collector().filtered(lambda f: f.state in ("failed", "uncertain"))
        for followup in again:
            followup._say_again(fields.Datetime.now())
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    def _say_again(self, at):
        """Plan what failed anew; what was handed over and did not arrive is owed to the customer still.

        :param at: naive UTC instant
        """
        self.item_ids.filtered(lambda i: i.state == "sent").state = "planned"
        self._replan("due", at)

    def action_open_debtor(self):
        self.ensure_one()
        return self.debtor_id.get_formview_action()

    # ------------------------------------------------------------------
    # changes of state: these and the doors are the only places that write it
    # ------------------------------------------------------------------

    def _split(self, items, reason, at):
        """Move ledger rows into a planned follow-up of their own.

        :param at: naive UTC instant at which a door asks again
        :return: the new follow-up
        """
        self.ensure_one()
        other = self.copy(
            {
                "state": "planned",
                "reason": reason,
                "scheduled_at": at,
                "instalment_ids": False,
                "partial_ids": False,
                "mail_message_id": False,
                "activity_id": False,
                "handed_at": False,
                "delivered_at": False,
                "bounced_at": False,
                "answered_at": False,
                "failure": False,
                "attempts": 0,
            }
        )
        items.write({"followup_id": other.id, "state": "planned", "reason": "due"})
        return other

    def _ask(self, reason):
        """Leave it to a person to let it go: as a task, and among those to approve (A13, F3)."""
        self.write({"state": "to_approve", "reason": reason, "handed_at": False})
        self._withdraw()
        self._ask_person()

    def _ask_person(self):
        """A task for each that wants approval."""
        reasons = dict(reason_selection(self.env))
        for followup in self:
            followup.activity_id = followup.debtor_id._tell(
                self.env._("Approve “%s”", followup.step_name),
                self.env._(
                    "The message waits among the follow-ups to approve: %s.",
                    reasons[followup._asks_because()],
                ),
                followup.ruler_id,
            )

    def _asks_because(self):
        """Why a person is asked: for the sake of the step, or of something of ours (A13, F3)."""
        self.ensure_one()
        return Reason.LOOK_FIRST if self.reason == Reason.LOOK_FIRST else Reason.TO_APPROVE

    def _cancel(self, reason):
        """Take back what has not left; its ledger rows free their key."""
        self._forget_delivery()
        self.filtered(lambda f: f.state == "to_approve").activity_id.sudo().unlink()
        self.write({"state": "cancelled", "reason": reason})
        planned = self.item_ids.filtered(lambda i: i.state == "planned")
        planned.write({"state": "cancelled", "reason": reason})
        self._withdraw()

    def _replan(self, reason, at, **values):
        """Keep it planned for a later instant (naive UTC)."""
        self.write(
            {"state": "planned", "reason": reason, "scheduled_at": at, "handed_at": False, **values}
        )
        self._withdraw()

    def _fail(self, reason, failure=""):
        """It could not be said: keep it for a retry and tell the responsible (H2)."""
        reasons = dict(reason_selection(self.env))
        self._forget_delivery()
        for followup in self:
            state = "uncertain" if reason == "uncertain" else "failed"
            followup.write({"state": state, "reason": reason, "failure": failure})
            if state == "uncertain":
                followup._settle_items("sent", "uncertain")
            followup._withdraw(keep_words=state == "uncertain")
            if reason in (
                "bounced",
                "no_address",
            ):  # one task for the address, not one for each step
                summary, help_text = followup._channel()._address_task(followup, Reason(reason))
                told = followup.debtor_id._tell(summary, help_text, followup.ruler_id, once=True)
                followup.activity_id = told or followup.debtor_id._open_tasks(summary)[:1]
                continue
            told = followup.debtor_id._tell(
                self.env._(
                    "Not sent: %(step)s, %(reason)s",
                    step=followup.step_name,
                    reason=reasons[reason],
                )
                if state == "failed"
                else self.env._("Did it arrive? Nobody knows: %s", followup.step_name),
                failure or self._help_for(reason),
                followup.ruler_id,
            )
            if reason == "refused":  # closed once there is another address
                followup.activity_id = told

    def _help_for(self, reason):
        """What to do about a failure, in one sentence."""
        return {
            "template_error": self.env._("Mend the message template, then press Try again."),
            "refused": self.env._(
                "Correct the e-mail address: the message is then tried again by itself. Where it is right, "
                "press Try again."
            ),
            "uncertain": self.env._(
                "The mail server was handed the message and gave no answer. It is not sent again by "
                "itself; ask the customer, or press Try again."
            ),
        }.get(reason, "")

    def _sent(self, at):
        """It left: the ledger says so."""
        self.write({"state": "sent", "reason": "due", "delivered_at": at, "failure": False})
        self._settle_items("sent", "due")
        self.debtor_id._touch()

    def _accepted(self, at):
        """The gateway took it: the short way of `_sent`, in one statement."""
        self.env.cr.execute(
            SQL(
                """
                WITH sent AS (
                    UPDATE collection_followup
                       SET state = 'sent', reason = 'due', delivered_at = %(at)s, failure = NULL
                     WHERE id = %(id)s RETURNING id, debtor_id),
                said AS (
                    UPDATE collection_followup_item t SET state = 'sent', reason = 'due'
                      FROM sent WHERE t.followup_id = sent.id AND t.state = 'planned')
                INSERT INTO collection_debtor_touch (debtor_id) SELECT debtor_id FROM sent
                """,
                at=at,
                id=self.id,
            )
        )
        self.invalidate_recordset(["state", "reason", "delivered_at", "failure"])
        self.modified(["state"])

    def _answered_to_person(self, why):
        """Note whether what a person wrote reached the customer; colleagues' copies do not count.

        Nothing is written where nothing changed: Odoo notes in the same transaction that the mail left.

        :param why: what the gateway said, where it refused
        """
        for talk in self:
            customer = talk.debtor_id.partner_id
            copies = talk.mail_message_id.notification_ids.filtered(
                lambda copy, customer=customer: (
                    copy.res_partner_id.commercial_partner_id == customer
                )
            )
            is_lost = bool(copies) and all(c.notification_status == "exception" for c in copies)
            if is_lost != (talk.state == "failed"):
                state, reason = ("failed", "error") if is_lost else ("sent", False)
                talk.write({"state": state, "reason": reason, "failure": is_lost and why})
                talk.debtor_id._touch()

    def _skip_delivery(self):
        """Somebody sent the invoice meanwhile."""
        self.write({"state": "cancelled", "reason": "already_sent"})
        self._settle_items("skipped", "already_sent")

    def _forget_delivery(self):
        """An invoice that did not arrive starts no days of silence."""
        failed = self.filtered(lambda f: f.purpose == "delivery")
        failed.item_ids.move_id.sudo().collection_instalment_ids.delivered_on = False

    def _settle_items(self, state, reason):
        planned = self.item_ids.filtered(lambda i: i.state == "planned")
        planned.write({"state": state, "reason": reason})

    def _withdraw(self, keep_words=False):
        """Take what has not left out of the outbox.

        :param keep_words: it may have arrived: it stays in the history, where replies and bounces
            find it
        """
        for channel, own in self.env["collection.channel"]._each(self):
            channel._withdraw(own, keep_words)

    @api.ondelete(at_uninstall=False)
    def _never_delete(self):
        raise UserError(
            self.env._("What was said to a customer is never deleted. Cancel it instead.")
        )
