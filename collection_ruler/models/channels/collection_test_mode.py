from markupsafe import escape
from odoo import api, models

from ..common import clock


class CollectionTestMode(models.AbstractModel):
    """In test mode nothing reaches a customer: one's own mailbox gets what they would have got (A13).

    This is for channels that send no mail of their own; e-mails are turned aside in `doors/test_mode.py`.
    """

    _name = "collection.test.mode"
    _description = "Collection: test mode of channels without a mail of their own"

    @api.model
    def _send(self, channel, followups):
        """Mail what a channel would say to the test address; it counts as said.

        :param channel: of all of them, a model that inherits ``collection.channel``
        """
        values = [self._mail_values(channel, followup) for followup in followups]
        self.env["mail.mail"].sudo().create(values)
        now = clock.naive_now(self.env)
        followups.write({"handed_at": now})
        followups._sent(now)

    def _mail_values(self, channel, followup):
        seen = self.env["collection.message.preview"]._written(followup)
        subject = self.env._(
            "[Test, %(channel)s for %(customer)s] %(subject)s",
            channel=channel._label(),
            customer=seen.get("email_to") or followup.debtor_id.display_name,
            subject=seen.get("subject", ""),
        )
        return {
            "subject": subject,
            "body_html": seen.get("body") or escape(seen.get("note", "")),
            "email_from": followup.company_id.email_formatted,
            "email_to": followup.company_id.root_id.collection_test_email,
            "message_type": "email_outgoing",
        }
