from collections import defaultdict
from datetime import datetime

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
                    addresses = set(channel._addresses(recipients[debtor.id, role])) or {None}
                    if addresses <= failed[debtor.id]:
                        lacking = addresses == {None}
                        reason = Reason.NO_ADDRESS if lacking else Reason.BAD_ADDRESS
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
                SELECT f.channel, f.debtor_id,
                       CASE WHEN f.bounced_at IS NULL AND f.state = 'failed' AND f.reason = %(lacking)s
                            THEN TRUE END,
                       CASE WHEN f.is_bad_address THEN f.address END,
                       f.failed_address,
                       -- what stayed there later says that the address works
                       (SELECT json_agg(json_build_array(n.address, n.failed_address))
                          FROM collection_followup n
                         WHERE n.debtor_id = f.debtor_id AND n.channel = f.channel
                           AND n.state = 'sent' AND n.bounced_at IS NULL
                           AND n.handed_at > coalesce(f.handed_at, f.scheduled_at))
                  FROM collection_followup f
                 WHERE f.channel IN %(known)s AND f.debtor_id IN %(debtors)s
                   AND (f.state = 'failed' AND f.reason = %(lacking)s
                        OR f.address IS NOT NULL
                           AND (f.is_bad_address OR f.failed_address IS NOT NULL))
                """,
                known=tuple(known) or ("",),
                debtors=tuple(debtor_ids) or (0,),
                lacking=Reason.NO_ADDRESS,
            )
        )
        result = defaultdict(lambda: defaultdict(set))
        for code, debtor, is_missing, address, failed, later in rows:
            split = channels[code]._split
            works = {one for to, not_to in later or () for one in {*split(to)} - {*split(not_to)}}
            found = {*split(failed), *(() if is_missing else split(address))} - works
            if found := found | {None} if is_missing else found:
                result[code][debtor] |= found
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
    def _sent_to(self, debtor, address):
        """Ids of the e-mails to a debtor that went to an address, whatever else they went to.

        :param address: text that anybody may have written
        """
        mail = self.env["collection.channel.email"]
        wanted = set(mail._split(address))
        sent = self.env["collection.followup"].search_fetch(
            [("debtor_id", "=", debtor.id), ("channel", "=", mail._code), ("address", "!=", False)],
            ["address"],
        )
        return [f.id for f in sent if not wanted.isdisjoint(mail._split(f.address))]

    @api.model
    def _reached_others(self, followup, address, note=None):
        """Note that a message did not arrive at an address; whether it did at others that it went to.

        :param followup: ``collection.followup`` that left
        :param note: what else to say to whoever corrects the address
        """
        channel = followup._channel()
        own, failed = channel._split(followup.address), channel._split(followup.failed_address)
        failed = {*failed, *channel._split(address)}
        if failed.issuperset(own):
            return False
        followup.failed_address = ", ".join(one for one in own if one in failed)
        followup.debtor_id._schedule_task(
            self.env._("One of several addresses does not work: %s", followup.failed_address),
            note
            or self.env._(
                "The others get the messages. Take it out of the contact, or correct it."
            ),
            followup.ruler_id,
            once=True,
        )
        return True

    @api.model
    def _living(self, channel, followups):
        """Where messages of a channel go to: without the addresses from which the last one came back, since
        there is no use in writing there again.

        :return: {``collection.followup``: addresses, each as the channel compares them}
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (f.debtor_id, f.address) f.debtor_id, f.address,
                       f.failed_address, coalesce(f.is_bad_address, FALSE), f.handed_at
                  FROM collection_followup f
                 WHERE f.debtor_id IN %s AND f.channel = %s AND f.address IS NOT NULL
                   AND f.id NOT IN %s
                 ORDER BY f.debtor_id, f.address, f.handed_at DESC NULLS LAST, f.id DESC
                """,
                tuple(followups.debtor_id.ids) or (0,),
                channel._code,
                tuple(followups.ids) or (0,),
            )
        )
        newest = defaultdict(dict)  # {debtor id: {address: whether it came back}}
        rows.sort(key=lambda row: row[-1] or datetime.min, reverse=True)
        for debtor, address, failed, is_back, _at in rows:
            to, not_to = channel._split(address), channel._split(failed)
            for one in {*to, *not_to}:
                newest[debtor].setdefault(one, one in not_to or is_back)
        return {
            followup: tuple(
                address
                for address in channel._addresses(followup.partner_id)
                if not newest[followup.debtor_id.id].get(address)
            )
            for followup in followups
        }
