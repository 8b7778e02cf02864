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
    def _of(self, debtors, channel):
        """Whom to address by a channel, for any number of debtors at once (B6).

        :param debtors: ``collection.debtor``
        :param channel: a model that inherits ``collection.channel``
        :return: {(debtor id, role): ``res.partner``}, for each role of a step; without an address where
            nobody has one
        """
        debtors = self.env["collection.debtor"].browse(debtors.ids)
        customers = debtors.partner_id
        customers.fetch(channel._address_fields)
        contacts = self.env["res.partner"].search_fetch(
            [
                ("commercial_partner_id", "in", customers.ids),
                ("type", "in", ("collection", "escalation", "invoice")),
            ],
            ["commercial_partner_id", "type", *channel._address_fields],
            order="id",
        )
        found = defaultdict(dict)
        for contact in contacts:
            found[contact.commercial_partner_id.id].setdefault(contact.type, contact)
        return {
            (debtor.id, role): self._choose(channel, debtor, found[debtor.partner_id.id], types)
            for debtor in debtors
            for role, types in CONTACTS_OF_ROLE.items()
        }

    def _choose(self, channel, debtor, contacts, types):
        """The first with an address; the first at all when nobody has one.

        :param contacts: {type: ``res.partner``} of the customer
        :param types: of contacts, the best first
        """
        wanted = [contacts[kind] for kind in types if kind in contacts]
        wanted.append(debtor.partner_id)
        if not any(map(channel._reaches, wanted)):
            # whoever got the invoice, when the company itself has no address
            wanted += debtor.instalment_ids.filtered("is_open").move_id.partner_id
        return next(filter(channel._reaches, wanted), wanted[0])
