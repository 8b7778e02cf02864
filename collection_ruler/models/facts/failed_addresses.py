from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, email_normalize

from ...dunning.reason import Reason

# answers of a mail server that are about the recipient's address and nothing else: enhanced status codes
# of RFC 3463 (3.2) and, for 5.1.10, RFC 7505. Other refusals, such as 5.7.1, are about us.
MAILBOX_REFUSED = r"\m5\.1\.(1|2|3|6|10)\M"
ROLES = ("billing", "escalation")


class CollectionSnapshot(models.AbstractModel):
    """Where messages do not arrive: their steps wait until there is another address (C5, H2)."""

    _inherit = "collection.snapshot"

    @api.model
    def _mute(self, debtor_ids):
        """Roles of debtors whose e-mail address is still the one that failed.

        :return: {debtor id: {(channel, role): Reason}}, for those who have such a role
        """
        failed = self._failed_addresses(debtor_ids)
        if not failed:
            return {}
        debtors = self.env["collection.debtor"].sudo().browse(failed)
        recipients = self.env["collection.recipients"].sudo()._of(debtors)
        result = defaultdict(dict)
        for debtor in debtors:
            for role in ROLES:
                address = recipients[debtor.id, role].email_normalized or None
                if address in failed[debtor.id]:
                    reason = Reason.BAD_ADDRESS if address else Reason.NO_ADDRESS
                    result[debtor.id]["email", role] = reason
        return result

    def _failed_addresses(self, debtor_ids):
        """Addresses to which the last message did not arrive; None stands for none at all.

        :return: {debtor id: set of normalized addresses}
        """
        self.env["collection.followup"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.debtor_id, f.address, f.bounced_at IS NULL AND f.reason = 'no_address'
                  FROM collection_followup f
                 WHERE f.debtor_id IN %(debtors)s AND f.channel = 'email'
                   AND (f.state = 'failed' AND f.reason = 'no_address'
                        OR f.address IS NOT NULL
                           AND (f.bounced_at IS NOT NULL
                                OR f.state = 'failed' AND f.reason = 'refused'
                                   AND f.failure ~ %(mailbox)s))
                   -- a later one that stayed there says that the address works
                   AND NOT EXISTS (
                       SELECT FROM collection_followup n
                        WHERE n.debtor_id = f.debtor_id AND n.address = f.address
                          AND n.state = 'sent' AND n.bounced_at IS NULL
                          AND n.handed_at > coalesce(f.handed_at, f.scheduled_at))
                """,
                debtors=tuple(debtor_ids) or (0,),
                mailbox=MAILBOX_REFUSED,
            )
        )
        result = defaultdict(set)
        for debtor, address, is_missing in rows:
            result[debtor].add(None if is_missing else email_normalize(address) or address)
        return result
