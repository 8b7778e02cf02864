from collections import defaultdict

from odoo import api, models

from ...dunning.addresses import BILLING, Reader, order, who_hears

CONTACT_TYPES = (*BILLING, "escalation")


class Readers:
    """Who hears of what customers owe by one channel; each answer is worked out when somebody asks for it.

    ``readers[debtor id, role]`` is whom a message that is about no invoice goes to, and `of_invoice` whom
    one about an invoice goes to.
    """

    def __init__(self, channel, customers, contacts, dead):
        """:param customers: {debtor id: ``res.partner``}
        :param contacts: {customer id: {type: ``res.partner``}}
        :param dead: {debtor id: addresses that do not work}
        """
        self._channel, self._customers = channel, customers
        self._contacts, self._dead = contacts, dead
        self._known, self._same, self._others = {}, {}, None

    def __getitem__(self, key):
        debtor_id, role = key
        return self.of_addressee(debtor_id, role, self._customers[debtor_id])

    def of_invoice(self, debtor_id, role, move):
        """Whom a message about an invoice goes to.

        :param role: of a step
        :param move: ``account.move``; empty for none
        :return: ``res.partner``, without a working address where nobody has one; empty where there is nobody
        """
        return self.of_addressee(debtor_id, role, move.sudo().partner_id)

    def of_addressee(self, debtor_id, role, addressee):
        """Whom a message about an invoice goes to, by whom it is made out to.

        :return: as `of_invoice` does
        """
        customer = self._customers[debtor_id]
        if addressee.commercial_partner_id != customer:
            addressee = customer  # there is none, or it changed hands meanwhile
        key = debtor_id, role, addressee.id
        if key not in self._known:
            self._known[key] = self._choose(debtor_id, role, customer, addressee)
        return self._known[key]

    def are_one(self, partner, other):
        """Whether two contacts of a customer are one reader: both are there, at the same addresses.

        :param partner: ``res.partner``, empty for nobody
        """
        if partner == other:
            return True
        if not (partner and other) or partner.commercial_partner_id != other.commercial_partner_id:
            return False
        addresses = set(self._reader(partner).addresses)
        is_there = partner.active and other.active and bool(addresses)
        return is_there and addresses == set(self._reader(other).addresses)

    def _choose(self, debtor_id, role, customer, addressee):
        contacts, dead = self._contacts.get(customer.id, {}), self._dead.get(debtor_id, ())
        candidates = order(
            role,
            {kind: [self._reader(contact) for contact in own] for kind, own in contacts.items()},
            self._reader(addressee) if addressee.active else None,
            self._reader(customer) if customer.active else None,
        )
        heard = who_hears(candidates, dead)
        if role != "escalation" and not (heard and heard.living(dead)):
            # whoever got another invoice of theirs, before nobody hears of anything
            others = map(self._reader, self._other_addressees(debtor_id, customer))
            heard = who_hears([*candidates, *others], dead)
        if not heard:
            return customer.browse()
        if addressee != customer:
            self.of_addressee(debtor_id, role, customer)  # comes first, whoever is asked for first
        # two contacts with one address are one reader
        key = debtor_id, heard.addresses or heard.id
        return self._same.setdefault(key, customer.browse(heard.id))

    def _other_addressees(self, debtor_id, customer):
        """Whom open invoices of a debtor are made out to, ``res.partner``; read for all debtors at once."""
        if self._others is None:
            owed = customer.sudo().env["collection.instalment"]
            owed = owed.search_fetch(
                [("debtor_id", "in", list(self._customers)), ("is_open", "=", True)],
                ["debtor_id", "move_id"],
                order="due_date, id",
            )
            owed.move_id.fetch(["partner_id"])
            owed.move_id.partner_id.fetch(["active", *self._channel._address_fields])
            self._others = {debtor.id: own for debtor, own in owed.grouped("debtor_id").items()}
        own = self._others.get(debtor_id)
        return own.move_id.partner_id.filtered("active") if own else customer.browse()

    def _reader(self, partner):
        channel = self._channel
        if channel._has_addresses:
            return Reader(partner.id, channel._addresses(partner))
        return Reader(partner.id, (partner.email,) if channel._reaches(partner) else ())


class CollectionRecipients(models.AbstractModel):
    """Who gets a message: the contact that a customer has for it, and an address that works (B6, B9)."""

    _name = "collection.recipients"
    _description = "Collection: recipients"

    @api.model
    def _of(self, debtors, channel):
        """Whom to address by a channel, for any number of debtors at once (B6, B9).

        Whoever is archived counts for nothing, and an address that failed gives way to the next; see
        ``dunning.addresses.order``.

        :param debtors: ``collection.debtor``
        :param channel: a model that inherits ``collection.channel``
        :return: Readers
        """
        customers = {debtor.id: debtor.partner_id for debtor in debtors.with_env(self.env)}
        failed = self.env["collection.failed.addresses"]._of(debtors.ids) if debtors else {}
        return self._readers(customers, channel, failed.get(channel._code, {}))

    @api.model
    def _readers(self, customers, channel, dead):
        """As `_of`, for who knows the customers and what failed.

        :param customers: {debtor id: ``res.partner``}
        :param dead: {debtor id: addresses that do not work}
        """
        ids = [customer.id for customer in customers.values()]
        found = self.env["res.partner"].search_fetch(
            [
                ("commercial_partner_id", "in", ids),
                ("active", "in", (True, False)),
                "|",
                ("type", "in", CONTACT_TYPES),
                ("id", "in", ids),
            ],
            ["active", "commercial_partner_id", "type", *channel._address_fields],
            order="id",
        )
        contacts = defaultdict(dict)
        for contact in found:
            owner = contact.commercial_partner_id
            if contact.active and contact != owner:
                own = contacts[owner.id]
                own[contact.type] = own.get(contact.type, contact.browse()) + contact
        return Readers(channel, customers, contacts, dead)
