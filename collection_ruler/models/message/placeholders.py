from odoo import api, fields, models

from .collection_words import PLACEHOLDERS

# what the words of a message are made of
MADE_OF = """
    partner_id debtor_id debtor_id.user_id debtor_id.ice_breaker company_id ruler_id ruler_id.user_id step_id
    purpose currency_id amount_due amount_paid instalment_ids"""


def _word(field, name, **described):
    """A field that says what ``collection.words`` says under its name.

    :param field: class of the field
    """

    @api.depends(*MADE_OF.split())
    @api.depends_context("lang")
    def said(followups):
        say = followups.env["collection.words"]._saying(name)
        batch = followups.env["collection.spoken"]._of(followups)
        for followup in followups:
            followup[name] = say(batch[followup.id]) or False

    more = {"sanitize": False} if field is fields.Html else {}
    return field(compute=said, compute_sudo=True, **more, **described)


class CollectionFollowup(models.Model):
    """What a message may say: flat, safe fields for people who edit templates but write no code (C1, C2).

    Everything is in the recipient's language, which the context brings; see ``collection.words``.
    """

    _inherit = "collection.followup"

    greeting = _word(fields.Char, "greeting")
    first_name = _word(fields.Char, "first_name", help="Empty where it is not plain which it is.")
    last_name = _word(fields.Char, "last_name")
    customer_name = _word(fields.Char, "customer_name")
    customer_number = _word(fields.Char, "customer_number")
    customer_vat = _word(fields.Char, "customer_vat")
    customer_address = _word(fields.Char, "customer_address")
    ice_breaker = _word(fields.Char, "ice_breaker")
    company_name = _word(fields.Char, "company_name")
    company_vat = _word(fields.Char, "company_vat")
    company_registry = _word(fields.Char, "company_registry")
    company_phone = _word(fields.Char, "company_phone")
    company_address = _word(fields.Char, "company_address")
    signature = _word(fields.Html, "signature")
    signatory_name = _word(fields.Char, "signatory_name")
    signatory_phone = _word(fields.Char, "signatory_phone")
    signatory_email = _word(fields.Char, "signatory_email")
    call_us = _word(fields.Html, "call_us")
    current_date = _word(fields.Char, "current_date")
    answer_date = _word(
        fields.Char,
        "answer_date",
        help="Some working days ahead: by when a firm message asks for payment or an answer.",
    )
    amount_text = _word(fields.Char, "amount_text", help="What it asks for, written out.")
    total_text = _word(fields.Html, "total_text")
    overdue_text = _word(fields.Char, "overdue_text", help="The part of it that is overdue.")
    amount_paid_text = _word(fields.Char, "amount_paid_text")
    invoices_text = _word(fields.Char, "invoices_text")
    invoices_due_text = _word(fields.Char, "invoices_due_text")
    invoice_names = _word(fields.Char, "invoice_names")
    oldest_due_text = _word(fields.Char, "oldest_due_text")
    attached_text = _word(fields.Html, "attached_text")
    due_table = _word(fields.Html, "due_table")
    coming_table = _word(fields.Html, "coming_table")
    remaining_text = _word(fields.Html, "remaining_text")
    pay_button = _word(fields.Html, "pay_button")
    bank_details = _word(fields.Html, "bank_details")
    appendix = _word(fields.Html, "appendix")

    @api.model
    def mail_allowed_qweb_expressions(self):
        """The fields offered to template editors without programming rights."""
        return (
            *super().mail_allowed_qweb_expressions(),
            *(f"object.{name}" for name in PLACEHOLDERS),
        )

    def _lang(self):
        """The recipient's language, else the customer's (B6)."""
        self.ensure_one()
        lang = self.partner_id.lang or self.debtor_id.partner_id.lang
        return lang or self.company_id.partner_id.lang or self.env.lang or "en_US"
