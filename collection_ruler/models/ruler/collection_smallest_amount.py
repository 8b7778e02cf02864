from decimal import Decimal

from odoo import api, models

from ...dunning.smallest import smallest_amount


class CollectionSmallestAmount(models.AbstractModel):
    """What is too little to ask anybody for, in the currency of a company (D6)."""

    _name = "collection.smallest.amount"
    _description = "Collection: what is too little to ask for"

    @api.model
    def _of(self, company):
        """:return: the amount in the currency of a company"""
        currency = company.currency_id
        return float(smallest_amount(currency.name, Decimal(str(currency.rounding))))

    @api.model
    def _set_on(self, ruler_id):
        """A ruler that is shipped asks for nothing less; when it is installed, its currency is known."""
        ruler = self.env["collection.ruler"].browse(ruler_id)
        ruler.owed_min = self._of(ruler.company_id)
