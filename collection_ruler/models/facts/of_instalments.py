"""Facts about single instalments, read for the few that have them."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from odoo.tools import SQL

from ...dunning.thanked import rests_until
from ..common.instalment_key import (
    is_sent_by_hand,
    is_unsent,
    said_before,
    same_instalment,
    same_occurrence,
)

# the task of a follow-up f is made: its activity a waits for somebody
IS_MADE = SQL("f.state IN ('sent', 'queued') AND a.id IS NOT NULL")
# it is planned for the next opening, and by no decision that says something to the customer beside it
IS_DECIDED = SQL(
    """f.state = 'planned' AND NOT EXISTS (
           SELECT FROM collection_followup o
            WHERE o.debtor_id = f.debtor_id AND o.decided_at = f.decided_at
              AND o.customer_hears AND o.state IN ('planned', 'queued'))"""
)


class OpenTask(NamedTuple):
    made_at: datetime  # the newest, or when it is planned for, naive UTC
    is_review: bool

    def made_on(self, calendar):
        """The local day on which it was made."""
        return calendar.local_day(self.made_at.replace(tzinfo=UTC))


def open_tasks(env, debtor_ids):
    """Tasks of the ruler's steps that nobody has done yet, about what is open, those included that are
    planned for the next open day.

    :return: {instalment id: OpenTask}
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT i.id, max(coalesce(f.handed_at, f.scheduled_at)),
                   bool_or(coalesce(g.kind = 'review', FALSE))
            %s GROUP BY i.id
            """,
            _of_open_tasks(
                SQL("f.debtor_id IN %s", tuple(debtor_ids) or (0,)),
                SQL("(f.state = 'planned' OR %s)", IS_MADE),
            ),
        )
    )
    return {key: OpenTask(at, is_review) for key, at, is_review in rows}


def in_review(debtor: str) -> SQL:
    """What of a debtor a review is open about, as a JSON list of ids of instalments. One that is planned for
    the next opening silences what was decided before it.

    :param debtor: the alias of collection_debtor in the query around it
    """
    whose = SQL("f.debtor_id = %s.id", SQL.identifier(debtor))
    of_tasks = _of_open_tasks(whose, SQL("(%s OR %s)", IS_MADE, IS_DECIDED))
    return SQL("(SELECT json_agg(DISTINCT i.id) FILTER (WHERE g.kind = 'review') %s)", of_tasks)


def _of_open_tasks(whose: SQL, which: SQL) -> SQL:
    """From where tasks of steps are read that nobody has done yet: i is what they are about, and g
    the stage of the step.

    :param whose: a condition on f, the follow-up
    :param which: another one, as `IS_MADE`
    """
    return SQL(
        """
          FROM collection_followup f
          LEFT JOIN mail_activity a ON a.id = f.activity_id AND a.active
          JOIN collection_ruler_step s ON s.id = f.step_id AND s.mode = 'task'
          LEFT JOIN collection_stage g ON g.id = s.stage_id
          JOIN collection_followup_item t ON t.followup_id = f.id AND t.state IN ('planned', 'sent')
          JOIN collection_instalment i ON i.is_open AND %s
         WHERE %s AND %s
        """,
        same_occurrence("t", "i"),
        whose,
        which,
    )


def rest_day(ladder, place, due, at):
    """The last day on which an instalment rests since its customer was thanked for a part, or None (A5).

    :param place: dunning ContactCalendar of the customer's place
    :param at: when they are thanked, naive UTC, also as ISO text; None for never
    """
    if at is None:
        return None
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return rests_until(ladder, place, due, place.local_day(at.replace(tzinfo=UTC)))


def unsent(env, ids):
    """The instalments among these whose invoice neither reached the customer nor is on its way, and whether
    a person sends the invoices of this customer: {instalment id: bool} (A3)."""
    for model in ("collection.instalment", "account.move", "res.partner"):
        env[model].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT i.id, %s
              FROM collection_instalment i
              JOIN account_move m ON m.id = i.move_id
              JOIN collection_debtor d ON d.id = i.debtor_id
              JOIN res_partner p ON p.id = d.partner_id
             WHERE i.id IN %s AND i.is_open AND i.delivered_on IS NULL AND %s
            """,
            is_sent_by_hand("p", "m"),
            tuple(ids) or (0,),
            is_unsent("i", "m"),
        )
    )
    return dict(rows)


def done_and_moved(env, which):
    """Steps that were said, by whichever attempt, or skipped before and lie above the watermark now,
    since somebody moved them: {instalment id: [step id]} (A9).

    :param which: the condition that instalments (i) fulfil
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT i.id, array_agg(t.step_id)
              FROM collection_instalment i
              JOIN collection_followup_item t
                ON %s
               AND t.state IN ('planned', 'sent', 'skipped')
              JOIN collection_ruler_step s ON s.id = t.step_id AND s.trigger = 'due'
               AND s.offset_days > i.watermark
             WHERE %s GROUP BY i.id
            """,
            same_occurrence("t", "i"),
            which,
        )
    )
    return dict(rows)


def with_task(claim, task, calendar):
    """A claim about which a task of ours is open.

    :param task: OpenTask
    """
    return replace(claim, task_since=task.made_on(calendar), is_reviewed=task.is_review)


def with_rest(claim, days, thanked_at):
    """A claim that may rest since its customer was thanked for a part.

    :param days: ContactCalendar of the customer's place
    :param thanked_at: naive UTC as ISO text, or None
    """
    until = rest_day(claim.ladder, days, claim.due_date, thanked_at)
    return replace(claim, rests_until=until) if until else claim


def steps_taken(env, ids):
    """What the ledger knows of the steps.

    :return: {instalment id: {step id: (state, UTC instant or None)}}
    """
    taken = defaultdict(dict)
    for model in ("collection.instalment", "collection.followup", "collection.followup.item"):
        env[model].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT i.id, t.step_id, t.state,
                   coalesce(f.delivered_at, f.handed_at, f.scheduled_at)
              FROM collection_instalment i
              JOIN collection_followup_item t
                ON %s
               AND t.state IN ('planned', 'sent', 'skipped')
               -- what is said again after a payment came back, or for another due date, is not said yet
               AND (t.occurrence = i.occurrence OR (t.offset_days <= i.watermark AND %s IS NULL))
              LEFT JOIN collection_followup f ON f.id = t.followup_id
             WHERE i.id IN %s
             ORDER BY t.occurrence, t.attempt, t.id
            """,
            same_instalment("t", "i"),
            said_before("i"),
            tuple(ids) or (0,),
        )
    )
    for instalment, step, state, at in rows:
        taken[instalment][step] = state, at
    return taken
