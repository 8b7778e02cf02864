from collections import defaultdict

from odoo import api, models

# contacts of a customer that are asked for, one after the other
CONTACTS_OF_ROLE = {
    "billing": ("collection", "invoice"),
    "escalation": ("escalation", "collection", "invoice"),
}


class CollectionRecipients(models.AbstractModel):
    """Who gets a message: the contact that a customer has for it, and an address that works (B6)."""

    _name = "collection.recipients"
    _description = "Collection: recipients"

    @api.model
    def _of(self, debtors):
        """Whom to address, for any number of debtors at once (B6).

        :param debtors: ``collection.debtor``
        :return: {(debtor id, role): ``res.partner``}, for each role of a step; without an e-mail address
            where nobody has one
        """
        debtors = self.env["collection.debtor"].browse(debtors.ids)
        customers = debtors.partner_id
        customers.fetch(["email"])
        contacts = self.env["res.partner"].search_fetch(
            [
                ("commercial_partner_id", "in", customers.ids),
                ("type", "in", ("collection", "escalation", "invoice")),
            ],
            ["commercial_partner_id", "type", "email"],
            order="id",
        )
        found = defaultdict(dict)
        for contact in contacts:
            found[contact.commercial_partner_id.id].setdefault(contact.type, contact)
        return {
            (debtor.id, role): self._choose(debtor, found[debtor.partner_id.id], types)
            for debtor in debtors
            for role, types in CONTACTS_OF_ROLE.items()
        }

    def _choose(self, debtor, contacts, types):
        """The first with an address; the first at all when nobody has one.

        :param contacts: {type: ``res.partner``} of the customer
        :param types: of contacts, the best first
        """
        wanted = [contacts[kind] for kind in types if kind in contacts]
        wanted.append(debtor.partner_id)
        if not any(partner.email for partner in wanted):
            # whoever got the invoice, when the company itself has no address
            wanted += debtor.instalment_ids.filtered("is_open").move_id.partner_id
        return next((partner for partner in wanted if partner.email), wanted[0])
