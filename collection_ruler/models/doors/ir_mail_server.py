from odoo import api, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ...dunning.answers import Answer, in_words, of_smtp_error
from ...dunning.mail_answers import clean
from .mail_mail import outcome_of


class _NotesRefusals:
    """An SMTP session that remembers whom the server refused while it took the message for others."""

    def __init__(self, session):
        self.__dict__.update(_session=session, refused={})

    def __getattr__(self, name):
        return getattr(self._session, name)

    def __setattr__(self, name, value):
        setattr(self._session, name, value)

    def send_message(self, *args, **kwargs):
        refused = self._session.send_message(*args, **kwargs)
        self.refused.update(refused if isinstance(refused, dict) else {})
        return refused


def _without_control_characters(error):
    """What a server said goes into Odoo's own records too, and PostgreSQL keeps no NUL."""
    error.args = tuple(clean(arg, 2000) if isinstance(arg, str) else arg for arg in error.args)


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, smtp_session=None, **kwargs):
        """Keep what the server answered; ``mail.mail`` mostly keeps `unknown`.

        The context key ``collection_outcome`` brings an Outcome, which is filled with ``verdict`` (dunning
        ``Answer``), ``said`` and ``refused`` ({address: (code, text)}).
        """
        outcome = outcome_of(self.env)
        if outcome is None:
            try:
                return super().send_email(message, *args, smtp_session=smtp_session, **kwargs)
            except Exception as error:
                _without_control_characters(error)
                raise
        # from here to the answer, a failure that we do not know leaves the delivery in doubt
        outcome.update(verdict=Answer.UNCERTAIN, said="")
        session = smtp_session and _NotesRefusals(smtp_session)
        try:
            result = super().send_email(message, *args, smtp_session=session, **kwargs)
        except Exception as error:
            cause = (
                error.__context__ if isinstance(error, MailDeliveryException) else error
            ) or error
            outcome.update(verdict=of_smtp_error(cause), said=in_words(cause))
            outcome["refused"] = getattr(cause, "recipients", None)
            _without_control_characters(error)
            raise
        outcome.update(verdict=Answer.ACCEPTED, said="", refused=session and session.refused)
        return result

    def _connect__(self, *args, **kwargs):
        try:
            return super()._connect__(*args, **kwargs)
        except Exception as error:
            _without_control_characters(error)
            raise
