import email
import email.policy
import xmlrpc.client

from odoo import api, fields, models


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
        for delivery in self._collection_deliveries():
            self.env["collection.conversation"]._replied(delivery.debtor_id, msg_dict)
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
