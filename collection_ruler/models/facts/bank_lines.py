"""Money on the bank that nobody matched, as `dunning/bank_lines.py` wants it (D3)."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo.tools import SQL

from ...dunning.bank_lines import LINE_DAYS, BankLine, Found, index_of, silent_until
from ..common import clock
from ..common.instalment_key import root_company


def unmatched_money(env, company_id, today):
    """Incoming bank lines of the last weeks that nobody matched, ready to be looked up in (D3).

    :param company_id: a root company; its branches' lines count too
    :param today: local day of the company
    :return: dunning LineIndex
    """
    for model in ("account.bank.statement.line", "res.partner", "res.partner.bank"):
        env[model].flush_model()
    env["account.move"].flush_model(["state", "date", "ref", "narration"])
    rows = env.execute_query(
        SQL(
            r"""
            SELECT l.id, lm.date, l.create_date::date,
                   -- whose clock was put back imported nothing in days to come
                   l.create_date <= %(now)s,
                   array_remove(ARRAY[lp.commercial_partner_id] || ARRAY(
                       SELECT p.commercial_partner_id
                         FROM res_partner_bank rb JOIN res_partner p ON p.id = rb.partner_id
                        WHERE l.partner_id IS NULL AND rb.active AND rb.sanitized_acc_number
                              = upper(regexp_replace(l.account_number, '\W', '', 'g'))), NULL),
                   l.partner_id IS NOT NULL,
                   own.name, l.amount::text, other.name, l.amount_currency::text,
                   abs(l.amount_residual)::text,
                   l.partner_name,
                   concat_ws(E'\n', l.payment_ref, lm.ref, left(l.transaction_details::text, 2000),
                             regexp_replace(left(lm.narration, 4000), '<[^>]*>', ' ', 'g'))
              FROM account_bank_statement_line l
              JOIN account_move lm ON lm.id = l.move_id AND lm.state = 'posted'
               AND lm.date >= %(since)s
              JOIN res_company c ON c.id = l.company_id
               AND %(root)s = %(company)s
              JOIN res_currency own ON own.id = l.currency_id
              LEFT JOIN res_currency other ON other.id = l.foreign_currency_id
              LEFT JOIN res_partner lp ON lp.id = l.partner_id
             WHERE l.is_reconciled IS NOT TRUE AND l.amount > 0
             ORDER BY l.id
            """,
            root=root_company("c"),
            company=company_id,
            since=today - timedelta(days=LINE_DAYS),
            now=clock.naive_now(env),
        )
    )
    return index_of(tuple(_line(*row) for row in rows))


def _line(
    key, day, made_on, is_past, owners, is_theirs, own, amount, other, foreign, left, name, text
):
    """:return: dunning BankLine"""
    amounts = {(own, Decimal(amount)), (other or own, Decimal(left or 0))}
    if other:
        amounts.add((other, Decimal(foreign or 0)))
    return BankLine(
        key,
        day,
        max(day, made_on) if is_past else day,
        tuple(sorted((c, a) for c, a in amounts if a > 0)),
        tuple(sorted(set(owners))),
        is_theirs,
        name or "",
        text or "",
    )


def lines_of(env, lines, partner_ids):
    """The lines that may be from these customers, in at most one query.

    :param lines: dunning LineIndex
    :param partner_ids: of commercial partners
    :return: {commercial partner id: dunning Found}
    """
    if lines.is_empty:
        return {}
    names, tax_ids = defaultdict(list), defaultdict(set)
    if lines.has_words:
        rows = env.execute_query(
            SQL(
                """
                SELECT commercial_partner_id, name, vat, company_registry FROM res_partner
                 WHERE commercial_partner_id IN %s AND (active OR id = commercial_partner_id)
                """,
                tuple(partner_ids) or (0,),
            )
        )
        for partner, name, *numbers in rows:
            names[partner].append(name)
            tax_ids[partner].update(filter(None, numbers))
    found = {
        partner: lines.of_customer(partner, names[partner], tax_ids[partner])
        for partner in partner_ids
    }
    return {partner: own for partner, own in found.items() if own != Found()}


class _Open(NamedTuple):
    id: int
    residual: Decimal
    currency: str


def in_bank_until(debtor, rows, settings, payers, place):
    """Until when money on the bank silences what is open of a debtor: {instalment id: last day} (D3).

    :param debtor: OpenDebtor
    :param rows: OpenInstalment, all that is open of it
    :param payers: what `lines_of` says
    :param place: key of `Settings.calendars`
    """
    lines, found = settings.bank_lines, payers.get(debtor.partner_id, Found())
    named = {}
    if lines.has_words:
        for row in rows:
            if line := lines.of_number(row.number) | lines.of_number(row.reference):
                named[row.id] = line
    if not named and found == Found():
        return {}
    currencies = settings.currencies
    claims = [_Open(row.id, Decimal(row.residual), currencies[row.currency_id]) for row in rows]
    favour = defaultdict(Decimal)
    for currency, _account, amount in debtor.credits or ():
        favour[currencies[currency]] += Decimal(amount)
    return silent_until(claims, found, named, favour, settings.calendars[place])


def lines_by_debtor(debtors, lines):
    """The lines that may be from debtors: {debtor id: frozenset of dunning BankLine}, of those with any.

    :param debtors: ``collection.debtor``
    :param lines: dunning LineIndex
    """
    if lines.is_empty:
        return {}
    found = lines_of(debtors.env, lines, debtors.partner_id.ids)
    result = defaultdict(frozenset)
    for debtor in debtors:
        own = found.get(debtor.partner_id.id, Found())
        numbers = {
            number
            for move in debtor.instalment_ids.filtered("is_open").move_id
            for number in (move.name, move.payment_reference)
        }
        named = frozenset().union(*map(lines.of_number, numbers))
        if own := own.sure | own.perhaps | named:
            result[debtor.id] = own
    return dict(result)
