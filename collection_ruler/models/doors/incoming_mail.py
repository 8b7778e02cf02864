import xmlrpc.client

from odoo import api, fields, models

from ...dunning.answers import is_automatic, is_final
from ...dunning.reason import Reason
from ..common.memo import NOT_FINAL


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Note whether a machine wrote the message, before Odoo forgets its headers (C6)."""
        automatic = self._collection_is_automatic(message)
        return super(
            MailThread, self.with_context(collection_automatic_reply=automatic)
        ).message_process(model, message, *args, **kwargs)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """A server that only reports a delay goes on trying: the address is as good as before (C5)."""
        thread = self
        if not is_final(email_message):
            thread = self.with_context(collection_bounce=NOT_FINAL)
        return super(MailThread, thread)._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _collection_is_automatic(self, message):
        """Whether no person wrote a message, as Odoo's mail gate is handed it."""
        if isinstance(message, xmlrpc.client.Binary):
            message = bytes(message.data)
        return is_automatic(message.encode() if isinstance(message, str) else message)


class AccountMove(models.Model):
    """An invoice that the ruler delivered: what comes back concerns its debtor."""

    _inherit = "account.move"

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals)
        for delivery in self._collection_deliveries():
            self.env["collection.conversation"]._replied(delivery.debtor_id, msg_dict)
        return result

    def _message_receive_bounce(self, email, partner):
        is_final_one = self.env.context.get("collection_bounce") is not NOT_FINAL
        for delivery in self._collection_deliveries() if is_final_one else ():
            if not delivery.bounced_at:
                delivery.bounced_at = fields.Datetime.now()
                delivery._fail(Reason.BOUNCED, email)
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
