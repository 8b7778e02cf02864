"""How new the bank data of a company is: what is overdue waits for newer data where it is old (D3)."""

from odoo.tools import SQL

from ...dunning.bank import bank_is_stale
from ..common.instalment_key import root_company


def bank_data_until(company):
    """Up to which day bank data is there of every account that customers pay into (D3).

    Those are the bank journals in use with money that came from outside in the last year of their data, and
    the first journal of the company. A journal without any line counts for nothing: nobody imports there.

    :param company: ``res.company``, a root or a branch
    :return: (the day, the ``account.journal`` that is furthest behind); (None, an empty one) without any data
    """
    company.ensure_one()
    env = company.env
    env["account.bank.statement.line"].flush_model(["journal_id", "internal_index", "amount"])
    env["account.journal"].flush_model(["type", "company_id", "active", "sequence"])
    rows = env.execute_query(
        SQL(
            """
            WITH journal AS (
                SELECT j.id, newest.day,
                       row_number() OVER (ORDER BY j.sequence, j.id) = 1 AS is_first,
                       EXISTS (
                           SELECT FROM account_bank_statement_line l
                            WHERE l.journal_id = j.id AND l.amount > 0
                              AND l.internal_index >= to_char(newest.day - 365, 'YYYYMMDD')
                              -- from an account of our own
                              AND NOT EXISTS (
                                  SELECT FROM account_move_line ml
                                   WHERE ml.move_id = l.move_id
                                     AND ml.account_id = c.transfer_account_id)) AS is_paid_into
                  FROM account_journal j
                  JOIN res_company c ON c.id = j.company_id AND %s = %s
                 CROSS JOIN LATERAL (
                       -- the index of each journal begins with the day
                       SELECT to_date(left(l.internal_index, 8), 'YYYYMMDD') AS day
                         FROM account_bank_statement_line l
                        WHERE l.journal_id = j.id ORDER BY l.internal_index DESC LIMIT 1) newest
                 WHERE j.type = 'bank' AND j.active)
            SELECT day, id FROM journal
             WHERE is_first OR is_paid_into OR NOT EXISTS (SELECT FROM journal WHERE is_paid_into)
             ORDER BY day, id LIMIT 1
            """,
            root_company("c"),
            company.root_id.id,
        )
    )
    day, journal = rows[0] if rows else (None, None)
    return day, env["account.journal"].browse(journal)


def old_bank_data(company):
    """What `bank_data_until` says if what is overdue waits for newer data today, else None (D3).

    :param company: ``res.company``, a root or a branch
    :raise CalendarError: the contact hours make no sense
    """
    company.ensure_one()
    root = company.root_id
    days, (day, journal) = root.collection_bank_stale_days, bank_data_until(root)
    if not days or day is None:
        return None
    today = root._collection_today()
    return (day, journal) if bank_is_stale(root._collection_calendar(), day, days, today) else None
