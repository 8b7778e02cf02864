from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.tools import format_amount, format_date, formatLang

# what the tables show of an instalment
SHOWN = ["move_id", "due_date", "ruler_id", "residual_currency", "currency_id"]
# stands for the reference while the bank details are rendered
REFERENCE_PLACE = "collection-ruler-reference"
# after each part of those that are rendered in one go; texts are escaped, so none can say it
PART_ENDS = '<hr class="collection-part-ends"/>'


class CollectionFollowup(models.Model):
    """What a message may say: flat, safe fields for people who edit templates but write no code (C1, C2).

    Everything is in the recipient's language, which the context brings.
    """

    _inherit = "collection.followup"

    first_name = fields.Char(compute="_compute_names", compute_sudo=True)
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
    current_date = fields.Char(compute="_compute_figures", compute_sudo=True)
    amount_text = fields.Char(
        compute="_compute_figures", compute_sudo=True, help="What it asks for, written out."
    )
    overdue_text = fields.Char(
        compute="_compute_overdue_text", compute_sudo=True, help="The part of it that is overdue."
    )
    amount_paid_text = fields.Char(compute="_compute_figures", compute_sudo=True)
    invoice_names = fields.Char(compute="_compute_figures", compute_sudo=True)
    oldest_due_text = fields.Char(compute="_compute_figures", compute_sudo=True)
    remaining_text = fields.Html(compute="_compute_remaining", compute_sudo=True, sanitize=False)
    bank_details = fields.Html(compute="_compute_bank_details", compute_sudo=True, sanitize=False)
    appendix = fields.Html(compute="_compute_appendix", compute_sudo=True, sanitize=False)

    @api.model
    def mail_allowed_qweb_expressions(self):
        """The fields offered to template editors without programming rights."""
        return (
            *super().mail_allowed_qweb_expressions(),
            *(f"object.{name}" for name in self._words()),
        )

    @api.model
    def _words(self):
        return (
            "first_name",
            "last_name",
            "customer_name",
            "customer_number",
            "customer_vat",
            "customer_address",
            "ice_breaker",
            "company_name",
            "company_vat",
            "company_registry",
            "company_phone",
            "company_address",
            "signatory_name",
            "signatory_phone",
            "signatory_email",
            "current_date",
            "amount_text",
            "overdue_text",
            "amount_paid_text",
            "invoice_names",
            "oldest_due_text",
            "due_table",
            "coming_table",
            "remaining_text",
            "pay_button",
            "bank_details",
            "appendix",
        )

    def _lang(self):
        """The recipient's language, else the customer's (B6)."""
        self.ensure_one()
        lang = self.partner_id.lang or self.debtor_id.partner_id.lang
        return lang or self.company_id.partner_id.lang or self.env.lang or "en_US"

    @api.depends("partner_id", "debtor_id")
    def _compute_names(self):
        for followup in self:
            customer = followup.debtor_id.partner_id
            contact = followup.partner_id or customer
            person = contact if not contact.is_company else contact.browse()
            first, _space, last = (person.name or "").partition(" ")
            followup.first_name = first or customer.name
            followup.last_name = last
            followup.customer_name = customer.name
            followup.customer_number = customer.ref or str(customer.id)
            followup.customer_vat = customer.vat

    @api.depends("debtor_id")
    def _compute_customer_address(self):
        for followup in self:
            followup.customer_address = self._one_line(followup.debtor_id.partner_id)

    @api.model
    def _one_line(self, partner):
        """An address without the gaps that fields left empty make."""
        lines = partner._display_address(without_company=True).split("\n")
        return ", ".join(filter(None, (line.strip(" ,") for line in lines)))

    @api.depends("company_id", "debtor_id.user_id", "ruler_id.user_id")
    def _compute_signatory(self):
        for (company, user), own in self.grouped(
            lambda f: (f.company_id, f.debtor_id.user_id or f.ruler_id.user_id)
        ).items():
            own.signatory_name = user.name if user and user.active else company.name
            own.signatory_phone = user.phone or company.phone
            own.signatory_email = company.email
            own.company_address = company.collection_address

    @api.depends("amount_due", "amount_paid", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_figures(self):
        for debtor, own in self.grouped("debtor_id").items():
            own.current_date = self._date_text(debtor._local_today())
        for followup in self:
            asked = followup._asked()
            followup.amount_text = followup._own_amount_text(followup.amount_due)
            followup.amount_paid_text = followup._own_amount_text(followup.amount_paid)
            followup.invoice_names = ", ".join(dict.fromkeys(i.move_id.name or "" for i in asked))
            oldest = asked[:1].due_date
            words = self._date_text(oldest) if oldest else ""
            # an announcement of several days; of what is overdue the oldest is meant
            several = oldest and asked[-1:].due_date > oldest
            if several and oldest >= followup.debtor_id._local_today():
                words = self.env._("%s and later", words)
            followup.oldest_due_text = words

    @api.depends("amount_due", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_overdue_text(self):
        for followup in self:
            overdue = followup._overdue()
            followup.overdue_text = (
                followup._own_amount_text(overdue) if overdue else followup.amount_text
            )

    def _overdue(self):
        """How much of `amount_due` is overdue: what falls due today is asked for as well (B5, D1), but
        nobody missed it yet. Credits pay for the oldest first; 0 where nothing is overdue."""
        self.ensure_one()
        today = self.debtor_id._local_today()
        asked = self.instalment_ids.filtered(lambda i: i.currency_id == self.currency_id)
        late = asked.filtered(lambda i: self._counts_from(i, today) < today)
        # what is not late is what remains of the amount last
        later = sum((asked - late).mapped("residual_currency"))
        return max(0.0, self.currency_id.round(self.amount_due - later))

    def _asked(self):
        """The instalments it asks for, oldest first; for thanks, those that were paid."""
        self.ensure_one()
        if self.purpose == "thanks":
            return (
                self.env["collection.ledger"]
                ._instalments_of(self)
                .sorted(lambda i: (i.due_date, i.id))
            )
        return self.instalment_ids.sorted(lambda i: (i.due_date, i.id))

    # each part by itself: a message pays for those that its template uses

    @api.depends("amount_due")
    @api.depends_context("lang")
    def _compute_remaining(self):
        for followup in self:
            followup.remaining_text = followup._remaining()

    def _render_parts(self, view, parts):
        """Render a part of many messages in one go: starting QWeb takes longer than rendering a small part.

        :param view: that puts PART_ENDS after each of `parts`
        :param parts: [what the part of a message shows]
        :return: list of Markup
        """
        if not parts:
            return []
        rendered = self.env["ir.qweb"]._render(view, {"parts": parts})
        return rendered.split(PART_ENDS)[:-1]

    def _fetch_for_words(self):
        """Read what the messages of a batch speak about, and of wide tables only that."""
        instalments = self.instalment_ids
        instalments.fetch(SHOWN)
        instalments.move_id.fetch(
            [
                "name",
                "move_type",
                "currency_id",
                "partner_id",
                "company_id",
                "partner_bank_id",
                "payment_reference",
            ]
        )

    def _amount_text(self, amount, currency, by_code=False):
        """An amount as the recipient writes it; the same few come again and again.

        :param by_code: name the currency by its ISO code, since several share a symbol
        """
        memo = self.env.context.get("collection_memo", {})
        key = "amount", self.env.lang, currency.id, amount, by_code
        if key not in memo and by_code:
            number = formatLang(self.env, amount, digits=currency.decimal_places)
            memo[key] = f"{number}\N{NO-BREAK SPACE}{currency.name}"
        elif key not in memo:
            memo[key] = format_amount(self.env, amount, currency)
        return memo[key]

    def _own_amount_text(self, amount):
        """An amount in the currency of the message, named as this message names currencies."""
        self.ensure_one()
        return self._amount_text(amount, self.currency_id, self.names_currencies)

    def _date_text(self, day):
        """A date as the recipient writes it; the same few come again and again."""
        memo = self.env.context.get("collection_memo", {})
        key = "date", self.env.lang, day
        if key not in memo:
            memo[key] = format_date(self.env, day)
        return memo[key]

    def _remaining(self):
        """What a part payment leaves open, as a sentence; empty when nothing does (A5)."""
        self.ensure_one()
        if self.purpose != "thanks" or not self.amount_due:
            return Markup()
        amount = self._own_amount_text(self.amount_due)
        return Markup("<p>%s</p>") % self.env._("%s of it remains open.", amount)

    @api.depends("instalment_ids")
    @api.depends_context("lang")
    def _compute_appendix(self):
        """What other add-ons have to say below the table of what is due; each adds its part to super's."""
        self.appendix = Markup()

    @api.depends("company_id", "instalment_ids")
    def _compute_bank_details(self):
        for followup in self:
            moves = followup._asked().move_id
            company = followup.company_id
            bank = moves.partner_bank_id[:1] or company.partner_id.bank_ids[:1]
            reference = ", ".join(
                filter(None, dict.fromkeys(m.payment_reference or m.name for m in moves))
            )
            followup.bank_details = (
                self._bank_frame(company, bank).replace(REFERENCE_PLACE, escape(reference))
                if bank
                else Markup()
            )

    def _bank_frame(self, company, bank):
        """The bank details with a place for the reference: the same for many messages."""
        memo = self.env.context.get("collection_memo", {})
        key = "bank", self.env.lang, company.id, bank.id
        if key not in memo:
            memo[key] = self.env["ir.qweb"]._render(
                "collection_ruler.message_bank_details",
                {"bank": bank, "company": company, "reference": REFERENCE_PLACE},
            )
        return memo[key]
