from odoo import api, models


class CollectionHandOver(models.AbstractModel):
    """Hands follow-ups to their channels; what a person does becomes a task, and in test mode nothing
    reaches a customer (A13)."""

    _name = "collection.hand.over"
    _description = "Collection: handing over to channels"

    @api.model
    def _leave(self, followups):
        """Hand over follow-ups that door 1 let pass, in its transaction; nobody commits here.

        :param followups: ``collection.followup``, planned
        """
        for channel, own in self.env["collection.channel"]._each(followups):
            by_person = own.filtered(lambda f: f._mode() == "task")
            if by_person:
                channel._ask_person(by_person)
            rest = own - by_person
            turned_aside = rest.browse()
            if channel._customer_hears and not channel._redirects_in_test_mode:
                turned_aside = rest.filtered(lambda f: f.company_id.root_id.collection_test_email)
            if turned_aside:
                self.env["collection.test.mode"]._send(channel, turned_aside)
            if rest := rest - turned_aside:
                channel._send(rest)
