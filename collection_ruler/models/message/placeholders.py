from markupsafe import Markup
from odoo import api, fields, models

from ...dunning.greeting import person_of
from ..common.formatting import amount_text, date_text, one_line
from ..common.memo import memo_of
from . import remaining, sentences

# what template editors may say, in the order in which they are offered
PLACEHOLDERS = """
    greeting first_name last_name customer_name customer_number customer_vat customer_address ice_breaker
    company_name company_vat company_registry company_phone company_address signature signatory_name
    signatory_phone signatory_email call_us current_date answer_date amount_text total_text overdue_text
    amount_paid_text invoices_text invoices_due_text invoice_names oldest_due_text attached_text
    due_table coming_table remaining_text pay_button bank_details appendix"""


class CollectionFollowup(models.Model):
    """What a message may say: flat, safe fields for people who edit templates but write no code (C1, C2).

    Everything is in the recipient's language, which the context brings.
    """

    _inherit = "collection.followup"

    greeting = fields.Char(compute="_compute_names", compute_sudo=True)
    first_name = fields.Char(
        compute="_compute_names", compute_sudo=True, help="Empty where it is not plain which it is."
    )
    last_name = fields.Char(compute="_compute_names", compute_sudo=True)
    customer_name = fields.Char(compute="_compute_names", compute_sudo=True)
    customer_number = fields.Char(compute="_compute_names", compute_sudo=True)
    customer_vat = fields.Char(compute="_compute_names", compute_sudo=True)
    customer_address = fields.Char(compute="_compute_customer_address", compute_sudo=True)
    ice_breaker = fields.Char(related="debtor_id.ice_breaker")
    company_name = fields.Char(related="company_id.name")
    company_vat = fields.Char(related="company_id.vat")
    company_registry = fields.Char(related="company_id.company_registry")
    company_phone = fields.Char(related="company_id.phone")
    company_address = fields.Char(compute="_compute_signatory", compute_sudo=True)
    signatory_name = fields.Char(compute="_compute_signatory", compute_sudo=True)
    signatory_phone = fields.Char(compute="_compute_signatory", compute_sudo=True)
    signatory_email = fields.Char(compute="_compute_signatory", compute_sudo=True)
    signature = fields.Html(compute="_compute_sentences", compute_sudo=True, sanitize=False)
    call_us = fields.Html(compute="_compute_firm_sentences", compute_sudo=True, sanitize=False)
    answer_date = fields.Char(
        compute="_compute_firm_sentences",
        compute_sudo=True,
        help="Some working days ahead: by when a firm message asks for payment or an answer.",
    )
    current_date = fields.Char(compute="_compute_figures", compute_sudo=True)
    amount_text = fields.Char(
        compute="_compute_figures", compute_sudo=True, help="What it asks for, written out."
    )
    total_text = fields.Html(compute="_compute_sentences", compute_sudo=True, sanitize=False)
    attached_text = fields.Html(compute="_compute_sentences", compute_sudo=True, sanitize=False)
    overdue_text = fields.Char(
        compute="_compute_overdue_text", compute_sudo=True, help="The part of it that is overdue."
    )
    amount_paid_text = fields.Char(compute="_compute_figures", compute_sudo=True)
    invoices_text = fields.Char(compute="_compute_figures", compute_sudo=True)
    invoices_due_text = fields.Char(compute="_compute_figures", compute_sudo=True)
    invoice_names = fields.Char(compute="_compute_figures", compute_sudo=True)
    oldest_due_text = fields.Char(compute="_compute_figures", compute_sudo=True)
    remaining_text = fields.Html(compute="_compute_remaining", compute_sudo=True, sanitize=False)
    bank_details = fields.Html(compute="_compute_bank_details", compute_sudo=True, sanitize=False)
    names_currencies = fields.Boolean(compute="_compute_names_currencies", compute_sudo=True)
    due_table = fields.Html(compute="_compute_due_table", compute_sudo=True, sanitize=False)
    coming_table = fields.Html(compute="_compute_coming_table", compute_sudo=True, sanitize=False)
    pay_button = fields.Html(compute="_compute_pay_button", compute_sudo=True, sanitize=False)
    appendix = fields.Html(compute="_compute_appendix", compute_sudo=True, sanitize=False)

    @api.model
    def mail_allowed_qweb_expressions(self):
        """The fields offered to template editors without programming rights."""
        return (
            *super().mail_allowed_qweb_expressions(),
            *(f"object.{name}" for name in self._placeholders()),
        )

    @api.model
    def _placeholders(self):
        return tuple(PLACEHOLDERS.split())

    def _lang(self):
        """The recipient's language, else the customer's (B6)."""
        self.ensure_one()
        lang = self.partner_id.lang or self.debtor_id.partner_id.lang
        return lang or self.company_id.partner_id.lang or self.env.lang or "en_US"

    @api.depends("partner_id", "debtor_id")
    @api.depends_context("lang")
    def _compute_names(self):
        for followup in self:
            customer = followup.debtor_id.partner_id
            contact = followup.partner_id or customer
            lang = followup._lang()
            person = person_of(contact.name, contact.is_company, lang)
            followup.greeting = sentences.greeting(self.env, contact, lang)
            followup.first_name = person.given
            followup.last_name = person.family
            followup.customer_name = customer.name
            followup.customer_number = customer.ref or str(customer.id)
            followup.customer_vat = customer.vat

    @api.depends("debtor_id")
    @api.depends_context("lang")
    def _compute_customer_address(self):
        for followup in self:
            followup.customer_address = one_line(followup.debtor_id.partner_id)

    @api.depends("company_id", "debtor_id.user_id", "ruler_id.user_id")
    @api.depends_context("lang")
    def _compute_signatory(self):
        for (company, user), own in self.grouped(
            lambda f: (f.company_id, f.debtor_id.user_id or f.ruler_id.user_id)
        ).items():
            user = sentences.signatory(user)
            own.signatory_name = user.name or company.name
            own.signatory_phone = user.phone or company.phone
            own.signatory_email = company.email
            own.company_address = company.collection_address

    @api.depends(
        "signatory_name", "signatory_phone", "amount_due", "instalment_ids", "names_currencies"
    )
    @api.depends_context("lang")
    def _compute_sentences(self):
        for followup in self:
            followup.signature = sentences.signature(followup)
            followup.total_text = sentences.total(followup)
            followup.attached_text = sentences.attached(followup)

    @api.depends("signatory_name", "signatory_phone")
    @api.depends_context("lang")
    def _compute_firm_sentences(self):
        for followup in self:
            followup.call_us = sentences.call_us(followup)
            followup.answer_date = sentences.answer_by(followup)

    @api.depends("amount_due", "amount_paid", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_figures(self):
        for followup in self:
            asked, named = followup._asked(), sentences.named(followup)
            today = followup.debtor_id._local_today()
            followup.current_date = date_text(self.env, today)
            followup.amount_text = followup._own_amount_text(followup.amount_due)
            paid = followup.amount_paid
            if followup.purpose == "thanks":
                paid += self.env["collection.thanks"]._kept(followup)
            followup.amount_paid_text = followup._own_amount_text(paid)
            followup.invoices_text = sentences.invoices_text(self.env, named)
            followup.invoices_due_text = sentences.invoices_due_text(self.env, named)
            followup.invoice_names = ", ".join(dict.fromkeys(i.move_id.name or "" for i in asked))
            followup.oldest_due_text = sentences.oldest_due_text(self.env, named, today)

    @api.depends("amount_due", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_overdue_text(self):
        """What falls due today is asked for as well (B5, D1), but nobody missed it yet."""
        for followup in self:
            followup.overdue_text = sentences.overdue_text(followup) or followup.amount_text

    def _asked(self):
        """The instalments it asks for, oldest first; for thanks, those that were paid."""
        self.ensure_one()
        memo = memo_of(self.env).get("asked", {})  # there while a batch is written
        if self.id not in memo:
            asked = self.instalment_ids
            if self.purpose == "thanks":
                asked = self.env["collection.ledger"]._instalments_of(self)
            memo[self.id] = asked.sorted(lambda i: (i.due_date, i.id))
        return memo[self.id]

    @api.depends("amount_due")
    @api.depends_context("lang")
    def _compute_remaining(self):
        for followup in self:
            followup.remaining_text = remaining.remaining(followup)

    def _own_amount_text(self, amount):
        """An amount in the currency of the message, named as this message names currencies."""
        self.ensure_one()
        return amount_text(self.env, amount, self.currency_id, self.names_currencies)

    @api.depends("instalment_ids")
    @api.depends_context("lang")
    def _compute_appendix(self):
        """What other add-ons have to say below the table of what is due; each adds its part to super's."""
        self.appendix = Markup()

    @api.depends("company_id", "instalment_ids")
    @api.depends_context("lang")
    def _compute_bank_details(self):
        details = self.env["collection.bank.details"]._of(self)
        for followup in self:
            followup.bank_details = details[followup]

    @api.depends("currency_id", "instalment_ids")
    def _compute_names_currencies(self):
        """Whether it speaks of several currencies: one sign, as "$", stands for many of them."""
        tables = self.env["collection.message.tables"]
        coming = tables._coming_of_batch(self)
        for followup in self:
            spoken = followup._spoken_currencies()
            if len(spoken) == 1 and (after := tables._coming_next(followup, coming)):
                spoken |= after.currency_id
            followup.names_currencies = len(spoken) > 1

    def _spoken_currencies(self):
        """The ``res.currency`` of what the message is about, without what comes next."""
        self.ensure_one()
        return self._asked().currency_id | self.currency_id

    @api.depends("amount_due", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_due_table(self):
        tables = self.env["collection.message.tables"]._due(self)
        for followup in self:
            followup.due_table = tables[followup]

    @api.depends("instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_coming_table(self):
        tables = self.env["collection.message.tables"]._coming(self)
        for followup in self:
            followup.coming_table = tables.get(followup, Markup())

    @api.depends("amount_due", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_pay_button(self):
        buttons = self.env["collection.pay.button"]._of(self)
        for followup in self:
            followup.pay_button = buttons.get(followup, Markup())

    def _payment_link(self):
        """Where the customer pays what this message asks for.

        The one method that answers this: the portal add-on replaces it by its page for everything. Here
        it is Odoo's own payment link when one invoice is asked for; several have a link each, in the
        table.

        :return: URL, or False where nothing can be paid by one link
        """
        self.ensure_one()
        moves = self.instalment_ids.move_id
        if self.purpose == "thanks" or len(moves) != 1 or not moves.is_sale_document():
            return False
        return moves._collection_payment_link(self.amount_due)
