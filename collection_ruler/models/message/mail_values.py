from odoo import models
from odoo.tools import formataddr
from odoo.tools.mail import generate_tracking_message_id

# stands for the body while the frame around it is rendered
BODY_PLACE = "collection-ruler-body"


class CollectionFollowup(models.Model):
    """What is around the words of a message: links, addresses, frame and attachments (C2, C4)."""

    _inherit = "collection.followup"

    def _payment_link(self):
        """Where the customer pays what this message asks for.

        The one method that answers this: the portal add-on replaces it by its page for everything. Here
        it is Odoo's own payment link when one invoice is asked for; several have a link each, in the
        table.
        """
        self.ensure_one()
        moves = self.instalment_ids.move_id
        if self.purpose == "thanks" or len(moves) != 1 or not moves.is_sale_document():
            return False
        return moves._collection_payment_link(self.amount_due)

    def _move_payment_link(self, instalment):
        """Odoo's payment link for one row of the table."""
        move = instalment.move_id
        if not move.is_sale_document():
            return False
        return move._collection_payment_link(instalment.residual_currency)

    def _reply_addresses(self):
        """Where answers go: {debtor id: formatted address}, for a batch of one root company."""
        company = self.company_id
        debtors = self.debtor_id
        return debtors._notify_get_reply_to(
            default=company.email_formatted, author_id=company.partner_id.id
        )

    def _mail_values(self, subject, body, reply_to):
        """The ``mail.mail`` of one follow-up: one recipient, one SMTP transaction.

        What it belongs to, and the body that the history shows, are written in one go for all.
        """
        self.ensure_one()
        company = self.company_id
        recipient = self.partner_id
        return {
            "subject": subject,
            "body_html": self._layout(body),
            "email_from": company.email_formatted,
            "author_id": company.partner_id.id,
            "email_to": formataddr((recipient.name or "", recipient.email_normalized)),
            "email_cc": self._copy_to(),
            "partner_ids": [(6, 0, recipient.ids)],
            "reply_to": reply_to,
            "message_id": generate_tracking_message_id(f"{self.debtor_id.id}-collection.debtor"),
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "message_type": "email_outgoing",
            "auto_delete": False,
            "attachment_ids": [(4, attachment.id) for attachment in self._attachments()],
            "collection_followup_id": self.id,
            "headers": repr(
                {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}
            ),
        }

    def _layout(self, body):
        """The company's frame around a body: the same for all messages of a batch in a language."""
        memo = self.env.context.get("collection_memo", {})
        lang = self._lang()
        key = "layout", self.company_id.id, lang
        if key not in memo:
            local = self.with_context(lang=lang)
            frame = local.env["ir.qweb"]._render(
                "collection_ruler.message_layout",
                {"body": BODY_PLACE, "company": local.company_id, "followup": local, "lang": lang},
            )
            memo[key] = frame.partition(BODY_PLACE)
        before, _place, after = memo[key]
        return before + body + after

    def _copy_to(self):
        """The salesperson's address when the step wants a copy."""
        self.ensure_one()
        salesperson = self.debtor_id.partner_id.user_id
        if not self.step_id.copy_salesperson or not salesperson.email:
            return False
        return salesperson.email_formatted

    def _attachments(self):
        """The stored invoice PDFs, as they were first sent, never rendered again (C2)."""
        self.ensure_one()
        if not self.step_id.attach_invoice:
            return self.env["ir.attachment"]
        return self.instalment_ids.move_id.invoice_pdf_report_id
