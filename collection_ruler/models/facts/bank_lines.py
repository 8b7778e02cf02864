"""Money on the bank that nobody matched, and whose it may be (D3)."""

from datetime import timedelta

from odoo.tools import SQL

from ..common.instalment_key import root_company

# money that nobody matched for so long is somebody's neglect and silences nobody any more
BANK_LINE_DAYS = 60
# a number or reference of an invoice that is shorter would be found in any text of a bank
NAME_LENGTH = 5


def letters(text: str | None) -> str:
    """A text as banks leave it: letters and digits, in capitals."""
    return "".join(filter(str.isalnum, text or "")).upper()


def is_named(words: str, *names: str | None) -> bool:
    """Whether a text of `letters` names an invoice; a short number stands in any text.

    :param names: its number and its reference
    """
    if not words:  # what thousands of instalments need not be made ready for
        return False
    return any(len(name) >= NAME_LENGTH and name in words for name in map(letters, names))


def unmatched_money(env, company_id, bank_day, today):
    """Incoming bank lines of the last weeks that nobody matched, and whose they may be (D3).

    By the partner of the line, else by the name or the account that the bank says; else what the
    bank says may name an invoice.

    :param company_id: a root company; its branches' lines count too
    :param bank_day: of its newest bank data, None without any
    :param today: local day of the company
    :return: (ids of commercial partners, all that is said of the other lines, as `letters`)
    """
    since = today - timedelta(days=BANK_LINE_DAYS)
    if bank_day is None or bank_day < since:
        return frozenset(), ""
    env["account.bank.statement.line"].flush_model()
    env["account.move"].flush_model(["state", "date"])
    rows = env.execute_query(
        SQL(
            r"""
            SELECT coalesce(lp.commercial_partner_id, named.id, banked.id), l.payment_ref
              FROM account_bank_statement_line l
              JOIN account_move lm ON lm.id = l.move_id AND lm.state = 'posted'
               AND lm.date >= %(since)s
              JOIN res_company c ON c.id = l.company_id
               AND %(root)s = %(company)s
              LEFT JOIN res_partner lp ON lp.id = l.partner_id
              LEFT JOIN LATERAL (
                   SELECT p.commercial_partner_id AS id FROM res_partner p
                    WHERE l.partner_id IS NULL AND l.partner_name != ''
                      AND p.name = l.partner_name
                    ORDER BY p.id LIMIT 1) named ON TRUE
              LEFT JOIN LATERAL (
                   SELECT p.commercial_partner_id AS id
                     FROM res_partner_bank rb JOIN res_partner p ON p.id = rb.partner_id
                    WHERE l.partner_id IS NULL AND rb.sanitized_acc_number
                          = upper(regexp_replace(l.account_number, '\W', '', 'g'))
                    ORDER BY rb.id LIMIT 1) banked ON TRUE
             WHERE l.is_reconciled IS NOT TRUE AND l.amount > 0
            """,
            root=root_company("c"),
            company=company_id,
            since=since,
        )
    )
    payers = frozenset(owner for owner, _words in rows if owner)
    return payers, " ".join(letters(words) for owner, words in rows if not owner)
