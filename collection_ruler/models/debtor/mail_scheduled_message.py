from odoo import models


class MailScheduledMessage(models.Model):
    """What somebody wrote to a customer outside contact hours leaves when these open. Odoo posts it as a
    notification, so that nothing but this tells it from what machines say (B4)."""

    _inherit = "mail.scheduled.message"

    # asked for each customer about whom something is decided
    _collection_letters = models.Index("(res_id) WHERE model = 'collection.debtor'")

    def _message_created_hook(self, message):
        if self.model == "collection.debtor" and not self.is_note:
            debtor = self.env["collection.debtor"].browse(self.res_id)
            self.env["collection.conversation"]._wrote(debtor, message)
        return super()._message_created_hook(message)
