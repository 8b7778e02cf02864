"""What customers have paid or got back and nobody applied to an invoice yet (D2)."""

from collections import defaultdict

from odoo.tools import SQL

from ..common.instalment_key import root_company


def credits_query(debtor: str) -> SQL:
    """Unapplied credit notes and payments of a debtor: a query for currency_id, account_id and amount (D2).

    A credit can be reconciled only with what stands on its own account.

    :param debtor: the alias of collection_debtor in the query around it
    """
    return SQL(
        """
        SELECT l.currency_id, l.account_id, -sum(l.amount_residual_currency) AS amount
          FROM res_partner p
          JOIN account_move_line l ON l.partner_id = p.id
          JOIN account_account a ON a.id = l.account_id
          JOIN res_company c ON c.id = l.company_id AND %(root)s = %(debtor)s.company_id
         WHERE p.commercial_partner_id = %(debtor)s.partner_id
           AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
           AND a.account_type = 'asset_receivable' AND l.amount_residual < 0
         GROUP BY l.currency_id, l.account_id
        """,
        root=root_company("c"),
        debtor=SQL.identifier(debtor),
    )


def credits_of(debtors) -> dict:
    """Unapplied credit notes and payments: {debtor id: {``res.currency``: amount}}, positive (D2).

    :param debtors: ``collection.debtor``
    """
    env = debtors.env
    env["account.move.line"].flush_model()
    rows = env.execute_query(
        SQL(
            "SELECT d.id, c.currency_id, sum(c.amount) FROM collection_debtor d "
            "CROSS JOIN LATERAL (%s) c WHERE d.id IN %s GROUP BY d.id, c.currency_id",
            credits_query("d"),
            tuple(debtors.ids) or (0,),
        )
    )
    result = defaultdict(dict)
    for debtor, currency, amount in rows:
        result[debtor][env["res.currency"].browse(currency)] = float(amount)
    return result


def unused_credits(debtors) -> dict:
    """What credits leave when they have paid all that is open in their currency and on their account: nothing
    else can be reconciled with it (D2).

    :param debtors: ``collection.debtor``
    :return: {debtor id: {``res.currency``: amount}}, positive, of those with any
    """
    env = debtors.env
    env["account.move.line"].flush_model()
    env["collection.instalment"].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT d.id, c.currency_id, sum(c.amount - coalesce(owed.amount, 0))
              FROM collection_debtor d
             CROSS JOIN LATERAL (%s) c
              LEFT JOIN LATERAL (
                   SELECT sum(i.residual_currency) AS amount FROM collection_instalment i
                    WHERE i.debtor_id = d.id AND i.is_open AND i.currency_id = c.currency_id
                      AND i.account_id = c.account_id) owed ON TRUE
             WHERE d.id IN %s AND c.amount > coalesce(owed.amount, 0)
             GROUP BY d.id, c.currency_id
            """,
            credits_query("d"),
            tuple(debtors.ids) or (0,),
        )
    )
    result = {}
    for debtor, currency, amount in rows:
        result.setdefault(debtor, {})[env["res.currency"].browse(currency)] = float(amount)
    return result
