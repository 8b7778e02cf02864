from odoo import api, models

from ..common.memo import memo_of
from .parts import render_parts


class CollectionPayButton(models.AbstractModel):
    """The way to pay online: promised only where somebody can take the payment (C2)."""

    _name = "collection.pay.button"
    _description = "Collection: the pay button of messages"

    @api.model
    def _of(self, followups):
        """The buttons of messages: {``collection.followup``: Markup}, for those that have one."""
        buttons = {}
        for followup in followups:
            moves, currency = followup.instalment_ids.move_id, followup.currency_id
            if self._takes_payment(moves, currency) and (link := followup._payment_link()):
                amount = followup.amount_text
                buttons[followup] = {"link": link, "amount": amount, "followup": followup}
        parts = list(buttons.values())
        rendered = render_parts(self.env, "collection_ruler.message_pay_button", parts)
        return dict(zip(buttons, rendered, strict=True))

    @api.model
    def _link_of_row(self, instalment):
        """Odoo's payment link for one row of the table, or False."""
        move = instalment.move_id
        if not move.is_sale_document() or not self._takes_payment(move, instalment.currency_id):
            return False
        return move._collection_payment_link(instalment.residual_currency)

    @api.model
    def _takes_payment(self, moves, currency):
        """Whether the payment page of these invoices has a way to pay for this currency and the customer's
        country."""
        if len(moves) == 1:
            return self._is_offered(moves.company_id, currency, moves.partner_id.country_id)
        return all(
            self._is_offered(company, currency, own.partner_id.country_id)
            for company, own in moves.grouped("company_id").items()
        )

    def _is_offered(self, company, currency, countries):
        """Whether a company offers a provider for a currency and countries; asked for once in a batch."""
        memo = memo_of(self.env)
        key = "offered", company.id, currency.id, countries
        if key not in memo:
            providers = self._providers_of(company)
            memo[key] = any(self._fits(provider, currency, countries) for provider in providers)
        return memo[key]

    def _fits(self, provider, currency, wanted):
        """Whether a provider and one of its methods that are switched on take it: without such a method the
        page has nothing to choose. Who has no currencies or countries of their own takes all."""

        def takes(currencies, countries):
            return (not currencies or currency in currencies) and (
                not countries or wanted <= countries
            )

        return takes(provider.available_currency_ids, provider.available_country_ids) and any(
            takes(method.supported_currency_ids, method.supported_country_ids)
            for method in provider.payment_method_ids
            if method.active and method.is_primary
        )

    @api.model
    def _providers_of(self, company):
        """The ``payment.provider`` that Odoo's payment page offers to customers of a company: its own and
        those of the companies above it, switched on and published. Asked for once in a batch."""
        memo = memo_of(self.env)
        key = "providers", company.id
        if key not in memo:
            Provider = self.env["payment.provider"].sudo()
            memo[key] = Provider.search(
                [
                    *Provider._check_company_domain(company.id),
                    ("state", "in", ("enabled", "test")),
                    ("is_published", "=", True),
                ]
            )
        return memo[key]
