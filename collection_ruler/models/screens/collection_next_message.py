from odoo import api, models

from ...dunning.facts import Decision
from ...dunning.ladder import LadderError
from ...dunning.outlook import horizon, to_come
from ..common import clock
from ..common.clock import AsOf
from ..common.memo import Memo


class CollectionNextMessage(models.AbstractModel):
    """What the ruler would say next to a customer, written down as the plan verb will do it (A13)."""

    _name = "collection.next.message"
    _description = "Collection: the next message"

    @api.model
    def _imagine(self, debtor):
        """Plan what the customer hears next; to be rolled back.

        :param debtor: ``collection.debtor``
        :return: ``collection.followup``, empty when nothing is to come
        """
        debtor.ensure_one()
        self.env.flush_all()
        facts = self.env["collection.forecast.facts"].with_context(collection_memo=Memo())
        hearing = self.env["collection.channel"]._hearing()
        nothing = self.env["collection.followup"]
        company = debtor.company_id
        try:
            customer = facts._of(company.with_env(facts.env), debtor.ids)[debtor.id]
        except LadderError:  # a ruler that makes no sense yet: that is said where it is corrected
            return nothing
        coming = to_come(horizon(clock.now(self.env)), customer)
        said = next((one for one in coming if one.channel in hearing), None)
        if not said:
            return nothing
        as_of = AsOf(said.contact.at)
        then = self.with_context(collection_as_of=as_of, collection_memo=Memo()).env
        planned = Decision(contacts=[said.contact])
        written = then["collection.ledger"]._write_decisions(
            company.with_env(then), [(debtor.with_env(then), planned)]
        )
        ((_contact, followup),) = written.items()
        return nothing.browse(followup.id)
