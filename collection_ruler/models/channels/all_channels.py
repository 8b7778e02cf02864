from odoo import api, models


class CollectionChannel(models.AbstractModel):
    """Which channels there are, and what is asked of all of them at once."""

    _inherit = "collection.channel"

    @api.model
    def _named(self, code):
        """The channel of a code of ``collection.ruler.step.channel``, or `delivery`."""
        name = f"{CollectionChannel._name}.{code}"
        return self.env[name if name in self.env else CollectionChannel._name]

    @api.model
    def _codes(self):
        """The codes of all channels that steps may use."""
        step = self.env["collection.ruler.step"]
        return tuple(
            code for code, _label in step._fields["channel"]._description_selection(self.env)
        )

    @api.model
    def _hearing(self):
        """The codes of those by which the customer hears."""
        return tuple(code for code in self._codes() if self._named(code)._customer_hears)

    @api.model
    def _each(self, followups):
        """The follow-ups of each channel: [(channel, ``collection.followup``)]."""
        by_code = followups.grouped(lambda f: f._channel_code())
        return [(self._named(code), own) for code, own in by_code.items()]

    @api.model
    def _all_address_fields(self):
        """The fields of ``res.partner`` that hold an address of any channel."""
        return {name for code in self._codes() for name in self._named(code)._address_fields}
