"""What was said to customers and heard from them, for words that speak about it (C8)."""

from dataclasses import replace
from datetime import UTC, datetime

from odoo.tools import SQL

from ...dunning.claims import History
from ...dunning.purpose import Purpose
from ...dunning.reason import Reason
from ..common.instalment_key import asks_for_money, has_left, is_line_of, is_money

# pauses by which a customer has said something
SAID_BY_THEM = ("reply", "promise", "dispute", "receipt", "says_paid")


def history_columns(env, debtor, leaving):
    """The last two columns of OpenDebtor.

    Whether anybody picked up the telephone is not known: a call that was made counts as heard.

    :param debtor: the alias of collection_debtor
    :param leaving: ids of follow-ups that are about to leave: they were not said yet
    """
    return SQL(
        """
        , greatest(
            (SELECT max(f.answered_at) FROM collection_followup f WHERE f.debtor_id = %(d)s.id),
            (SELECT max(f.scheduled_at) FROM collection_followup f
              WHERE f.debtor_id = %(d)s.id AND f.purpose = %(talk)s AND f.channel = %(by_call)s),
            (SELECT max(h.create_date) FROM collection_hold h
              WHERE h.debtor_id = %(d)s.id AND h.origin IN %(theirs)s),
            (SELECT max(i.agreed_at) FROM collection_instalment i WHERE i.debtor_id = %(d)s.id)),
        (SELECT json_agg(json_build_array(w.instalment_id, w.at, w.readers))
           FROM (SELECT r.instalment_id, array_agg(DISTINCT f.partner_id) AS readers,
                        min(coalesce(f.delivered_at, f.handed_at, f.scheduled_at)) AS at
                   FROM collection_followup f
                   JOIN collection_followup_instalment_rel r ON r.followup_id = f.id
                  WHERE f.debtor_id = %(d)s.id AND %(asks)s AND %(left)s AND f.id NOT IN %(leaving)s
                  GROUP BY r.instalment_id) w)
        """,
        d=SQL.identifier(debtor),
        by_call=env["collection.channel.activity"]._code,
        talk=Purpose.CONVERSATION,
        theirs=SAID_BY_THEM,
        asks=asks_for_money("f"),
        left=has_left("f"),
        leaving=tuple(leaving) or (0,),
    )


def history_of(debtor, calendar):
    """What these columns say, in days of the customer.

    :param debtor: OpenDebtor
    :return: dunning History
    """

    def day(at):
        instant = datetime.fromisoformat(at) if isinstance(at, str) else at
        return calendar.local_day(instant.replace(tzinfo=UTC))

    written = debtor.written or ()
    return History(
        heard_on=day(debtor.heard_at) if debtor.heard_at else None,
        written={key: day(at) for key, at, _readers in written},
        readers={key: frozenset(filter(None, readers)) for key, _at, readers in written},
    )


def read_by(snapshot, reader_id):
    """A Snapshot whose history is that of one reader: what a colleague heard counts only where words say so.

    :param reader_id: of the ``res.partner`` who gets the message
    """
    if not snapshot.history:
        return snapshot
    return replace(snapshot, history=replace(snapshot.history, reader=reader_id))


def paid_on(instalment: str, move: str) -> SQL:
    """The day of the last money for a part of an instalment, null for none (C8).

    :param move: the alias of account_move; nothing is looked up for what nobody paid a part of
    """
    return SQL(
        """
        CASE WHEN %(m)s.payment_state = 'partial' OR %(m)s.move_type = 'entry' THEN
        (SELECT max(po.date)
           FROM account_move_line pl
           JOIN account_partial_reconcile pr ON pr.debit_move_id = pl.id
           JOIN account_move_line po ON po.id = pr.credit_move_id
           JOIN account_journal pj ON pj.id = po.journal_id AND %(money)s
          WHERE %(same)s) END
        """,
        m=SQL.identifier(move),
        money=is_money("pj"),
        same=is_line_of("pl", instalment),
    )


def thanked_at(instalment: str, move: str) -> SQL:
    """When the customer was, or will be, thanked for a payment of the invoice of an instalment that is due;
    naive UTC, null for never and where that payment went away again (A5).

    :param move: the alias of account_move; nothing is looked up for what nobody paid a part of
    """
    return SQL(
        """
        CASE WHEN %(m)s.payment_state = 'partial' OR %(m)s.move_type = 'entry' THEN
        (SELECT max(coalesce(tf.delivered_at, tf.handed_at, tf.scheduled_at))
           FROM collection_followup_item tt
           JOIN collection_followup tf ON tf.id = tt.followup_id AND tf.purpose = %(thanks)s
            AND tf.state IN ('planned', 'queued', 'sent', 'uncertain')
          WHERE tt.move_id = %(i)s.move_id AND tt.debtor_id = %(i)s.debtor_id
            AND tt.state IN ('planned', 'sent') AND tt.reason IS DISTINCT FROM %(reversed)s
            AND %(i)s.due_date < tf.scheduled_at) END
        """,
        i=SQL.identifier(instalment),
        m=SQL.identifier(move),
        thanks=Purpose.THANKS,
        reversed=Reason.REVERSED,
    )
