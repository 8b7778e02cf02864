"""The queries that fetch facts; records of so many would cost more than the decisions."""

from datetime import timedelta

from odoo.tools import SQL

from ...dunning.purpose import Purpose
from ...dunning.reason import Reason
from ..common import clock
from ..common.instalment_key import (
    asks_for_money,
    has_left,
    is_held,
    is_sent_by_hand,
    is_unsent,
    said_before,
    was_spoken_to,
    went_on,
)
from ..debtor.credits import credits_query
from .contacts import letters
from .history import history_columns, paid_on, thanked_at
from .of_instalments import in_review
from .rows import OpenDebtor

# contacts further back than this never matter to a frequency cap
CONTACT_MEMORY_DAYS = 60
# a pending transaction silences the ruler for so long
PENDING_LIMIT = timedelta(days=7)


def open_debtors(env, today, debtor_ids, recalling=None, at_door=False):
    """What decisions about debtors rest on.

    :param recalling: ids of the follow-ups that are about to leave, where words speak of what was said and
        heard before; None where none does, which costs nothing
    :param today: local day of the company, which holds and rulers go by
    :param at_door: whether a door asks, which reads no tasks but reviews
    :return: list of OpenDebtor
    """
    flush_facts(env)
    now = clock.now(env)
    rows = env.execute_query(
        SQL(
            """
            SELECT d.id, d.partner_id,
                   -- by its key: a join reads all partners there are
                   (SELECT p.is_company IS TRUE FROM res_partner p WHERE p.id = d.partner_id),
                   d.calendar_key, d.best_hour,
                   (SELECT json_agg(json_build_array(b.date_from, b.date_to, b.yearly))
                      FROM collection_blackout b WHERE b.debtor_id = d.id),
                   (SELECT json_agg(json_build_array(%(claim)s) ORDER BY i.due_date, i.id)
                      FROM collection_instalment i
                      JOIN collection_ruler r ON r.id = i.ruler_id
                      JOIN account_move m ON m.id = i.move_id
                      JOIN res_partner p ON p.id = d.partner_id
                     WHERE i.debtor_id = d.id AND i.is_open),
                   (SELECT json_agg(json_build_array(c.currency_id, c.account_id, c.amount::text))
                      FROM (%(credits)s) c),
                   (SELECT json_agg(json_build_array(
                               f.id, coalesce(f.delivered_at, f.handed_at, f.scheduled_at),
                               CASE WHEN f.purpose = %(conversation)s AND f.channel != %(by_call)s
                                    THEN 'letter'
                                    WHEN f.purpose IN (%(conversation)s, %(thanks)s) THEN f.purpose
                                    WHEN f.purpose = %(returned)s AND f.state = 'planned'
                                    THEN 'return_notice'
                                    WHEN f.purpose = %(returned)s AND f.state = 'to_approve'
                                    THEN 'return_waits' END,
                               f.decided_at))
                      FROM collection_followup f
                     WHERE f.debtor_id = d.id
                       AND (%(asks)s OR f.purpose IN (%(conversation)s, %(thanks)s))
                       AND f.scheduled_at >= %(since)s
                       -- what waits at a door does not count until it leaves
                       AND (%(said)s OR (f.state = 'planned' AND f.reason = %(due)s)
                            OR (f.state = 'to_approve' AND f.purpose = %(returned)s))),
                   %(spoken_to)s,
                   d.profile,
                   EXISTS (SELECT FROM collection_hold h
                            WHERE h.debtor_id = d.id AND h.state = 'active' AND h.scope = 'all'
                              AND h.origin = 'reply' AND h.answered_at IS NULL),
                   %(letters)s,
                   %(in_review)s
                   %(history)s
              FROM collection_debtor d
             WHERE d.id IN %(debtors)s
            """,
            claim=_claim_columns(env, today, now),
            credits=credits_query("d"),
            letters=letters("d", now),
            in_review=in_review("d") if at_door else SQL("NULL::json"),
            history=SQL() if recalling is None else history_columns(env, "d", recalling),
            asks=asks_for_money("f"),
            said=has_left("f"),
            spoken_to=was_spoken_to("d"),
            due=Reason.DUE,
            conversation=Purpose.CONVERSATION,
            by_call=env["collection.channel.activity"]._code,
            thanks=Purpose.THANKS,
            returned=Purpose.RETURNED,
            since=now.replace(tzinfo=None) - timedelta(days=CONTACT_MEMORY_DAYS),
            debtors=tuple(debtor_ids) or (0,),
        )
    )
    return [OpenDebtor(*row) for row in rows]


def flush_facts(env):
    """Write what the queries about facts read."""
    for model in (
        "collection.instalment",
        "collection.followup",
        "collection.followup.item",
        "collection.blackout",
        "collection.debtor",
        "collection.hold",
        "collection.ruler",
        "account.move",
        "account.move.line",
        "account.payment",
        "account.payment.method.line",
        "mail.activity",
        "mail.scheduled.message",
        "payment.transaction",
        "res.partner",
    ):
        env[model].flush_model()


def _claim_columns(env, today, now):
    """The columns of OpenInstalment, from i (instalment), m (entry), r (ruler) and p (customer)."""
    return SQL(
        """
        i.id, i.move_id, i.ruler_id, coalesce(i.anchor_date, i.due_date), i.due_date,
        i.watermark, i.residual_currency::text, i.currency_id,
        m.is_move_sent IS TRUE OR m.move_type NOT IN %(sale_types)s,
        %(went_on)s,
        -- as collection.ruler._is_running_on says
        r.active AND r.state = 'running'
            AND coalesce(r.date_from <= %(today)s, TRUE)
            AND coalesce(r.date_to >= %(today)s, TRUE),
        m.payment_state = 'blocked',
        %(held)s,
        %(flying)s, m.name, m.payment_reference,
        EXISTS (SELECT FROM account_move n
                 WHERE n.reversed_entry_id = m.id AND n.state = 'draft'),
        i.money_went_on,
        (SELECT l.collection_settlement_days FROM account_payment_method_line l
          WHERE l.id = m.preferred_payment_method_line_id),
         i.account_id, %(unsent)s, %(by_hand)s, m.partner_id, %(thanked_at)s,
         %(paid_on)s, %(said_before)s
        """,
        sale_types=tuple(env["account.move"].get_sale_types(include_receipts=True)),
        today=today,
        held=is_held("i", today),
        flying=in_flight("m", now),
        went_on=went_on("i", "m", today),
        said_before=said_before("i"),
        unsent=is_unsent("i", "m"),
        by_hand=is_sent_by_hand("p", "m"),
        thanked_at=thanked_at("i", "m"),
        paid_on=paid_on("i", "m"),
    )


def coming_ids(env, debtor_ids, today, until):
    """What falls due in these days and may be announced: not held, blocked or under way (B5, D3, D5).

    :param today: local day; what is due then is asked for, not announced
    :param until: the last day
    :return: ids of instalments, the first to fall due first
    """
    flush_facts(env)
    rows = env.execute_query(
        SQL(
            """
            SELECT i.id
              FROM collection_instalment i
              JOIN account_move m ON m.id = i.move_id
             WHERE i.debtor_id IN %(debtors)s AND i.is_open AND i.ruler_id IS NOT NULL
               AND i.due_date > %(today)s AND i.due_date <= %(until)s
               AND m.payment_state IS DISTINCT FROM 'blocked'
               AND NOT %(held)s AND NOT (%(flying)s) AND NOT %(unsent)s
             ORDER BY i.due_date, i.id
            """,
            debtors=tuple(debtor_ids) or (0,),
            today=today,
            until=until,
            held=is_held("i", today),
            flying=in_flight("m", clock.now(env)),
            unsent=is_unsent("i", "m"),
        )
    )
    return [row[0] for row in rows]


def in_flight(move, now):
    """Whether a payment of an entry is under way: without entry yet, pending, authorised or not
    processed (D3).

    :param move: the alias of account_move in the query
    """
    return SQL(
        """
        %(move)s.payment_state = 'in_payment'
        OR EXISTS (
            SELECT FROM account_move__account_payment mp
              JOIN account_payment p ON p.id = mp.payment_id
             WHERE mp.invoice_id = %(move)s.id AND p.move_id IS NULL
               AND p.state IN ('in_process', 'paid'))
        OR EXISTS (
            SELECT FROM account_invoice_transaction_rel mt
              JOIN payment_transaction t ON t.id = mt.transaction_id
             WHERE mt.invoice_id = %(move)s.id
               AND (t.state = 'authorized'
                    -- a promise to transfer money is pending until somebody books it: not for ever
                    OR (t.state = 'pending' AND t.last_state_change >= %(pending_since)s)
                    OR (t.state = 'done' AND t.is_post_processed IS NOT TRUE)))
        """,
        move=SQL.identifier(move),
        pending_since=now.replace(tzinfo=None) - PENDING_LIMIT,
    )
