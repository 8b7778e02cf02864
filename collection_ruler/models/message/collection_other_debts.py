from odoo import api, models

from ...dunning.amounts import open_beside, sums_of
from ..common.formatting import date_text

# so many invoices are named
NAMED = 3


class CollectionOtherDebts(models.AbstractModel):
    """What else of a customer is overdue: it had its words on its own day, so a message about something
    else names it in one line and does not ask for it again (B5, C8)."""

    _name = "collection.other.debts"
    _inherit = ["collection.message.sums"]
    _description = "Collection: what is open beside what a message asks for"

    @api.model
    def _say(self, spoken):
        """The line: sums by currency, less what credits pay, and the first invoices; False for none."""
        if not spoken.others:
            return False
        asked = {piece.id for piece in spoken.asked}
        favour = self._favour(spoken) if spoken.debtor.amount_credit else {}
        beside = open_beside((*spoken.asked, *spoken.others), asked, favour, spoken.today)
        if not beside:
            return False
        sums = [self._amount(spoken, total.net, name) for name, total in sums_of(beside).items()]
        named = [self._name_of(row.owed) for row in beside[:NAMED]]
        numbers = "; ".join(named) + (" …" if len(beside) > NAMED else "")
        return f"{' + '.join(sums)} ({numbers})"

    def _name_of(self, piece):
        """Number and due date: several instalments have one number."""
        return f"{piece.number}, {date_text(self.env, piece.due_date, 'medium')}"
