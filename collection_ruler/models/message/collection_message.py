import logging

import psycopg2
from odoo import api, models

from ...dunning.reason import Reason

_logger = logging.getLogger(__name__)


class CollectionMessage(models.AbstractModel):
    """Writes messages so that one that cannot be written stops no other (H2)."""

    _name = "collection.message"
    _description = "Collection: messages written"

    @api.model
    def _keep(self, followups, messages):
        """Keep words in the customers' history, where answers find them.

        :param messages: {follow-up id: Message}
        :return: {``collection.followup``: id of its ``mail.message``}
        """
        values = [
            {
                "model": "collection.debtor",
                "res_id": followup.debtor_id.id,
                "subject": messages[followup.id].subject,
                "body": messages[followup.id].body,
                "message_type": "auto_comment",
                "author_id": followup.company_id.partner_id.id,
                "subtype_id": self.env.ref("mail.mt_note").id,
            }
            for followup in followups
        ]
        kept = self.env["mail.message"].sudo().create(values)
        return dict(zip(followups, kept.ids, strict=True))

    @api.model
    def _one_by_one(self, followups, write):
        """Write follow-ups together, or one by one where one of them cannot be written.

        What cannot be written fails with its reason.

        :param write: function of a channel that writes ``collection.followup``: {id: Message}
        :return: {follow-up id: Message}
        """
        try:
            with self.env.cr.savepoint():
                return write(followups)
        except psycopg2.OperationalError:
            raise
        except Exception:
            # find those that cannot be written, each with its reason; the others are
            _logger.info("A batch of messages could not be written", exc_info=True)
        written = {}
        for followup in followups:
            try:
                with self.env.cr.savepoint():
                    written |= write(followup)
            except psycopg2.OperationalError:
                raise
            except Exception as error:
                _logger.warning("Follow-up %s could not be written: %s", followup.id, error)
                followup._fail(Reason.TEMPLATE_ERROR, str(error)[:500])
        return written
