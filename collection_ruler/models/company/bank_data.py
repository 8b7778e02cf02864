"""How new the bank data of a company is: what is overdue waits for newer data where it is old (D3)."""

from datetime import date

from odoo.tools import SQL

from ...dunning.bank import bank_is_stale
from ..common.instalment_key import root_company


def newest_bank_day(company) -> date | None:
    """The day of the newest bank data of a company and its branches, None without any (D3).

    :param company: ``res.company``, a root or a branch
    """
    company.ensure_one()
    env = company.env
    env["account.bank.statement.line"].flush_model(["journal_id", "internal_index"])
    env["account.journal"].flush_model(["type", "company_id"])
    rows = env.execute_query(
        SQL(
            """
            SELECT to_date(max(newest.day), 'YYYYMMDD')
              FROM account_journal j
              JOIN res_company c ON c.id = j.company_id AND %s = %s
             CROSS JOIN LATERAL (
                   -- the index of each journal begins with the day
                   SELECT left(l.internal_index, 8) AS day FROM account_bank_statement_line l
                    WHERE l.journal_id = j.id ORDER BY l.internal_index DESC LIMIT 1) newest
             WHERE j.type = 'bank'
            """,
            root_company("c"),
            company.root_id.id,
        )
    )
    return rows[0][0]


def old_bank_day(company) -> date | None:
    """The day of the newest bank data if what is overdue waits for newer today, else None (D3).

    :param company: ``res.company``, a root or a branch
    :raise CalendarError: the contact hours make no sense
    """
    company.ensure_one()
    root = company.root_id
    days, bank_day = root.collection_bank_stale_days, newest_bank_day(root)
    if not days or bank_day is None:
        return None
    today = root._collection_today()
    return bank_day if bank_is_stale(root._collection_calendar(), bank_day, days, today) else None
