"""The same work in raw SQL, on copies of the tables, timed and rolled back."""

import time
from contextlib import contextmanager

from psycopg2 import sql

# an e-mail's body is about so long
BODY = 6000
# the shortest time counts: what else the machine does is no part of a floor
REPEATED = 3

DUE_PAIRS = """
    SELECT i.id, i.debtor_id, max(c.reached) AS reached
      FROM collection_instalment i
      JOIN bench.cut c ON (c.ruler_id, c.calendar_key) = (i.ruler_id, i.calendar_key)
     WHERE i.is_open AND c.reached > i.watermark
       AND c.cutoff >= coalesce(i.anchor_date, i.due_date)
     GROUP BY 1, 2
"""
OPEN_INSTALMENTS = """
    SELECT i.*, m.payment_state, m.is_move_sent
      FROM collection_instalment i JOIN account_move m ON m.id = i.move_id WHERE i.is_open
"""
INSERT_INSTALMENTS = """
    WITH debtor AS (
        INSERT INTO bench.collection_debtor (partner_id, company_id, priority, calendar_key)
        SELECT DISTINCT p.commercial_partner_id, l.company_id, '0', 'UTC||' {source}
        RETURNING id, partner_id)
    INSERT INTO bench.collection_instalment
           (move_id, account_id, partner_id, due_date, company_id, currency_id, debtor_id,
            calendar_key, watermark, occurrence, residual, residual_currency, is_open, gone,
            ruler_id, next_date)
    SELECT l.move_id, l.account_id, l.partner_id, l.date_maturity, min(l.company_id),
           min(l.currency_id), min(d.id), 'UTC||', -32768, 0, sum(l.amount_residual),
           sum(l.amount_residual_currency), true, false,
           (SELECT min(id) FROM collection_ruler), l.date_maturity
      {source_with_debtor}
     GROUP BY l.move_id, l.account_id, l.partner_id, l.date_maturity
"""
OPEN_LINES = """
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id
      JOIN res_partner p ON p.id = l.partner_id {more}
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
       AND l.reconciled IS NOT TRUE AND l.balance > 0
       AND NOT EXISTS (SELECT FROM collection_instalment i
                        WHERE (i.move_id, i.account_id, i.partner_id, i.due_date)
                            = (l.move_id, l.account_id, l.partner_id, l.date_maturity))
"""
AVERAGE_DELAYS = """
    UPDATE bench.collection_debtor d SET profile_delay = late.days
      FROM (SELECT p.commercial_partner_id,
                   sum(r.amount * greatest(0, o.date - l.date_maturity)) / sum(r.amount) AS days
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
              JOIN res_partner p ON p.id = l.partner_id
              JOIN account_partial_reconcile r ON r.debit_move_id = l.id
              JOIN account_move_line o ON o.id = r.credit_move_id
             WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
             GROUP BY 1) late
     WHERE late.commercial_partner_id = d.partner_id
"""
INSERT_LEDGER = [
    f"CREATE TEMP TABLE due ON COMMIT DROP AS {DUE_PAIRS}",
    """
    INSERT INTO bench.collection_followup
           (debtor_id, company_id, ruler_id, step_id, channel, purpose, state, reason, scheduled_at,
            currency_id, amount_due)
    SELECT d.debtor_id, min(i.company_id), min(i.ruler_id), min(s.id), min(s.channel), 'dunning',
           'planned', 'due', now() AT TIME ZONE 'UTC', min(i.currency_id), sum(i.residual_currency)
      FROM due d
      JOIN collection_instalment i ON i.id = d.id
      JOIN collection_ruler_step s ON s.ruler_id = i.ruler_id AND s.offset_days = d.reached
     GROUP BY d.debtor_id
    """,
    """
    INSERT INTO bench.collection_followup_item
           (followup_id, debtor_id, company_id, move_id, account_id, partner_id, due_date, step_id,
            offset_days, occurrence, attempt, currency_id, amount_residual, state, reason)
    SELECT f.id, i.debtor_id, i.company_id, i.move_id, i.account_id, i.partner_id, i.due_date,
           f.step_id, d.reached, i.occurrence, 0, i.currency_id, i.residual_currency, 'planned',
           'due'
      FROM due d
      JOIN collection_instalment i ON i.id = d.id
      JOIN bench.collection_followup f ON f.debtor_id = d.debtor_id
    """,
    """
    UPDATE bench.collection_instalment i SET watermark = d.reached FROM due d WHERE d.id = i.id
    """,
]
INSERT_MAILS = [
    """
    WITH message AS (
        INSERT INTO bench.mail_message
               (message_type, model, res_id, subject, body, email_from, date)
        SELECT 'email_outgoing', 'collection.debtor', debtor_id, 'Due today', %(body)s,
               'office@bench.example.com', now()
          FROM bench.receiver
        RETURNING id, res_id)
    INSERT INTO bench.mail_mail (mail_message_id, body_html, email_to, state, auto_delete)
    SELECT m.id, %(body)s, p.email, 'outgoing', false
      FROM message m
      JOIN collection_debtor d ON d.id = m.res_id
      JOIN res_partner p ON p.id = d.partner_id
    """
]
INSERT_TASKS = [
    f"""
    INSERT INTO bench.mail_activity
           (res_model, res_model_id, res_id, user_id, summary, date_deadline)
    SELECT 'collection.debtor', 1, d.debtor_id, 1, 'Call', current_date
      FROM (SELECT DISTINCT debtor_id FROM ({DUE_PAIRS}) p) d
    """
]
SUM_UP = [
    """
    UPDATE bench.collection_debtor d
       SET amount_due = s.due, amount_overdue = s.overdue, oldest_due_date = s.oldest
      FROM (SELECT debtor_id, sum(residual) AS due,
                   sum(residual) FILTER (WHERE due_date < current_date) AS overdue,
                   min(due_date) FILTER (WHERE due_date < current_date) AS oldest
              FROM collection_instalment
             WHERE is_open AND debtor_id IN (SELECT debtor_id FROM collection_followup)
             GROUP BY 1) s
     WHERE d.id = s.debtor_id
    """
]


class Floors:
    """Raw SQL on a connection of its own; every method returns seconds and leaves nothing behind.

    :param connection: of psycopg2, not in autocommit mode
    """

    def __init__(self, connection):
        self.connection = connection
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bench.cut (ruler_id int, calendar_key text, reached int, cutoff date)"
            )
        connection.commit()

    def set_cutoffs(self, rows: list[tuple]) -> None:
        """Give the rows (ruler id, calendar key, offset, cut-off) of a day."""
        with self.connection.cursor() as cursor:
            cursor.execute("TRUNCATE bench.cut")
            for row in rows:
                cursor.execute("INSERT INTO bench.cut VALUES (%s, %s, %s, %s)", row)
        self.connection.commit()

    def enrol(self) -> float:
        """Insert what is open and not known yet."""
        statement = INSERT_INSTALMENTS.format(
            source=OPEN_LINES.format(more=""),
            source_with_debtor=OPEN_LINES.format(
                more="JOIN debtor d ON d.partner_id = p.commercial_partner_id"
            ),
        )
        return self._timed(["collection_debtor", "collection_instalment"], [statement])

    def select(self) -> float:
        """Find the due pairs."""
        return self._timed([], [DUE_PAIRS])

    def read_open(self) -> float:
        """Read what is open, with its entry."""
        return self._timed([], [OPEN_INSTALMENTS], fetch=True)

    def plan(self) -> float:
        """Find the due pairs, insert messages and ledger rows, move the watermarks."""
        copies = ["collection_followup", "collection_followup_item"]
        return self._timed(copies, INSERT_LEDGER, filled=["collection_instalment"])

    def send(self) -> float:
        """Insert a mail for each customer with something due."""
        prepare = f"CREATE TABLE bench.receiver AS SELECT DISTINCT debtor_id FROM ({DUE_PAIRS}) p"
        return self._timed(["mail_message", "mail_mail"], INSERT_MAILS, prepare=prepare)

    def profile(self) -> float:
        """Write the average delay of each customer."""
        return self._timed([], [AVERAGE_DELAYS], filled=["collection_debtor"])

    def tasks(self) -> float:
        """Find the due pairs, write them down, insert a task for each customer."""
        return self.plan() + self._timed(["mail_activity"], INSERT_TASKS)

    def track(self) -> float:
        """Sum up the customers that were written to."""
        return self._timed([], SUM_UP, filled=["collection_debtor"])

    def _timed(self, *arguments, **options) -> float:
        return min(self._once(*arguments, **options) for _time in range(REPEATED))

    def _once(self, copies, statements, filled=(), prepare=None, fetch=False) -> float:
        with self._undone() as cursor:
            for name in (*copies, *filled):
                tables = {"copy": sql.Identifier("bench", name), "table": sql.Identifier(name)}
                cursor.execute(
                    sql.SQL("CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)").format(**tables)
                )
            for name in filled:
                tables = {"copy": sql.Identifier("bench", name), "table": sql.Identifier(name)}
                cursor.execute(sql.SQL("INSERT INTO {copy} SELECT * FROM {table}").format(**tables))
            if prepare:
                cursor.execute(prepare)
            started = time.perf_counter()
            for statement in statements:
                cursor.execute(statement, {"body": "<p>0123456789</p>" * (BODY // 17)})
                if fetch:
                    cursor.fetchall()
            return time.perf_counter() - started

    @contextmanager
    def _undone(self):
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("SET LOCAL jit = off")
                yield cursor
        finally:
            self.connection.rollback()
