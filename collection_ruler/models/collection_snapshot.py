from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..dunning.decision import Claim, Snapshot
from ..dunning.reason import Reason
from .collection_instalment import NOTHING_SAID

# contacts further back than this never matter to a frequency cap
CONTACT_MEMORY_DAYS = 60
# a pending transaction silences the ruler for so long
PENDING_LIMIT = timedelta(days=7)


class CollectionSnapshot(models.AbstractModel):
    """Reads the database into the frozen facts that `dunning/` decides upon; writes nothing."""

    _name = "collection.snapshot"
    _description = "Collection: facts for a decision"

    @api.model
    def _now(self):
        """The present instant, aware UTC."""
        return datetime.now(UTC).replace(microsecond=0)

    @api.model
    def _take(self, debtors, come=None, leaving=None):
        """Facts about debtors of one root company, in a fixed number of queries.

        :param debtors: ``collection.debtor``
        :param come: {instalment id: latest offset that has come}, for the plan verb
        :param leaving: ``collection.followup`` at a door, to say why claims of theirs are closed
        :return: {debtor id: dunning Snapshot}
        """
        company = debtors.company_id.ensure_one()
        come = come or {}
        Instalment = self.env["collection.instalment"].sudo()
        instalments = Instalment.search(
            [("debtor_id", "in", debtors.ids), ("is_open", "=", True), ("ruler_id", "!=", False)]
        )
        rulers = instalments.ruler_id
        ladders = {ruler: ruler._ladder() for ruler in rulers}
        calendar = company._collection_calendar()
        calendars = {ruler: ruler._contact_calendar() for ruler in rulers}
        today = calendar.local_day(self._now())
        blocks = self._blocks(instalments, today)
        credits = debtors._credits()
        contacts, spoken = self._contacts(debtors, calendar), self._spoken_to(debtors)
        claims = defaultdict(list)
        first_ruler = {}
        for instalment in instalments:
            ruler = instalment.ruler_id
            first_ruler.setdefault(instalment.debtor_id.id, ruler)
            said = instalment.watermark
            claims[instalment.debtor_id.id].append(
                Claim(
                    instalment.id,
                    instalment.move_id.id,
                    ladders[ruler],
                    instalment.anchor_date or instalment.due_date,
                    instalment.due_date,
                    come.get(instalment.id),
                    None if said == NOTHING_SAID else said,
                    Decimal(str(instalment.residual_currency)),
                    instalment.currency_id.name,
                    blocks.get(instalment.id),
                    instalment.move_id.is_move_sent
                    or not instalment.move_id.is_sale_document(True),
                    instalment.delivered_on or None,
                )
            )
        closed = self._closed(leaving) if leaving else {}
        return {
            debtor.id: Snapshot(
                calendars.get(first_ruler.get(debtor.id), calendar),
                tuple(claims[debtor.id]),
                {
                    currency.name: Decimal(str(currency.round(amount)))
                    for currency, amount in credits[debtor.id].items()
                },
                tuple(sorted(contacts[debtor.id].values())),
                debtor.id in spoken,
                closed,
            )
            for debtor in debtors
        }

    @api.model
    def _blocks(self, instalments, today):
        """Why nothing may be said about an instalment now: {instalment id: Reason} (D3, D5, F5)."""
        blocks = {}
        moves = instalments.move_id
        flying = self._moves_in_flight(moves)
        holds = defaultdict(list)
        Hold = self.env["collection.hold"].sudo()
        for hold in Hold.search(
            Hold._in_force(today) & fields.Domain("debtor_id", "in", instalments.debtor_id.ids)
        ):
            holds[hold.debtor_id].append(hold)
        for instalment in instalments:
            move = instalment.move_id
            if not instalment.ruler_id._speaks_on(today):
                blocks[instalment.id] = Reason.RULER_STOPPED
            elif move.payment_state == "blocked":
                blocks[instalment.id] = Reason.BLOCKED
            elif any(
                hold.scope == "all" or instalment in hold.instalment_ids
                for hold in holds[instalment.debtor_id]
            ):
                blocks[instalment.id] = Reason.HELD
            elif move.id in flying:
                blocks[instalment.id] = Reason.IN_FLIGHT
        return blocks

    @api.model
    def _moves_in_flight(self, moves):
        """Entries whose payment is under way: without entry yet, pending, authorised or not processed."""
        if not moves:
            return set()
        self.env["account.payment"].flush_model()
        self.env["payment.transaction"].flush_model()
        self.env["account.move"].flush_model(["payment_state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM account_move WHERE id IN %(moves)s AND payment_state = 'in_payment'
                UNION
                SELECT r.invoice_id FROM account_move__account_payment r
                  JOIN account_payment p ON p.id = r.payment_id
                 WHERE r.invoice_id IN %(moves)s AND p.move_id IS NULL
                   AND p.state IN ('in_process', 'paid')
                UNION
                SELECT r.invoice_id FROM account_invoice_transaction_rel r
                  JOIN payment_transaction t ON t.id = r.transaction_id
                 WHERE r.invoice_id IN %(moves)s
                   AND (t.state = 'authorized'
                        -- a promise to transfer money is pending until somebody books it: not for ever
                        OR (t.state = 'pending' AND t.last_state_change >= %(pending_since)s)
                        OR (t.state = 'done' AND t.is_post_processed IS NOT TRUE))
                """,
                moves=tuple(moves.ids),
                pending_since=self._now().replace(tzinfo=None) - PENDING_LIMIT,
            )
        )
        return {row[0] for row in rows}

    @api.model
    def _contacts(self, debtors, calendar):
        """Days on which each debtor was, or will be, asked for money: {debtor id: {follow-up id: day}}.

        What waits at a door does not count until it leaves: it must not silence the rest.
        """
        self.env["collection.followup"].flush_model()
        since = self._now().replace(tzinfo=None) - timedelta(days=CONTACT_MEMORY_DAYS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debtor_id, id, coalesce(delivered_at, handed_at, scheduled_at)
                  FROM collection_followup
                 WHERE debtor_id IN %s AND channel != 'activity' AND purpose IN ('dunning', 'returned')
                   AND (state IN ('queued', 'sent', 'uncertain')
                        OR (state = 'planned' AND reason = 'due'))
                   AND scheduled_at >= %s
                """,
                tuple(debtors.ids),
                since,
            )
        )
        days = defaultdict(dict)
        for debtor, followup, instant in rows:
            days[debtor][followup] = calendar.local_day(instant.replace(tzinfo=UTC))
        return days

    @api.model
    def _spoken_to(self, debtors):
        """Ids of debtors to whom a reminder ever left."""
        groups = self.env["collection.followup"]._read_group(
            [
                ("debtor_id", "in", debtors.ids),
                ("purpose", "in", ("dunning", "returned")),
                ("channel", "!=", "activity"),
                ("state", "in", ("queued", "sent", "uncertain")),
            ],
            ["debtor_id"],
        )
        return {debtor.id for (debtor,) in groups}

    @api.model
    def _closed(self, followups):
        """Why instalments of these follow-ups are no longer open: {instalment id: Reason}."""
        result = {}
        for instalment in followups._item_instalments().values():
            if instalment.is_open:
                continue
            if instalment.gone or instalment.move_id.state != "posted":
                result[instalment.id] = Reason.GONE
            elif instalment.residual > 0:
                result[instalment.id] = Reason.BLOCKED
            else:
                result[instalment.id] = Reason.PAID
        return result
