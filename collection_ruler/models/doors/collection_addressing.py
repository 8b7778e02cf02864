from collections import defaultdict
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import SQL

from ...dunning.facts import Recheck
from ...dunning.purpose import ASKS_FOR_MONEY, Purpose
from ...dunning.reason import Reason


class CollectionAddressing(models.AbstractModel):
    """Who hears of it, asked again at each door (B9): since it was planned somebody may have left, a contact
    may have come, an address may have failed."""

    _name = "collection.addressing"
    _description = "Collection: who hears of it at a door"

    # ------------------------------------------------------------------
    # door 1
    # ------------------------------------------------------------------

    @api.model
    def _ask_again(self, followups, pairs):
        """Address what stands at door 1 to whoever hears of it now: one message for each of them.

        What other people hear by now gets a message of its own, which leaves with the next run; what one
        hears now who were several is joined.

        :param followups: ``collection.followup``, planned
        :param pairs: what `_pairs` says of them; kept right
        :return: those that were joined to another and say nothing any more
        """
        joined = followups.browse()
        asked = followups.filtered(lambda f: f.customer_hears and f.purpose != Purpose.DELIVERY)
        for channel, own in self.env["collection.channel"]._each(asked):
            readers = self.env["collection.recipients"].sudo()._of(own.debtor_id, channel)
            others, first_of = self._items_by_move(own), {}
            for followup in own:
                role = followup.step_id.recipient_role or "billing"
                reader = readers[followup.debtor_id.id, role]
                if followup.id in others:
                    reader = self._split(followup, role, readers, others[followup.id], pairs)
                if followup.partner_id != reader:
                    followup.partner_id = reader
                key = self._one_message(followup, reader)
                first = first_of.setdefault(key, followup) if key else followup
                if first != followup:
                    self._join(first, followup, pairs)
                    joined += followup
        return joined

    def _items_by_move(self, followups):
        """What is planned about invoices that are made out to somebody else than the customer, with what
        stands beside it: {follow-up id: {``account.move``: rows of the ledger}}, oldest first.

        Most customers have no such invoice, and nothing is read of theirs.
        """
        self.env["collection.followup.item"].flush_model()
        self.env["account.move"].flush_model(["partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT t.followup_id
                  FROM collection_followup_item t
                  JOIN collection_debtor d ON d.id = t.debtor_id
                  JOIN account_move m ON m.id = t.move_id AND m.partner_id != d.partner_id
                 WHERE t.followup_id IN %s AND t.state = 'planned'
                """,
                tuple(followups.ids) or (0,),
            )
        )
        found = {}
        for followup in followups.browse(row[0] for row in rows):
            items = followup.item_ids._planned().sorted(lambda t: (t.due_date, t.id))
            found[followup.id] = items.grouped("move_id")
        return found

    def _split(self, followup, role, readers, items, pairs):
        """Leave in a follow-up what its first reader hears; thanks are about one payment, and stay whole.

        :param items: {``account.move``: rows of the ledger}, oldest first
        :return: ``res.partner`` who hears it
        """
        by_reader = {}
        for move, own in items.items():
            reader = readers.of_invoice(followup.debtor_id.id, role, move)
            by_reader[reader] = by_reader.get(reader, own.browse()) + own
        first, *rest = by_reader
        for reader in rest if followup.purpose in ASKS_FOR_MONEY else ():
            alone = followup._split_items(by_reader[reader], Reason.DUE, followup.scheduled_at)
            alone.write({"partner_id": reader.id, "decided_at": followup.decided_at})
            moved = set(by_reader[reader].ids)
            kept = [pair for pair in pairs.get(followup.id, ()) if pair.item_id not in moved]
            pairs[followup.id] = kept
        return first

    def _one_message(self, followup, reader):
        """What follow-ups of one decision share that are one message; None for one that is alone."""
        if followup.purpose not in ASKS_FOR_MONEY or not followup.decided_at or not reader:
            return None
        mode, role = followup._mode(), followup.step_id.recipient_role
        return followup.debtor_id, followup.purpose, followup.decided_at, mode, role, reader

    def _join(self, first, followup, pairs):
        items = followup.item_ids._planned()
        items._move_to("planned", Reason.DUE, followup_id=first.id)
        pairs[first.id] = [*pairs.get(first.id, ()), *pairs.pop(followup.id, ())]
        followup._cancel(Reason.REPLACED)

    @api.model
    def _one_a_day(self, checks, now):
        """Let an address hear from us once a day, whoever it stands for (B9): two customers may share one.

        :param checks: {``collection.followup``: Recheck}
        :param now: aware UTC
        :return: the same, where the second waits for the next day
        """
        result = dict(checks)
        going = [f for f, check in checks.items() if check.verdict == "go" and f._asks_for_money()]
        going = self.env["collection.followup"].union(*going)
        for channel, own in self.env["collection.channel"]._each(going):
            if not channel._has_addresses:
                continue
            to = {followup: channel._addresses(followup.partner_id) for followup in own}
            taken = self._written_today(channel, own, to, now)
            for followup, addresses in to.items():
                if taken[followup.company_id].isdisjoint(addresses):
                    taken[followup.company_id].update(addresses)
                else:
                    dropped = checks[followup].dropped
                    result[followup] = Recheck("wait", Reason.ONE_A_DAY, dropped=dropped)
        return result

    def _written_today(self, channel, followups, to, now):
        """Addresses that were asked for money today, or are about to be: {``res.company``: set}."""
        taken = defaultdict(set)
        for company in followups.company_id:
            calendar = company._collection_calendar()
            zone = ZoneInfo(calendar.timezone)
            midnight = datetime.combine(calendar.local_day(now), time(), zone)
            addresses = {one for followup in followups for one in to[followup]}
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT address FROM collection_followup
                     WHERE company_id = %(company)s AND queued_at >= %(since)s
                       AND state IN ('queued', 'sent', 'uncertain') AND channel = %(channel)s
                       AND purpose IN %(asks)s AND id NOT IN %(these)s
                       AND (address IN %(addresses)s OR address LIKE '%%, %%')
                    """,
                    company=company.id,
                    since=midnight.astimezone(UTC).replace(tzinfo=None),
                    channel=channel._code,
                    asks=ASKS_FOR_MONEY,
                    these=tuple(followups.ids),
                    addresses=tuple(addresses) or ("",),
                )
            )
            taken[company].update(one for row in rows for one in channel._split(row[0]))
        return taken

    # ------------------------------------------------------------------
    # door 2
    # ------------------------------------------------------------------

    @api.model
    def _hears_still(self, followup, row):
        """Whether whom a message in the outbox is written to is who hears of it now, at the same addresses.

        :param row: AtDoor
        """
        if row.purpose == Purpose.DELIVERY:
            return True  # Odoo sends invoices to whom they are made out to
        if not (row.is_edited or row.has_failures):
            return True  # nobody touched what door 1 went by
        channel = self.env["collection.channel"]._named(followup.channel)
        customer = self.env["res.partner"].browse(row.customer_id)
        failed = self.env["collection.failed.addresses"]
        dead = failed._of([row.debtor_id]).get(channel._code, {}) if row.has_failures else {}
        readers = self.env["collection.recipients"]._readers(
            {row.debtor_id: customer}, channel, dead
        )
        addressee = customer.browse(row.addressee_id)
        reader = readers.of_addressee(row.debtor_id, row.role, addressee)
        if not readers.are_one(reader, customer.browse(row.partner_id or ())):
            return False
        if not channel._has_addresses:
            return True
        addresses = channel._addresses(reader)
        if row.has_failures:
            addresses = failed._living(channel, followup)[followup]
        return set(addresses) == set(channel._split(row.address))
