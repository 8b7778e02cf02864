from markupsafe import Markup, escape
from odoo import api, models

from ..common.memo import memo_of
from .parts import without_indentation

# stands for the reference while the bank details are rendered
REFERENCE_PLACE = "collection-ruler-reference"


class CollectionBankDetails(models.AbstractModel):
    """Where the customer transfers money to, and with which reference (C2)."""

    _name = "collection.bank.details"
    _description = "Collection: bank details of messages"

    @api.model
    def _of(self, spoken):
        """The bank details of a message: Markup, empty where no bank is known.

        :param spoken: Spoken
        """
        # no account that was given up, whatever the invoice had
        bank_id = next((piece.bank for piece in spoken.asked if piece.bank), 0)
        bank = self.env["res.partner.bank"].browse(bank_id or self._own_bank(spoken.company))
        if not bank:
            return Markup()
        references = dict.fromkeys(piece.reference for piece in spoken.asked)
        reference = ", ".join(filter(None, references))
        return self._frame(spoken.company, bank).replace(REFERENCE_PLACE, escape(reference))

    def _own_bank(self, company):
        """Id of the company's first account, or 0."""
        memo, key = memo_of(self.env), ("own bank", company.id)
        if key not in memo:
            memo[key] = company.partner_id.bank_ids.filtered("active")[:1].id or 0
        return memo[key]

    def _frame(self, company, bank):
        """The bank details with a place for the reference: the same for many messages."""
        memo = memo_of(self.env)
        key = "bank", self.env.lang, company.id, bank.id
        if key not in memo:
            shown = {"bank": bank, "company": company, "reference": REFERENCE_PLACE}
            details = self.env["ir.qweb"]._render("collection_ruler.message_bank_details", shown)
            memo[key] = without_indentation(details)
        return memo[key]
