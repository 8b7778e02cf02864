from odoo import api, models

from ...dunning.outlook import horizon, look_ahead
from ..common import clock
from ..common.memo import with_memo


class CollectionOutlook(models.AbstractModel):
    """What comes next for debtors, and for what they owe: asked by banner, card, drawn line and lists, so
    that all of them announce what then leaves (F1)."""

    _name = "collection.outlook"
    _description = "Collection: what comes next"

    @api.model
    def _of(self, debtors, instalments=None):
        """What comes next, in a number of queries that does not depend on how many.

        :param debtors: ``collection.debtor``
        :param instalments: ``collection.instalment`` of theirs that are asked about one by one, or None
        :return: {debtor id: dunning Outlook}; who owes nothing, or has no ruler, is left out or empty
        """
        debtors = with_memo(debtors.sudo())
        about = frozenset(instalments.ids if instalments else ())
        days, result = horizon(clock.now(debtors.env)), {}
        for company, own in debtors.grouped("company_id").items():
            facts = own.env["collection.forecast.facts"].with_company(company)
            customers = facts._of(company.with_env(own.env), [key for key in own.ids if key])
            for key, customer in customers.items():
                result[key] = look_ahead(days, customer, about)
        return result
