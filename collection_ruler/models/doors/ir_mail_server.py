from odoo import api, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ...dunning.answers import Answer, in_words, of_smtp_error
from .mail_mail import outcome_of


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Keep what the server answered; ``mail.mail`` mostly keeps `unknown`.

        The context key ``collection_outcome`` brings an Outcome, which is filled with ``verdict`` (dunning
        ``Answer``) and ``said``.
        """
        outcome = outcome_of(self.env)
        if outcome is None:
            return super().send_email(message, *args, **kwargs)
        # from here to the answer, a failure that we do not know leaves the delivery in doubt
        outcome.update(verdict=Answer.UNCERTAIN, said="")
        try:
            result = super().send_email(message, *args, **kwargs)
        except Exception as error:
            cause = (
                error.__context__ if isinstance(error, MailDeliveryException) else error
            ) or error
            outcome.update(verdict=of_smtp_error(cause), said=in_words(cause))
            raise
        outcome.update(verdict=Answer.ACCEPTED, said="")
        return result
