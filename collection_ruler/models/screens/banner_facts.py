"""What is known of debtors that a sentence about them needs; for all records of a list at once."""

from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from ..common.instalment_key import hold_covers, is_held, was_spoken_to
from .messages_under_way import Message, columns, flush, is_missed, said_at, was_heard


class Hold(NamedTuple):
    origin: str
    note: str | None
    date_to: str | None  # ISO date
    agency: str | None
    is_answered: bool  # the reply that it was made for


class Facts(NamedTuple):
    """What the sentences about a debtor are made of.

    :param open_count: open instalments
    :param currencies: ids, of the open instalments
    :param waiting: why the oldest instalment that is due waits, or None
    :param ruled: whether a ruler took any of the open instalments
    :param is_running: whether one of these rulers is running
    :param hold: what silences all that is open, or has handed some of it over
    :param failed: the newest message that failed, or of which nobody knows, unless one left later
    """

    debtor_id: int
    open_count: int
    currencies: list
    waiting: str | None
    ruled: bool
    is_running: bool
    hold: Hold | None
    pending: Message | None
    failed: Message | None
    last: Message | None
    answered_at: datetime | None
    unanswered: int


def spoken_to(debtors):
    """Ids of those of these debtors to whom a reminder ever left."""
    debtors.env["collection.followup"].flush_model()
    rows = debtors.env.execute_query(
        SQL(
            "SELECT id FROM collection_debtor d WHERE id IN %s AND %s",
            tuple(i for i in debtors.ids if i) or (0,),
            was_spoken_to("d"),
        )
    )
    return {row[0] for row in rows}


def facts_of(debtors, today):
    """Facts of debtors of one root company, in one query.

    :param today: local day of the company
    :return: [Facts], in no order
    """
    ids = tuple(i for i in debtors.ids if i)
    if not ids:
        return []
    env = debtors.env
    for model in ("instalment", "hold", "ruler"):
        env[f"collection.{model}"].flush_model()
    flush(env)
    return [_facts_in(row) for row in env.execute_query(_query(env, ids, today))]


def _facts_in(row):
    """What a row of `_query` says."""
    types = {6: Hold, 7: Message, 8: Message, 9: Message}
    values = [
        types[n](*value) if n in types and value is not None else value
        for n, value in enumerate(row)
    ]
    values[2] = values[2] or []
    return Facts(*values)


def _query(env, ids, today):
    """The statement that reads, for each of these debtors, what `Facts` has."""
    return SQL(
        """
        SELECT d.id, i.open_count, i.currencies, i.waiting, i.ruled, i.is_running,
               h.hold, p.message, x.message, l.message,
               a.at, u.unanswered
          FROM collection_debtor d
         CROSS JOIN LATERAL (
            SELECT count(*) AS open_count, array_agg(DISTINCT currency_id) AS currencies,
                   (array_agg(waiting_reason ORDER BY due_date, id)
                       FILTER (WHERE waiting_reason IS NOT NULL))[1] AS waiting,
                   coalesce(bool_or(ruler_id IS NOT NULL), FALSE) AS ruled,
                   coalesce(bool_or((SELECT r.active AND r.state = 'running'
                                            AND coalesce(r.date_from <= %(today)s, TRUE)
                                            AND coalesce(r.date_to >= %(today)s, TRUE)
                                       FROM collection_ruler r WHERE r.id = ruler_id)),
                            FALSE) AS is_running,
                   bool_and(%(held)s) AS all_held
              FROM collection_instalment io
             WHERE debtor_id = d.id AND is_open) i
          LEFT JOIN LATERAL (
            SELECT json_build_array(origin, note, date_to,
                   (SELECT name FROM res_partner WHERE id = agency_id),
                   answered_at IS NOT NULL) AS hold
              FROM collection_hold ho
             WHERE debtor_id = d.id AND state = 'active'
               AND coalesce(date_to >= %(today)s, TRUE)
               AND (scope = 'all' OR origin = 'handover'
                    -- those on some instalments that together leave nothing to speak about
                    OR (i.all_held AND EXISTS (SELECT FROM collection_instalment io
                                                WHERE io.is_open AND %(covers)s)))
             -- a reply asks for an answer; else the one that lasts longest
             ORDER BY origin = 'reply' AND answered_at IS NULL DESC, origin = 'handover' DESC,
                      date_to DESC NULLS FIRST LIMIT 1) h ON TRUE
          LEFT JOIN LATERAL (
            SELECT %(message)s AS message FROM collection_followup f
             WHERE debtor_id = d.id AND state IN ('planned', 'to_approve', 'queued')
             -- what waits for us comes first
             ORDER BY state = 'to_approve' DESC, scheduled_at, id LIMIT 1) p ON TRUE
          LEFT JOIN LATERAL (
            SELECT %(message)s AS message FROM collection_followup f
             WHERE debtor_id = d.id AND %(missed)s
             ORDER BY scheduled_at DESC, id DESC LIMIT 1) x ON TRUE
          LEFT JOIN LATERAL (
            SELECT %(message)s AS message FROM collection_followup f
             WHERE debtor_id = d.id AND %(heard)s
             ORDER BY %(said_at)s DESC NULLS LAST, id DESC LIMIT 1) l ON TRUE
         CROSS JOIN LATERAL (
            SELECT max(answered_at) AS at FROM collection_followup
             WHERE debtor_id = d.id) a
         CROSS JOIN LATERAL (
            SELECT count(*) AS unanswered FROM collection_followup f
             WHERE debtor_id = d.id AND %(heard)s AND f.purpose = 'dunning'
               AND %(said_at)s > coalesce(a.at, '-infinity')
               -- who pays has answered
               AND %(said_at)s > coalesce(
                   (SELECT max(coalesce(t.delivered_at, t.create_date))
                      FROM collection_followup t
                     WHERE t.debtor_id = d.id AND t.purpose = 'thanks'
                       AND t.state != 'cancelled'), '-infinity')) u
         WHERE d.id IN %(ids)s
        """,
        today=today,
        message=columns(env, "f"),
        missed=is_missed("f"),
        heard=was_heard("f"),
        said_at=said_at("f"),
        held=is_held("io", today),
        covers=hold_covers("ho", "io", today),
        ids=ids,
    )
