from markupsafe import Markup
from odoo import fields, models
from odoo.addons.collection_ruler.models.channels.answers import Message, Outcome


class CollectionRulerStep(models.Model):
    _inherit = "collection.ruler.step"

    channel = fields.Selection(selection_add=[("pigeon", "Pigeon")], ondelete={"pigeon": "cascade"})


class PigeonLetter(models.Model):
    """What stands in the dovecote until it leaves."""

    _name = "pigeon.letter"
    _description = "Letter for a pigeon"

    followup_id = fields.Many2one("collection.followup", required=True, ondelete="cascade")
    message_id = fields.Many2one("mail.message", ondelete="cascade")
    roost = fields.Char()
    has_left = fields.Boolean()

    def _fly(self):
        for letter in self.filtered(lambda one: not one.has_left):
            letter.has_left = self.env["collection.gateway"]._hand_over(
                letter.followup_id.id, letter.message_id.id, letter._release
            ) in ("go", "cancel")

    def _release(self):
        return ("refused", "no such roost") if self.roost == "Nowhere" else ("accepted", "")


class CollectionChannelPigeon(models.AbstractModel):
    _name = "collection.channel.pigeon"
    _inherit = ["collection.channel"]
    _description = "Collection: pigeon"

    _address_fields = ("city",)

    def _address(self, partner):
        return partner.city

    def _write(self, followups):
        return {f.id: Message(f.step_name, Markup("<p>%s</p>") % f.amount_text) for f in followups}

    def _fill_outbox(self, followups, messages, kept):
        for f in followups:
            values = {"followup_id": f.id, "message_id": kept[f], "roost": f.partner_id.city}
            self.env["pigeon.letter"].create(values)

    def _letters(self, followups):
        return self.env["pigeon.letter"].search([("followup_id", "in", followups.ids)])

    def _outcomes(self, followups):
        waiting = self._letters(followups).filtered(lambda one: not one.has_left).followup_id
        return {followup: Outcome("lost") for followup in followups - waiting}

    def _withdraw(self, followups, keep_words=False):
        self._letters(followups).filtered(lambda one: not one.has_left).unlink()
