from odoo import models

from ..common import clock


class CollectionChannelActivity(models.AbstractModel):
    """A task for us: nothing reaches the customer, so no window, cap or address stops it."""

    _name = "collection.channel.activity"
    _inherit = ["collection.channel"]
    _description = "Collection: task for us"

    _customer_hears = False
    _modes = ("task",)
    _has_addresses = False

    def _announce(self, name):
        return self.env._("Task “%s”", name)

    def _preview(self, followup):
        return {"body": followup.step_id.activity_note}

    def _ask_person(self, followups):
        """It is taken as said when it is made: the ruler goes on, whoever does the task."""
        self.env["collection.task"]._make(followups)
        now = clock.naive_now(self.env)
        followups.write({"handed_at": now})
        followups._sent(now)

    def _send(self, followups):
        self._ask_person(followups)
