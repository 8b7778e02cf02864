from markupsafe import Markup
from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _collection_providers(self):
        """The ``payment.provider`` that Odoo's payment page offers to customers of this company: its own and
        those of the companies above it, switched on and published."""
        self.ensure_one()
        Provider = self.env["payment.provider"].sudo()
        return Provider.search(
            [
                *Provider._check_company_domain(self.id),
                ("state", "in", ("enabled", "test")),
                ("is_published", "=", True),
            ]
        )


class CollectionFollowup(models.Model):
    """The way to pay online: promised only where somebody can take the payment (C2)."""

    _inherit = "collection.followup"

    pay_button = fields.Html(compute="_compute_pay_button", compute_sudo=True, sanitize=False)

    @api.depends("amount_due", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_pay_button(self):
        self.pay_button = Markup()
        buttons = {}
        for followup in self:
            moves, currency = followup.instalment_ids.move_id, followup.currency_id
            if not self._takes_payment(moves, currency):
                continue
            if link := followup._payment_link():
                amount = followup.amount_text
                buttons[followup] = {"link": link, "amount": amount, "followup": followup}
        rendered = self._render_parts(
            "collection_ruler.message_pay_buttons", list(buttons.values())
        )
        for followup, button in zip(buttons, rendered, strict=True):
            followup.pay_button = button

    @api.model
    def _takes_payment(self, moves, currency):
        """Whether the payment page of these invoices has a provider for this currency and the customer's
        country."""
        return all(
            any(
                self._fits(provider, currency, own.partner_id)
                for provider in self._providers_of(company)
            )
            for company, own in moves.grouped("company_id").items()
        )

    @api.model
    def _fits(self, provider, currency, partners):
        """A provider without currencies or countries of its own takes all."""
        currencies, countries = provider.available_currency_ids, provider.available_country_ids
        return (not currencies or currency in currencies) and (
            not countries or partners.country_id <= countries
        )

    @api.model
    def _providers_of(self, company):
        """The providers of a company, asked for once in a batch."""
        memo = self.env.context.get("collection_memo", {})
        key = "providers", company.id
        if key not in memo:
            memo[key] = company._collection_providers()
        return memo[key]
