import logging

import psycopg2
from markupsafe import escape
from odoo import api, models
from odoo.tools.mail import generate_tracking_message_id, html_sanitize

from ...dunning.reason import Reason
from ..common.bulk_sql import create_many

_logger = logging.getLogger(__name__)


class CollectionMessage(models.AbstractModel):
    """Writes messages so that one that cannot be written stops no other (H2)."""

    _name = "collection.message"
    _description = "Collection: messages written"

    @api.model
    def _keep(self, followups, messages, more=None):
        """Keep words in the customers' history, where answers find them, in one statement for all.

        :param messages: {follow-up id: Message}
        :param more: {follow-up id: further values of its ``mail.message``}, the same fields for each. With
            them the bodies are made of cleaned templates, our own views and escaped values: to clean each
            again would take longer than to write it. Without, they are cleaned.
        :return: {``collection.followup``: id of its ``mail.message``}
        """
        cleaned = escape if more else html_sanitize
        more = more or {followup.id: self._note(followup) for followup in followups}
        values = [
            {
                "model": "collection.debtor",
                "res_id": followup.debtor_id.id,
                "subject": messages[followup.id].subject,
                "body": cleaned(messages[followup.id].body),
                "message_id": generate_tracking_message_id(
                    f"{followup.debtor_id.id}-collection.debtor"
                ),
                **more[followup.id],
            }
            for followup in followups
        ]
        kept = create_many(self.env["mail.message"].sudo(), values)
        followups.debtor_id.invalidate_recordset(["message_ids"], flush=False)
        return dict(zip(followups, kept.ids, strict=True))

    def _note(self, followup):
        """What the words of a channel without envelopes are in the history: a note of the company."""
        company = followup.company_id
        return {
            "message_type": "auto_comment",
            "author_id": company.partner_id.id,
            "email_from": company.email_formatted,
            "subtype_id": self.env.ref("mail.mt_note").id,
        }

    @api.model
    def _write_safely(self, followups, write):
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
