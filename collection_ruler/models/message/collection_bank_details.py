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
    def _of(self, followups):
        """The bank details of messages: {``collection.followup``: Markup}, empty where no bank is known."""
        result = {}
        for followup in followups:
            moves = followup._asked().move_id
            company = followup.company_id
            # no account that was given up, whatever the invoice had
            banks = moves.partner_bank_id.filtered("active")
            bank = banks[:1] or company.partner_id.bank_ids.filtered("active")[:1]
            references = dict.fromkeys(m.payment_reference or m.name for m in moves)
            reference = ", ".join(filter(None, references))
            result[followup] = (
                self._frame(company, bank).replace(REFERENCE_PLACE, escape(reference))
                if bank
                else Markup()
            )
        return result

    def _frame(self, company, bank):
        """The bank details with a place for the reference: the same for many messages."""
        memo = memo_of(self.env)
        key = "bank", self.env.lang, company.id, bank.id
        if key not in memo:
            shown = {"bank": bank, "company": company, "reference": REFERENCE_PLACE}
            details = self.env["ir.qweb"]._render("collection_ruler.message_bank_details", shown)
            memo[key] = without_indentation(details)
        return memo[key]
