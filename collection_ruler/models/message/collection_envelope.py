from odoo import api, models
from odoo.tools import formataddr
from odoo.tools.mail import generate_tracking_message_id

from ..common.memo import memo_of

# stands for the body while the frame around it is rendered
BODY_PLACE = "collection-ruler-body"


class CollectionEnvelope(models.AbstractModel):
    """What is around the words of an e-mail: addresses, frame and attachments (C2, C4)."""

    _name = "collection.envelope"
    _description = "Collection: envelopes of e-mails"

    @api.model
    def _values(self, followups, messages):
        """The ``mail.mail`` of follow-ups of one root company: one recipient each, one SMTP transaction.

        What they belong to, and the bodies that the history shows, are written in one go for all.

        :param messages: {follow-up id: Message}
        :return: list of dicts, in the order of the follow-ups
        """
        replies = self._reply_addresses(followups)
        common = self._common_values(followups.company_id)
        return [
            common
            | self._values_of(followup, messages[followup.id], replies[followup.debtor_id.id])
            for followup in followups
        ]

    def _common_values(self, company):
        """What the mails of a company have in common."""
        return {
            "email_from": company.email_formatted,
            "author_id": company.partner_id.id,
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "message_type": "email_outgoing",
            "auto_delete": False,
            "headers": repr(
                {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}
            ),
        }

    def _reply_addresses(self, followups):
        """Where answers go: {debtor id: formatted address}."""
        company = followups.company_id
        return followups.debtor_id._notify_get_reply_to(
            default=company.email_formatted, author_id=company.partner_id.id
        )

    def _values_of(self, followup, message, reply_to):
        """What is its own of the mail of a follow-up."""
        recipient = followup.partner_id
        return {
            "subject": message.subject,
            "body_html": self._layout(followup, message.body),
            "email_to": formataddr((recipient.name or "", recipient.email_normalized)),
            "email_cc": self._copy_to(followup),
            "partner_ids": [(6, 0, recipient.ids)],
            "reply_to": reply_to,
            "message_id": generate_tracking_message_id(
                f"{followup.debtor_id.id}-collection.debtor"
            ),
            "attachment_ids": [(4, attachment.id) for attachment in self._attachments(followup)],
            "collection_followup_id": followup.id,
        }

    @api.model
    def _layout(self, followup, body):
        """The company's frame around a body: the same for all messages of a batch in a language."""
        memo = memo_of(self.env)
        lang = followup._lang()
        key = "layout", followup.company_id.id, lang
        if key not in memo:
            local = followup.with_context(lang=lang)
            frame = local.env["ir.qweb"]._render(
                "collection_ruler.message_layout",
                {"body": BODY_PLACE, "company": local.company_id, "followup": local, "lang": lang},
            )
            memo[key] = frame.partition(BODY_PLACE)
        before, _place, after = memo[key]
        return before + body + after

    @api.model
    def _copy_to(self, followup):
        """The salesperson's address when the step wants a copy, else False."""
        salesperson = followup.debtor_id.partner_id.user_id
        if not followup.step_id.copy_salesperson or not salesperson.email:
            return False
        return salesperson.email_formatted

    @api.model
    def _attachments(self, followup):
        """The stored invoice PDFs, as they were first sent, never rendered again (C2)."""
        if not followup.step_id.attach_invoice:
            return self.env["ir.attachment"]
        return followup.instalment_ids.move_id.invoice_pdf_report_id
