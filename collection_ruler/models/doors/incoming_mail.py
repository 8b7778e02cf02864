import xmlrpc.client

from odoo import api, models

from ...dunning.incoming import Kind, read
from ..common.memo import SETTLED, incoming_of

# what a program wrote about a message of ours
REPORTS = (Kind.BOUNCE, Kind.DELAY, Kind.RECEIPT, Kind.COMPLAINT)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Note who or what wrote the message, before Odoo forgets its headers (C5, C6)."""
        raw = bytes(message.data) if isinstance(message, xmlrpc.client.Binary) else message
        incoming = read(raw.encode() if isinstance(raw, str) else raw)
        thread = self.with_context(collection_incoming=incoming)
        return super(MailThread, thread).message_process(model, message, *args, **kwargs)

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        """Odoo's own word first; but a report about a message of ours is one whatever its sender is called,
        and what a person answers is none, whichever address of ours it went to."""
        is_bounce = super()._detect_is_bounce(message, message_dict)
        incoming = incoming_of(self.env)
        if not incoming or incoming.kind == Kind.MACHINE or is_bounce == (incoming.kind in REPORTS):
            return is_bounce
        if self.env["collection.bounce"]._followups(incoming.message_ids):
            return not is_bounce
        return is_bounce

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """What a report says of our messages is judged by our table, and is not said twice (C5)."""
        thread = self
        incoming = incoming_of(self.env) or read(email_message.as_bytes())
        if self.env["collection.bounce"]._came_back(incoming, message_dict):
            thread = self.with_context(collection_bounce=SETTLED)
        return super(MailThread, thread)._routing_handle_bounce(email_message, message_dict)


class AccountMove(models.Model):
    """An invoice that the ruler delivered: a reply to it concerns its debtor."""

    _inherit = "account.move"

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals)
        for delivery in self._collection_deliveries():
            self.env["collection.conversation"]._replied(delivery.debtor_id, msg_dict)
        return result

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
