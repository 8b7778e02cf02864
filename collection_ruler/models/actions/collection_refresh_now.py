from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common.instalment_key import is_held
from ..facts.queries import flush_facts

# a person acts on a few; what concerns more of them is left to the next run
FEW = 20


class CollectionRefreshNow(models.AbstractModel):
    """Stage, figures and sentence follow a person's own act before the page is shown again (F1, F5, F7)."""

    _name = "collection.refresh.now"
    _description = "Collection: refresh debtors at once"

    @api.model
    def _refresh(self, debtors):
        """Bring what stands up to date in this transaction; nothing is planned or sent here.

        The run looks again all the same, so many debtors, and those that it works on at this moment, are
        left to it: nobody waits in front of a form for a batch.

        :param debtors: ``collection.debtor``
        """
        if len(debtors) > FEW:
            return
        debtors = self.env["collection.verb"]._take_debtors(debtors.ids)
        Instalment = self.env["collection.instalment"].sudo()
        mine = Instalment.search([("debtor_id", "in", debtors.ids), ("is_open", "=", True)])
        if Instalment._lock(mine.ids) < set(mine.ids):
            return
        for company, own in debtors.grouped("company_id").items():
            self._forget_ended_holds(company, own)
            self.env["collection.refresh"].sudo()._refresh(company, own)

    def _forget_ended_holds(self, company, debtors):
        """What waited for a hold that is over waits for it no longer; the plan verb says what is next."""
        flush_facts(self.env)
        self.env.cr.execute(
            SQL(
                "UPDATE collection_instalment i SET waiting_reason = NULL "
                "WHERE i.debtor_id IN %s AND i.waiting_reason = %s AND NOT %s",
                tuple(debtors.ids),
                Reason.HELD,
                is_held("i", company._collection_today()),
            )
        )
        self.env["collection.instalment"].invalidate_model(["waiting_reason"])
