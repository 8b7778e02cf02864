from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason

ROLES = ("billing", "escalation")


class CollectionFailedAddresses(models.AbstractModel):
    """Where messages do not arrive: their steps wait until there is another address (C5, H2)."""

    _name = "collection.failed.addresses"
    _description = "Collection: addresses that did not work"

    @api.model
    def _unreachable(self, debtor_ids):
        """Roles of debtors whose address by a channel is still the one that failed.

        :return: {debtor id: {(channel, role): Reason}}, for those who have such a role
        """
        result = defaultdict(dict)
        for code, failed in self._of(debtor_ids).items():
            channel = self.env["collection.channel"]._named(code)
            debtors = self.env["collection.debtor"].sudo().browse(failed)
            recipients = self.env["collection.recipients"].sudo()._of(debtors, channel)
            for debtor in debtors:
                for role in ROLES:
                    address = channel._address(recipients[debtor.id, role]) or None
                    if address in failed[debtor.id]:
                        reason = Reason.BAD_ADDRESS if address else Reason.NO_ADDRESS
                        result[debtor.id][code, role] = reason
        return result

    @api.model
    def _of(self, debtor_ids):
        """Addresses to which the last message did not arrive; None stands for none at all.

        :return: {channel: {debtor id: set of addresses}}, of channels and debtors with one
        """
        Channel = self.env["collection.channel"]
        channels = {code: Channel._named(code) for code in Channel._codes()}
        known = [code for code, channel in channels.items() if channel._has_addresses]
        self.env["collection.followup"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.channel, f.debtor_id, f.address,
                       f.bounced_at IS NULL AND f.reason = %(lacking)s
                  FROM collection_followup f
                 WHERE f.channel IN %(known)s AND f.debtor_id IN %(debtors)s
                   AND (f.state = 'failed' AND f.reason = %(lacking)s
                        OR f.address IS NOT NULL AND f.is_bad_address)
                   -- a later one that stayed there says that the address works
                   AND NOT EXISTS (
                       SELECT FROM collection_followup n
                        WHERE n.debtor_id = f.debtor_id AND n.channel = f.channel
                          AND n.address = f.address AND n.state = 'sent' AND n.bounced_at IS NULL
                          AND n.handed_at > coalesce(f.handed_at, f.scheduled_at))
                """,
                known=tuple(known) or ("",),
                debtors=tuple(debtor_ids) or (0,),
                lacking=Reason.NO_ADDRESS,
            )
        )
        result = defaultdict(lambda: defaultdict(set))
        for code, debtor, address, is_missing in rows:
            known = None if is_missing else channels[code]._normalized(address)
            result[code][debtor].add(known)
        return result

    @api.model
    def _is_lacking(self, followup):
        """Whether a follow-up has no address to leave to, by any channel: ``SQL``.

        :param followup: the alias of collection_followup
        """
        Channel, alias = self.env["collection.channel"], SQL.identifier(followup)
        lacks = [
            SQL(
                "(%s.channel = %s AND (%s))",
                alias,
                code,
                Channel._named(code)._lacks_address(alias),
            )
            for code in Channel._codes()
        ]
        return SQL("(%s)", SQL(" OR ").join(lacks))

    @api.model
    def _bounced_before(self, followups):
        """Addresses of these channels that the last message showed not to be there: no use in writing again.

        :return: set of (debtor id, address)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debtor_id, address FROM (
                    SELECT DISTINCT ON (debtor_id, address) debtor_id, address, is_bad_address
                      FROM collection_followup
                     WHERE debtor_id IN %s AND channel IN %s AND address IS NOT NULL AND id NOT IN %s
                     ORDER BY debtor_id, address, handed_at DESC NULLS LAST, id DESC) last
                 WHERE is_bad_address
                """,
                tuple(followups.debtor_id.ids) or (0,),
                tuple(set(followups.mapped("channel"))) or ("",),
                tuple(followups.ids) or (0,),
            )
        )
        return set(rows)
