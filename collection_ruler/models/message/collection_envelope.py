from odoo import api, models
from odoo.tools import formataddr

from ...dunning.addresses import display_name, mailboxes
from ...dunning.message_shape import in_one_line
from ..common.memo import memo_of
from .parts import without_indentation

# stands for the body while the frame around it is rendered
BODY_PLACE = "collection-ruler-body"
# what all our mails have in common
MAIL = {
    "is_notification": False,
    "scheduled_date": False,
    "auto_delete": False,
    "headers": repr({"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}),
}


class CollectionEnvelope(models.AbstractModel):
    """What is around the words of an e-mail: addresses, frame and attachments (C2, C4)."""

    _name = "collection.envelope"
    _description = "Collection: envelopes of e-mails"

    @api.model
    def _headers(self, followups):
        """Who writes to whom, as the history keeps it: {follow-up id: values of its ``mail.message``}.

        :param followups: of one root company
        """
        company = followups.company_id
        sender = ", ".join(self._formatted(company.name, mailboxes(company.email)[:1]))
        sender = sender or in_one_line(company.email_formatted)
        replies = followups.debtor_id._notify_get_reply_to(
            default=sender, author_id=company.partner_id.id
        )
        common = {
            "message_type": "email_outgoing",
            "email_from": sender,
            "author_id": company.partner_id.id,
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
        }
        return {
            followup.id: {
                **common,
                "reply_to": in_one_line(replies[followup.debtor_id.id]),
                "partner_ids": [(6, 0, followup.partner_id.ids)],
                "attachment_ids": [(6, 0, self._attachments(followup).ids)],
            }
            for followup in followups
        }

    @api.model
    def _mails(self, followups, messages, kept, living):
        """The ``mail.mail`` of follow-ups: one recipient each, one SMTP transaction.

        :param messages: {follow-up id: Message}
        :param kept: {``collection.followup``: id of the ``mail.message`` in the history}
        :param living: {``collection.followup``: addresses to which it goes}
        :return: list of dicts, in the order of the follow-ups
        """
        return [
            MAIL
            | {
                "mail_message_id": kept[followup],
                "collection_followup_id": followup.id,
                "body_html": self._layout(followup, messages[followup.id].body),
                "email_to": self._to(followup, living[followup]),
                "email_cc": self._copy_to(followup),
            }
            for followup in followups
        ]

    @api.model
    def _to(self, followup, addresses):
        """The recipient of a message at these addresses, as text: Odoo reads it again when it sends, and
        finds nothing in it but them."""
        return ", ".join(self._formatted(followup.partner_id.name, addresses))

    @api.model
    def _formatted(self, name, addresses):
        """Addresses with a name before each: list of texts."""
        return [formataddr((display_name(name), address)) for address in addresses]

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
            memo[key] = without_indentation(frame).partition(BODY_PLACE)
        before, _place, after = memo[key]
        return before + body + after

    @api.model
    def _copy_to(self, followup):
        """The salesperson's address when the step wants a copy, else False; nobody who left gets one (B9)."""
        if not followup.step_id.copy_salesperson:
            return False
        salesperson = followup.debtor_id.partner_id.user_id.filtered("active")
        return ", ".join(self._formatted(salesperson.name, mailboxes(salesperson.email))) or False

    @api.model
    def _attachments(self, followup):
        """The stored invoice PDFs, as they were first sent, never rendered again (C2)."""
        if not followup.step_id.attach_invoice:
            return self.env["ir.attachment"]
        return followup.instalment_ids.move_id.invoice_pdf_report_id
