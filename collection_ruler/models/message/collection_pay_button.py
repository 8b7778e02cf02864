from odoo import api, models

from ..common.memo import memo_of
from .parts import render_parts


class CollectionPayButton(models.AbstractModel):
    """The way to pay online: promised only where somebody can take the payment (C2)."""

    _name = "collection.pay.button"
    _description = "Collection: the pay button of messages"

    @api.model
    def _of(self, batch):
        """The buttons of messages: {follow-up id: Markup}, for those that have one.

        :param batch: list of Spoken
        """
        taking = [s for s in batch if s.asked and not s.is_thanks and self._takes_all(s)]
        links = {s.followup.id: self._link(s) for s in taking}
        linked = [s for s in taking if links[s.followup.id]]
        parts = [
            {
                "link": links[s.followup.id],
                "amount": self.env["collection.words"]._say_amount_text(s),
                "followup": s.followup,
            }
            for s in linked
        ]
        rendered = render_parts(self.env, "collection_ruler.message_pay_button", parts)
        return {s.followup.id: html for s, html in zip(linked, rendered, strict=True)}

    def _link(self, spoken):
        """Where the customer pays what a message asks for.

        The one method that answers this: the portal add-on replaces it by its page for everything. Here
        it is Odoo's own payment link when one invoice is asked for; several have a link each, in the
        table.

        :param spoken: Spoken
        :return: URL, or False where nothing can be paid by one link
        """
        if len(spoken.moves) != 1 or not spoken.asked[0].is_sale:
            return False
        return self._link_to(spoken.asked[0], spoken.amount)

    @api.model
    def _link_of_row(self, piece):
        """Odoo's payment link for one row of a table, or False.

        :param piece: Piece
        """
        if not piece.is_sale or not self._takes_payment([piece], piece.currency):
            return False
        return self._link_to(piece, float(piece.residual))

    def _link_to(self, piece, amount):
        """Odoo's payment link to the invoice of a row."""
        currency = self.env["collection.message.sums"]._currency(piece.currency)
        move = self.env["account.move"].browse(piece.move)
        return move._collection_payment_link(amount, currency)

    def _takes_all(self, spoken):
        return self._takes_payment(spoken.asked, spoken.currency)

    @api.model
    def _takes_payment(self, pieces, currency):
        """Whether the payment page of these invoices has a way to pay for this currency and the customer's
        country.

        :param currency: name of it
        """
        countries = {}
        for piece in pieces:
            countries.setdefault(piece.company, set()).add(piece.country)
        return all(
            self._is_offered(company, currency, frozenset(own - {0}))
            for company, own in countries.items()
        )

    def _is_offered(self, company_id, currency, country_ids):
        """Whether a company offers a provider for a currency and countries; asked for once in a batch."""
        memo = memo_of(self.env)
        key = "offered", company_id, currency, country_ids
        if key not in memo:
            providers = self._providers_of(self.env["res.company"].browse(company_id))
            known = self.env["collection.message.sums"]._currency(currency)
            countries = self.env["res.country"].browse(country_ids)
            memo[key] = any(self._fits(provider, known, countries) for provider in providers)
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
