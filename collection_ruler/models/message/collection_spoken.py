from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...dunning.amounts import is_handed_over
from ...dunning.ladder import effective_due
from ..common.memo import memo_of
from ..facts.queries import flush_facts
from .spoken import Batch, Piece, Spoken

# what comes due is announced so many days ahead in the second table (B5)
COMING_DAYS = 31
# what fits beside the columns on a phone
MOST_LETTERS = 60


class _Row(NamedTuple):
    """What is read of an instalment and its invoice."""

    id: int
    debtor: int
    ruler: int | None
    due_date: date
    residual: float
    currency: int
    move: int
    number: str | None
    move_type: str
    company: int
    addressee: int | None
    country: int | None
    bank: int | None
    payment_reference: str | None
    ref: str | None
    origin: str | None
    only_line: str | None
    nth: int
    of: int


class CollectionSpoken(models.AbstractModel):
    """What messages speak about, read once for all messages of a batch (B5, D1, D2)."""

    _name = "collection.spoken"
    _description = "Collection: what messages speak about"

    @api.model
    def _of(self, followups):
        """What messages speak about, a Batch: {follow-up id: Spoken}; while one is written, what was read."""
        known = memo_of(self.env).get("spoken", {})
        if known and all(key in known for key in followups.ids):
            return known
        return self._read(followups)

    @api.model
    def _read(self, followups):
        """The same, read now."""
        followups = followups.sudo()
        spoken = [self._begun(followup) for followup in followups]
        asked = {s.followup.id: self._asked(s).ids for s in spoken}
        around = self._around(spoken)
        pieces = self._pieces([*around, *chain.from_iterable(asked.values())], spoken)
        beside = defaultdict(list)
        for key in around:
            beside[pieces[key].debtor].append(pieces[key])
        return Batch([self._complete(s, asked, beside, pieces) for s in spoken])

    def _begun(self, followup):
        debtor, customer = followup.debtor_id, followup.debtor_id.partner_id
        currency = followup.currency_id
        return Spoken(
            followup=followup,
            debtor=debtor,
            contact=followup.partner_id or customer,
            customer=customer,
            company=followup.company_id,
            step=followup.step_id.id,
            lang=followup._lang(),
            is_thanks=followup.purpose == "thanks",
            today=debtor._local_today(),
            currency=self._currency_name(currency.id),
            amount=currency.round(followup.amount_due),
            asked=(),
        )

    def _asked(self, spoken):
        """The ``collection.instalment`` that it asks for; for thanks, those that were paid."""
        if spoken.is_thanks:
            return self.env["collection.ledger"]._instalments_of(spoken.followup)
        return spoken.followup.instalment_ids

    def _around(self, spoken):
        """What may be named beside, overdue or due soon: ids of instalments, the first due date first.

        What is in dispute, excluded from follow-up or has a payment under way is not named (A4, D3, D5).
        """
        found = []
        debtors = self.env["collection.debtor"].union(
            *(s.debtor for s in spoken if not s.is_thanks)
        )
        for own in debtors.grouped("company_id").values():
            until = own[:1]._local_today() + timedelta(days=COMING_DAYS)
            found += self.env["collection.snapshot"]._coming(own.ids, date.min, until)
        return found

    def _complete(self, spoken, asked, beside, pieces):
        ids = set(asked[spoken.followup.id])
        spoken.asked = tuple(sorted(map(pieces.get, ids), key=lambda p: (p.due_date, p.id)))
        if not spoken.is_thanks:
            others = (p for p in beside[spoken.debtor.id] if p.id not in ids)
            beside = spoken.of_reader(tuple(others))
            spoken.coming = tuple(p for p in beside if p.due_date > spoken.today)
            # people took over what is older, and say it themselves
            late = (p for p in beside if p.due_date < spoken.today and not p.is_handed_over)
            spoken.others = tuple(late)
        names = self._currencies(spoken)
        if len(names) == 1:
            names |= {piece.currency for piece in spoken.coming}
        spoken.by_code = len(names) > 1
        return spoken

    @api.model
    def _currencies(self, spoken):
        """Names of the currencies of what a message is about, without what comes next: one sign, as "$",
        stands for many of them."""
        return set(spoken.currencies)

    @api.model
    def _pieces(self, ids, spoken):
        """Instalments as messages show them: {id: Piece}.

        :param ids: of ``collection.instalment``
        :param spoken: the messages that show them
        """
        todays = {s.debtor.id: s.today for s in spoken}
        known, pieces = {}, {}
        for row in map(_Row._make, self._rows(ids)):
            debtor = self.env["collection.debtor"].sudo().browse(row.debtor)
            today = todays.get(row.debtor) or debtor._local_today()
            about = row.ruler, debtor.company_id.id, debtor.calendar_key, row.due_date, today
            if about not in known:
                known[about] = self._counted(debtor, row.ruler, row.due_date, today)
            pieces[row.id] = self._piece(row, *known[about])
        return pieces

    def _piece(self, row, effective_due, is_handed_over):
        is_sale = row.move_type in self.env["account.move"].get_sale_types()
        return Piece(
            id=row.id,
            debtor=row.debtor,
            due_date=row.due_date,
            effective_due=effective_due,
            residual=Decimal(str(row.residual)),
            currency=self._currency_name(row.currency),
            account=0,
            move=row.move,
            number=row.number or "",
            is_sale=is_sale,
            company=row.company,
            addressee=row.addressee or 0,
            country=row.country or 0,
            bank=row.bank or 0,
            reference=row.payment_reference or row.number or "",
            nth=row.nth or 1,
            of=row.of or 1,
            subject=_short((is_sale and (row.ref or row.origin)) or row.only_line or ""),
            is_handed_over=is_handed_over,
        )

    def _currency_name(self, currency_id):
        memo, key = memo_of(self.env), ("currency name", currency_id)
        if key not in memo:
            currency = self.env["res.currency"].browse(currency_id)
            memo["currency", currency.name] = currency  # amounts are asked for by name
            memo[key] = currency.name
        return memo[key]

    def _counted(self, debtor, ruler_id, due, today):
        """From which day an instalment's days overdue count (A3), and whether people took over (A4)."""
        ruler = self.env["collection.ruler"].sudo().browse(ruler_id)
        if not ruler:
            return due, False
        ladder = ruler._to_ladder()
        counts_from = due
        if due < today:
            counts_from = effective_due(ladder, debtor._place_calendar(), due)
        return counts_from, is_handed_over(ladder.max_days_overdue, counts_from, today)

    def _rows(self, ids):
        """What is read of instalments and their invoices, in one query: the invoice's only line tells what it
        is for where the customer's own reference does not."""
        flush_facts(self.env)
        self.env["res.partner.bank"].flush_model(["active"])
        return self.env.execute_query(
            SQL(
                """
                SELECT i.id, i.debtor_id, i.ruler_id, i.due_date, coalesce(i.residual_currency, 0),
                       i.currency_id,
                       m.id, m.name, m.move_type, m.company_id, m.partner_id, p.country_id, b.id,
                       m.payment_reference, m.ref, m.invoice_origin, line.name, place.nth, place.of
                  FROM collection_instalment i
                  JOIN account_move m ON m.id = i.move_id
                  LEFT JOIN res_partner p ON p.id = m.partner_id
                  LEFT JOIN res_partner_bank b ON b.id = m.partner_bank_id AND b.active
                 CROSS JOIN LATERAL (
                       SELECT min(l.name) AS name FROM account_move_line l
                        WHERE l.move_id = m.id AND l.display_type = 'product'
                       HAVING count(*) = 1
                        UNION ALL SELECT NULL LIMIT 1) line
                 CROSS JOIN LATERAL (
                       SELECT count(*) FILTER (
                                  WHERE (o.due_date, o.id) <= (i.due_date, i.id)) AS nth,
                              count(*) AS of
                         FROM collection_instalment o
                        WHERE o.move_id = i.move_id AND o.gone IS NOT TRUE AND i.gone IS NOT TRUE
                          AND o.partner_id IS NOT DISTINCT FROM i.partner_id) place
                 WHERE i.id IN %s
                """,
                tuple(ids) or (0,),
            )
        )


def _short(words):
    """The first line, cut where it is long."""
    line = words.strip().split("\n")[0].strip()
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1].rstrip()}…"
