from odoo import models
from odoo.tools import email_normalize

from .mail_mail import outcome_of


class MailMail(models.Model):
    """In test mode e-mails go to one's own mailbox; what was queued before is turned aside too (A13).

    What leaves by other channels is turned aside in `channels/collection_test_mode.py`.
    """

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """In test mode a message leaves for one's own mailbox, and says for whom it was (A13)."""
        result = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        outcome = outcome_of(self.env) or {}
        test_email = outcome.get("test_email") or self._collection_written_in_test_mode()
        if test_email and result:
            meant_for = ", ".join(
                email for values in result for email in [*values["email_to"], *values["email_cc"]]
            )
            result = result[:1]  # one copy is enough
            headers = dict(result[0]["headers"])
            headers.pop("X-Msg-To-Add", None)  # Odoo would name the customers in the header
            result[0].update(
                headers=headers,
                email_to=[test_email],
                email_to_normalized=[email_normalize(test_email)],
                email_cc=[],
                subject=self.env._(
                    "[Test, for %(customer)s] %(subject)s",
                    customer=meant_for,
                    subject=result[0]["subject"],
                ),
            )
        return result

    def _collection_written_in_test_mode(self):
        """Where what a person writes to a debtor goes in test mode instead of to the customer, or None.

        The banner says "every message"; what colleagues hear of a debtor is none (A13).
        """
        if self.model != "collection.debtor" or self.collection_followup_id:
            return None
        if self.recipient_ids and not self.recipient_ids.filtered("partner_share"):
            return None
        debtor = self.env["collection.debtor"].sudo().browse(self.res_id).exists()
        return debtor.company_id.collection_test_email or None
