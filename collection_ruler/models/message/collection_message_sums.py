from decimal import Decimal

from odoo import api, models

from ..common.formatting import amount_text
from ..common.memo import memo_of
from ..debtor.credits import credits_of, unused_credits
from .spoken import NOTHING


class CollectionMessageSums(models.AbstractModel):
    """What messages ask for, in sums (B5, D1, D2, D4)."""

    _name = "collection.message.sums"
    _description = "Collection: sums of messages"

    @api.model
    def _totals(self, spoken):
        """What a message asks for in each currency, its own first: list of (name of the currency, amount),
        without zeros (C9, D4)."""
        sums = spoken.statement_less(self._credits(spoken)).sums
        nets = [(currency, sums.get(currency, NOTHING).net) for currency in spoken.currencies]
        return [(currency, net) for currency, net in nets if net]

    @api.model
    def _credits(self, spoken):
        """What the customer has in its favour in other currencies than that of the message, where it asks in
        several, by name of the currency (D2)."""
        return self._favour(spoken) if len(spoken.currencies) > 1 else {}

    @api.model
    def _favour(self, spoken):
        """What the customer has in its favour, by name of the currency: of those who are asked in several
        currencies, or of whom something else is named."""
        found = self._read_for_batch("credits", spoken, _counts_favour, credits_of)
        favour = found.get(spoken.debtor.id, {})
        return {currency.name: Decimal(str(amount)) for currency, amount in favour.items()}

    @api.model
    def _unused(self, spoken):
        """What the customer has in its favour that pays nothing of what is open, by its currency or its
        account, as texts; thanks ask for nothing (D2)."""
        if spoken.is_thanks or not spoken.debtor.amount_credit:
            return []
        found = self._read_for_batch(
            "unused", spoken, lambda s: s.debtor.amount_credit, unused_credits
        ).get(spoken.debtor.id, {})
        return [self._amount(spoken, amount, currency.name) for currency, amount in found.items()]

    @api.model
    def _read_for_batch(self, name, spoken, concerned, read):
        """What is read once for the customers of all messages of a batch.

        :param name: under which the batch remembers it
        :param concerned: function of a Spoken: it needs this
        :param read: function of ``collection.debtor``: {debtor id: value}
        """
        known = spoken.batch.known
        if name not in known:
            debtors = [s.debtor for s in spoken.batch.values() if concerned(s)]
            known[name] = read(self.env["collection.debtor"].union(*debtors))
        return known[name]

    @api.model
    def _amount(self, spoken, amount, currency=None):
        """An amount in the currency of the message, or in another, named as this message names currencies.

        :param currency: name of it
        """
        known = self._currency(currency or spoken.currency)
        return amount_text(self.env, float(amount), known, spoken.by_code)

    @api.model
    def _currency(self, name):
        """The ``res.currency`` of a name."""
        memo, key = memo_of(self.env), ("currency", name)
        if key not in memo:
            Currency = self.env["res.currency"].with_context(active_test=False)
            memo[key] = Currency.search([("name", "=", name)], limit=1)
        return memo[key]


def _counts_favour(spoken):
    """Whether credits of several currencies are counted for a message."""
    return len(spoken.currencies) > 1 or (spoken.others and spoken.debtor.amount_credit)
