from decimal import Decimal

from markupsafe import Markup, escape
from odoo import api, models

from ...dunning.greeting import called, person_of
from ...dunning.message_shape import answer_day
from ..common.formatting import date_text, one_line
from ..common.memo import memo_of
from . import sentences
from .spoken import names_of

# what template editors may say, in the order in which they are offered
OFFERED = """
    greeting first_name last_name customer_name customer_number customer_vat customer_address ice_breaker
    company_name company_vat company_registry company_phone company_address signature signatory_name
    signatory_phone signatory_email call_us current_date answer_date amount_text total_text overdue_text
    amount_paid_text invoices_text invoices_due_text invoice_names oldest_due_text attached_text
    due_table coming_table remaining_text pay_button bank_details appendix"""
PLACEHOLDERS = tuple(OFFERED.split())


class CollectionWords(models.AbstractModel):
    """What each placeholder says of a message, in the language of the environment (C1).

    One method for each, `_say_` and its name; all take a Spoken and return text or Markup, empty where there
    is nothing to say. An add-on that has more to say inherits this model.
    """

    _name = "collection.words"
    _inherit = ["collection.message.sums"]
    _description = "Collection: words of messages"

    @api.model
    def _saying(self, name):
        """What says a placeholder: a function of a Spoken.

        :param name: one of PLACEHOLDERS
        """
        return getattr(self.sudo(), f"_say_{name}")

    # ------------------------------------------------------------------
    # who reads it
    # ------------------------------------------------------------------

    def _say_greeting(self, spoken):
        """By name where it is plain what they are called, else the neutral form."""
        contact = spoken.contact
        name = called(contact.name, contact.is_company, spoken.lang)
        return self.env._("Hello %s,", name) if name else self.env._("Hello,")

    def _say_first_name(self, spoken):
        return self._person(spoken).given

    def _say_last_name(self, spoken):
        return self._person(spoken).family

    def _person(self, spoken):
        return person_of(spoken.contact.name, spoken.contact.is_company, spoken.lang)

    def _say_customer_name(self, spoken):
        return spoken.customer.name

    def _say_customer_number(self, spoken):
        return spoken.customer.ref or str(spoken.customer.id)

    def _say_customer_vat(self, spoken):
        return spoken.customer.vat

    def _say_customer_address(self, spoken):
        return one_line(spoken.customer.with_env(self.env))

    def _say_ice_breaker(self, spoken):
        return spoken.debtor.ice_breaker

    # ------------------------------------------------------------------
    # who writes it
    # ------------------------------------------------------------------

    def _say_company_name(self, spoken):
        return spoken.company.name

    def _say_company_vat(self, spoken):
        return spoken.company.vat

    def _say_company_registry(self, spoken):
        return spoken.company.company_registry

    def _say_company_phone(self, spoken):
        return spoken.company.phone

    def _say_company_address(self, spoken):
        return spoken.company.with_env(self.env).collection_address

    def _say_signatory_name(self, spoken):
        return self._signatory(spoken)[0]

    def _say_signatory_phone(self, spoken):
        return self._signatory(spoken)[1]

    def _say_signatory_email(self, spoken):
        return spoken.company.email

    def _signatory(self, spoken):
        """Who signs, and under which number: whoever looks after the customer, else after the ruler."""
        user = spoken.debtor.user_id or spoken.followup.ruler_id.user_id
        memo, key = memo_of(self.env), ("signatory", spoken.company.id, user.id)
        if key not in memo:
            signs = sentences.signatory(user)
            name, phone = signs.name or spoken.company.name, signs.phone or spoken.company.phone
            memo[key] = name, phone
        return memo[key]

    def _say_signature(self, spoken):
        """The last lines, each once: who signs, the company, a telephone number."""
        name, phone = self._signatory(spoken)
        lines = filter(None, (name, spoken.company.name, phone))
        return Markup("<br/>").join(dict.fromkeys(map(escape, lines)))

    def _say_call_us(self, spoken):
        return sentences.call_us(self.env, *self._signatory(spoken), spoken.company.name)

    # ------------------------------------------------------------------
    # what it is about
    # ------------------------------------------------------------------

    def _say_current_date(self, spoken):
        return date_text(self.env, spoken.today)

    def _say_answer_date(self, spoken):
        """The day by which a firm message asks for payment or an answer, in words."""
        memo, debtor = memo_of(self.env), spoken.debtor
        key = "answer", debtor.company_id.id, debtor.calendar_key
        if key not in memo:
            memo[key] = answer_day(debtor._place_calendar(), spoken.today)
        return date_text(self.env, memo[key])

    def _say_amount_text(self, spoken):
        return self._amount(spoken, spoken.amount)

    def _say_amount_paid_text(self, spoken):
        paid = spoken.followup.amount_paid
        if spoken.is_thanks:
            paid += self.env["collection.thanks"]._kept(spoken.followup)
        return self._amount(spoken, paid)

    def _say_overdue_text(self, spoken):
        """What falls due today is asked for as well (B5, D1), but nobody missed it yet."""
        return self._amount(spoken, spoken.overdue.net or spoken.amount)

    def _say_total_text(self, spoken):
        """What is to be paid in all, to stand before the table (C9); empty where the sentence before it,
        about what is overdue or about all, names the same amount."""
        if spoken.is_thanks:
            return Markup()
        totals = self._totals(spoken)
        late = spoken.overdue.net
        if len(totals) < 2 and (not late or late == Decimal(str(spoken.amount))):
            return Markup()
        amounts = [self._amount(spoken, net, currency) for currency, net in totals]
        return sentences.total(self.env, amounts)

    def _say_invoices_text(self, spoken):
        return sentences.invoices(self.env, names_of(spoken.named))

    def _say_invoices_due_text(self, spoken):
        return sentences.invoices_due(self.env, spoken.named)

    def _say_invoice_names(self, spoken):
        return ", ".join(names_of(spoken.asked))

    def _say_oldest_due_text(self, spoken):
        return sentences.oldest_due(self.env, spoken.named, spoken.today)

    def _say_attached_text(self, spoken):
        files = self.env["collection.envelope"]._attachments(spoken.followup)
        return sentences.attached(self.env, len(files), len(spoken.moves))

    def _say_remaining_text(self, spoken):
        """What is open of the invoices that were paid for, and until when (A5)."""
        return self.env["collection.remaining"]._say(spoken) if spoken.is_thanks else Markup()

    # ------------------------------------------------------------------
    # its parts
    # ------------------------------------------------------------------

    def _say_due_table(self, spoken):
        return self._of_batch("collection.message.tables", "_due", spoken)

    def _say_coming_table(self, spoken):
        return self._of_batch("collection.message.tables", "_coming", spoken)

    def _say_pay_button(self, spoken):
        return self._of_batch("collection.pay.button", "_of", spoken)

    def _say_bank_details(self, spoken):
        return self.env["collection.bank.details"]._of(spoken)

    def _say_appendix(self, spoken):
        """What other add-ons have to say below the table of what is due; each adds its part to super's."""
        return Markup()

    def _of_batch(self, model, method, spoken):
        """A part that is rendered in one go for all messages of a batch with the same words.

        :param method: of `model`, for a list of Spoken: {follow-up id: Markup}
        """
        known, step = spoken.batch.known, spoken.step
        key = model, method, step, spoken.lang, self.env.lang
        if key not in known:
            batch = spoken.batch.values()
            same = [s for s in batch if (s.step, s.lang) == (step, spoken.lang)]
            known[key] = getattr(self.env[model], method)(same)
        return known[key].get(spoken.followup.id, Markup())
