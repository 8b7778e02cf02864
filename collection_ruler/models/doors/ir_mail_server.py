import smtplib

from odoo import api, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Note what the gateway said, for follow-ups: ``mail.mail`` reads `unknown` in each case.

        The context key ``collection_outcome`` brings a dict that is filled with ``verdict`` (`accepted`,
        `deferred`, `refused`, `uncertain`) and ``said``.
        """
        outcome = self.env.context.get("collection_outcome")
        if outcome is None:
            return super().send_email(message, *args, **kwargs)
        # from here to the answer, a failure that we do not know leaves the delivery in doubt
        outcome.update(verdict="uncertain", said="")
        try:
            result = super().send_email(message, *args, **kwargs)
        except Exception as error:
            cause = error.__context__ if isinstance(error, MailDeliveryException) else error
            verdict = self._collection_verdict(cause or error)
            outcome.update(verdict=verdict, said=self._collection_words(cause or error))
            raise
        outcome.update(verdict="accepted", said="")
        return result

    @api.model
    def _collection_verdict(self, error):
        """What an SMTP error means for the message: `deferred`, `refused` or `uncertain`.

        Disconnected or timed out, nobody knows whether the server kept it; any answer is a plain word.
        """
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            codes = [code for code, _said in error.recipients.values()]
            return "deferred" if any(400 <= code < 500 for code in codes) else "refused"
        if isinstance(error, smtplib.SMTPResponseException):
            return "deferred" if 400 <= error.smtp_code < 500 else "refused"
        if isinstance(error, AssertionError | UnicodeEncodeError | ValueError):
            return "refused"  # never left: the message itself cannot be sent
        return "uncertain"

    @api.model
    def _collection_words(self, error):
        """What the server said, as a person can read it: “550 5.1.1 no such user”."""
        answers = [str(error)]
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            answers = list(error.recipients.values())
        elif isinstance(error, smtplib.SMTPResponseException):
            answers = [(error.smtp_code, error.smtp_error)]
        words = []
        for answer in answers:
            if isinstance(answer, tuple):
                code, text = answer
                text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
                answer = f"{code} {text}"
            words.append(answer)
        return "; ".join(dict.fromkeys(words))
