from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..dunning.decision import Claim, Snapshot
from ..dunning.reason import Reason
from .collection_instalment import NOTHING_SAID

# contacts further back than this never matter to a frequency cap
CONTACT_MEMORY_DAYS = 60
# a pending transaction silences the ruler for so long
PENDING_LIMIT = timedelta(days=7)


class _OpenInstalment(NamedTuple):
    id: int
    debtor_id: int
    move_id: int
    ruler_id: int
    counts_from: date
    due_date: date
    watermark: int
    residual: str  # exact, in the instalment's currency
    currency_id: int
    delivered: bool
    delivered_on: date | None
    blocked: bool


class CollectionSnapshot(models.AbstractModel):
    """Reads the database into the frozen facts that `dunning/` decides upon; writes nothing."""

    _name = "collection.snapshot"
    _description = "Collection: facts for a decision"

    @api.model
    def _now(self):
        """The present instant, aware UTC."""
        return datetime.now(UTC).replace(microsecond=0)

    @api.model
    def _take(self, debtors, come=None, leaving=None, contacts=None):
        """Facts about debtors of one root company, in a fixed number of queries.

        :param debtors: ``collection.debtor``
        :param come: {instalment id: latest offset that has come}, for the plan verb
        :param leaving: the ``collection.instalment`` that a door is asked about, to say why they are
            closed if they are
        :param contacts: what `_contacts` said, where the caller changes it
        :return: {debtor id: dunning Snapshot}
        """
        company = debtors.company_id.ensure_one()
        come = come or {}
        rows = self._open_instalments(debtors)
        rulers = self.env["collection.ruler"].browse(dict.fromkeys(row.ruler_id for row in rows))
        ladders = {ruler.id: ruler._ladder() for ruler in rulers}
        calendar = company._collection_calendar()
        calendars = {ruler.id: ruler._contact_calendar() for ruler in rulers}
        today = calendar.local_day(self._now())
        blocks = self._blocks(rows, debtors, today)
        credits = debtors._credits()
        days, spoken = self._contacts(debtors, calendar) if contacts is None else contacts
        currencies = self.env["res.currency"].browse({row.currency_id for row in rows})
        names = {currency.id: currency.name for currency in currencies}
        claims = defaultdict(list)
        first_ruler = {}
        for row in rows:
            first_ruler.setdefault(row.debtor_id, row.ruler_id)
            claims[row.debtor_id].append(
                Claim(
                    row.id,
                    row.move_id,
                    ladders[row.ruler_id],
                    row.counts_from,
                    row.due_date,
                    come.get(row.id),
                    None if row.watermark == NOTHING_SAID else row.watermark,
                    Decimal(row.residual),
                    names[row.currency_id],
                    blocks.get(row.id),
                    row.delivered,
                    row.delivered_on,
                )
            )
        open_ids = {row.id for row in rows}
        closed = self._closed([i for i in leaving or () if i.id not in open_ids])
        return {
            debtor.id: Snapshot(
                calendars.get(first_ruler.get(debtor.id), calendar),
                tuple(claims[debtor.id]),
                {
                    currency.name: Decimal(str(currency.round(amount)))
                    for currency, amount in credits[debtor.id].items()
                },
                tuple(sorted(days[debtor.id].values())),
                debtor.id in spoken,
                closed,
            )
            for debtor in debtors
        }

    def _open_instalments(self, debtors):
        """What the debtors owe, as rows: records of so many would cost more than the decision."""
        self.env["collection.instalment"].flush_model()
        self.env["account.move"].flush_model(["is_move_sent", "move_type", "payment_state"])
        sale_types = self.env["account.move"].get_sale_types(include_receipts=True)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id, i.debtor_id, i.move_id, i.ruler_id,
                       coalesce(i.anchor_date, i.due_date), i.due_date, i.watermark,
                       i.residual_currency::text, i.currency_id,
                       m.is_move_sent IS TRUE OR m.move_type NOT IN %(sale_types)s,
                       i.delivered_on, m.payment_state = 'blocked'
                  FROM collection_instalment i JOIN account_move m ON m.id = i.move_id
                 WHERE i.debtor_id IN %(debtors)s AND i.is_open AND i.ruler_id IS NOT NULL
                 ORDER BY i.due_date, i.id
                """,
                debtors=tuple(debtors.ids) or (0,),
                sale_types=tuple(sale_types),
            )
        )
        return [_OpenInstalment(*row) for row in rows]

    @api.model
    def _blocks(self, rows, debtors, today):
        """Why nothing may be said about an instalment now: {instalment id: Reason} (D3, D5, F5)."""
        blocks = {}
        flying = self._moves_in_flight({row.move_id for row in rows})
        rulers = self.env["collection.ruler"].browse({row.ruler_id for row in rows})
        speaking = set(rulers.filtered(lambda r: r._speaks_on(today)).ids)
        held_debtors, held = set(), set()
        Hold = self.env["collection.hold"].sudo()
        for hold in Hold.search(Hold._in_force(today) & Hold._domain_of(debtors)):
            if hold.scope == "all":
                held_debtors.add(hold.debtor_id.id)
            else:
                held.update(hold.instalment_ids.ids)
        for row in rows:
            if row.ruler_id not in speaking:
                blocks[row.id] = Reason.RULER_STOPPED
            elif row.blocked:
                blocks[row.id] = Reason.BLOCKED
            elif row.debtor_id in held_debtors or row.id in held:
                blocks[row.id] = Reason.HELD
            elif row.move_id in flying:
                blocks[row.id] = Reason.IN_FLIGHT
        return blocks

    @api.model
    def _moves_in_flight(self, move_ids):
        """Entries whose payment is under way: without entry yet, pending, authorised or not processed."""
        if not move_ids:
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
                moves=tuple(move_ids),
                pending_since=self._now().replace(tzinfo=None) - PENDING_LIMIT,
            )
        )
        return {row[0] for row in rows}

    @api.model
    def _contacts(self, debtors, calendar):
        """When each debtor was, or will be, asked for money.

        What waits at a door does not count until it leaves: it must not silence the rest.

        :return: ({debtor id: {follow-up id: local day}}, ids of debtors to whom a reminder ever left)
        """
        self.env["collection.followup"].flush_model()
        since = self._now().replace(tzinfo=None) - timedelta(days=CONTACT_MEMORY_DAYS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debtor_id, CASE WHEN scheduled_at >= %(since)s THEN id END,
                       max(coalesce(delivered_at, handed_at, scheduled_at)),
                       bool_or(state != 'planned')
                  FROM collection_followup
                 WHERE debtor_id IN %(debtors)s AND channel != 'activity'
                   AND purpose IN ('dunning', 'returned')
                   AND (state IN ('queued', 'sent', 'uncertain')
                        OR (state = 'planned' AND reason = 'due' AND scheduled_at >= %(since)s))
                 GROUP BY 1, 2
                """,
                debtors=tuple(debtors.ids) or (0,),
                since=since,
            )
        )
        days, spoken = defaultdict(dict), set()
        for debtor, followup, instant, was_said in rows:
            if followup:
                days[debtor][followup] = calendar.local_day(instant.replace(tzinfo=UTC))
            if was_said:
                spoken.add(debtor)
        return days, spoken

    @api.model
    def _closed(self, instalments):
        """Why instalments are no longer open: {instalment id: Reason}."""
        result = {}
        for instalment in instalments:
            if instalment.is_open:
                continue
            if instalment.gone or instalment.move_id.state != "posted":
                result[instalment.id] = Reason.GONE
            elif instalment.residual > 0:
                result[instalment.id] = Reason.BLOCKED
            else:
                result[instalment.id] = Reason.PAID
        return result
