import email
import email.policy
import xmlrpc.client
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain

from ..common import clock

# a reply pauses the ruler for so many working days (C6)
REPLY_HOLD_DAYS = 3
# kinds of tasks that are a conversation once they are done
CONVERSATIONS = ("phonecall", "meeting")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Note whether a machine wrote the message, before Odoo forgets its headers (C6, story 4)."""
        automatic = self._collection_is_automatic(message)
        return super(
            MailThread, self.with_context(collection_automatic_reply=automatic)
        ).message_process(model, message, *args, **kwargs)

    @api.model
    def _collection_is_automatic(self, message):
        """Whether headers say that no person wrote it (RFC 3834 and what mailers did before it)."""
        if isinstance(message, xmlrpc.client.Binary):
            message = bytes(message.data)
        if isinstance(message, str):
            message = message.encode()
        head = email.message_from_bytes(message, policy=email.policy.SMTP)
        return (
            (head.get("Auto-Submitted") or "no").strip().lower() != "no"
            or any(name in head for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
            or (head.get("Precedence") or "").strip().lower() in ("auto_reply", "bulk", "junk")
        )


class AccountMove(models.Model):
    """An invoice that the ruler delivered: what comes back concerns its debtor."""

    _inherit = "account.move"

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals)
        if not self.env.context.get("collection_automatic_reply"):
            for delivery in self._collection_deliveries():
                delivery.debtor_id._replied(msg_dict)
        return result

    def _message_receive_bounce(self, email, partner):
        for delivery in self._collection_deliveries():
            if not delivery.bounced_at:
                delivery.bounced_at = fields.Datetime.now()
                delivery._fail("bounced", email)
        return super()._message_receive_bounce(email, partner)

    def _collection_deliveries(self):
        """The deliveries of these invoices that have left."""
        return (
            self.env["collection.followup"]
            .sudo()
            .search(
                [
                    ("purpose", "=", "delivery"),
                    ("state", "in", ("queued", "sent", "uncertain")),
                    ("item_ids.move_id", "in", self.ids),
                ]
            )
        )


class CollectionDebtor(models.Model):
    """What comes back from the customer: replies and bounces (track)."""

    _inherit = "collection.debtor"

    def message_update(self, msg_dict, update_vals=None):
        """A person replied: pause for 3 working days and put it on top (C6, story 3)."""
        result = super().message_update(msg_dict, update_vals)
        if not self.env.context.get("collection_automatic_reply"):
            for debtor in self:
                debtor._replied(msg_dict)
        return result

    def _replied(self, msg_dict):
        """Hold the ruler, tell the responsible, and note the answer on what was answered."""
        self.ensure_one()
        last = self._last_followup()
        last.answered_at = fields.Datetime.now()
        calendar = self._calendar()
        day = self._local_today()
        for _working_day in range(REPLY_HOLD_DAYS):
            day = calendar.next_open_day(day + timedelta(days=1))
        pending = self.hold_ids.filtered(lambda h: h.state == "active" and h.origin == "reply")
        if pending:
            # a person may have made it longer, or without end
            pending.filtered(lambda h: h.date_to and h.date_to < day).date_to = day
        else:
            self.env["collection.hold"].create(
                {
                    "debtor_id": self.id,
                    "origin": "reply",
                    "note": (msg_dict.get("subject") or "")[:200],
                    "date_to": day,
                }
            )
        self.priority = "1"
        self._tell(
            self.env._("Answer the reply of %s", self.display_name),
            self.env._("The ruler is silent until %s.", fields.Date.to_string(day)),
            last.ruler_id,
            once=True,
        )

    def _message_post_after_hook(self, message, msg_vals):
        """Who writes to the customer here has answered."""
        is_ours = message.author_id.user_ids.filtered(lambda user: not user.share)
        is_for_customer = message.subtype_id and not message.subtype_id.internal
        if message.message_type == "comment" and is_for_customer and is_ours:
            self._answered()
            self._talked(self.env._("Message of %s", message.author_id.name), "email", message)
        task = message.sudo().mail_activity_type_id
        if task.category in CONVERSATIONS:
            self._talked(task.name, "activity")
        return super()._message_post_after_hook(message, msg_vals)

    def _talked(self, name, channel, message=None):
        """Somebody of us spoke with the customer: the ruler leaves them in peace for some days, and the
        contact counts as one of ours, once a day (B4).

        :param message: ``mail.message`` that was written; if it cannot be sent, nobody spoke
        """
        now = clock.naive_now(self.env)
        for debtor in self.sudo():
            Followup = self.env["collection.followup"].sudo()
            today = Domain("scheduled_at", ">=", debtor._starts_today())
            talk = Followup.search(
                Domain("debtor_id", "=", debtor.id) & Domain("purpose", "=", "talk") & today,
                order="id desc",
                limit=1,
            )
            if talk and talk.state != "failed":
                continue
            values = {
                "debtor_id": debtor.id,
                "company_id": debtor.company_id.id,
                "step_name": name,
                "channel": channel,
                "purpose": "talk",
                "scheduled_at": now,
                "delivered_at": now,
                "partner_id": debtor.partner_id.id,
                "currency_id": debtor.currency_id.id,
                "mail_message_id": message and message.id,
            }
            if talk:  # a second word in the place of the one that did not arrive
                talk._move_to("sent", False, failure=False, **values)
            else:
                Followup.create({**values, "state": "sent"})
            debtor._touch()

    def _starts_today(self):
        """When today began where the customer lives, naive UTC."""
        calendar = self._calendar()
        midnight = datetime.combine(self._local_today(), time(), ZoneInfo(calendar.timezone))
        return midnight.astimezone(UTC).replace(tzinfo=None)

    def _answered(self):
        """Nothing of these waits for an answer any more: the star of a reply goes (C6)."""
        self.filtered(lambda debtor: debtor.priority == "1").priority = "0"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send the company no copy of an answer: its mailbox may be the one that Odoo reads.

        Odoo notifies the author of what was answered, and our messages are the company's.
        """
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        own = self.company_id.partner_id.ids
        return [recipient for recipient in recipients if recipient["id"] not in own]

    def _message_receive_bounce(self, email, partner):
        """The address does not work: say so on the message and to the responsible."""
        for debtor in self:
            last = debtor._last_followup([("address", "=ilike", email)])
            if last and not last.bounced_at:
                last.bounced_at = fields.Datetime.now()
                last._fail("bounced", email)
        return super()._message_receive_bounce(email, partner)

    def _last_followup(self, domain=()):
        """The newest message that the customer got."""
        self.ensure_one()
        return self.env["collection.followup"].search(
            [
                ("debtor_id", "=", self.id),
                ("customer_hears", "=", True),
                ("purpose", "!=", "talk"),
                ("state", "in", ("sent", "uncertain", "queued")),
                *domain,
            ],
            order="handed_at desc NULLS LAST, id desc",
            limit=1,
        )
