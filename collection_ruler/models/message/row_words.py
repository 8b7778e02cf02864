"""What rows of tables say beside number, day and amount: which instalment it is, and what for."""

from typing import NamedTuple

from odoo.tools import SQL

# what fits beside the columns on a phone
MOST_LETTERS = 60


class RowWords(NamedTuple):
    """
    :param nth: which instalment of its invoice it is, the first due date first
    :param of: how many the invoice has
    :param subject: what it is for, empty where that is not plain
    """

    nth: int
    of: int
    subject: str


def row_words(env, instalments):
    """What the rows of a batch say, in two queries.

    :param instalments: ``collection.instalment``, their invoices read
    :return: {instalment id: RowWords}
    """
    moves = instalments.move_id
    if not moves:
        return {}
    env["collection.instalment"].flush_model(["move_id", "partner_id", "due_date", "gone"])
    numbered = env.execute_query(
        SQL(
            """
            SELECT id, row_number() OVER w, count(*) OVER (PARTITION BY move_id, partner_id)
              FROM collection_instalment
             WHERE move_id IN %s AND gone IS NOT TRUE
            WINDOW w AS (PARTITION BY move_id, partner_id ORDER BY due_date, id)
            """,
            tuple(moves.ids),
        )
    )
    places = {key: (nth, count) for key, nth, count in numbered}
    subjects = _subjects(env, moves)
    return {
        i.id: RowWords(*places.get(i.id, (1, 1)), subjects.get(i.move_id.id, ""))
        for i in instalments
    }


def _subjects(env, moves):
    """What invoices are for: the customer's own reference, else their only line.

    :return: {``account.move`` id: text}
    """
    env["account.move.line"].flush_model(["move_id", "name", "display_type"])
    only = env.execute_query(
        SQL(
            """
            SELECT move_id, min(name) FROM account_move_line
             WHERE move_id IN %s AND display_type = 'product'
             GROUP BY move_id HAVING count(*) = 1
            """,
            tuple(moves.ids),
        )
    )
    subjects = dict(only)
    for move in moves:
        if move.is_sale_document() and (reference := move.ref or move.invoice_origin):
            subjects[move.id] = reference
    return {key: _short(words) for key, words in subjects.items() if words}


def _short(words):
    """The first line, cut where it is long."""
    line = words.strip().split("\n")[0].strip()
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1].rstrip()}…"
