"""Messages that are under way, or did not get there, as `dunning/explanation.py` wants them.

Functions of an alias give SQL about the collection_followup with that alias in the query around it.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from odoo.tools import SQL

from ...dunning import explanation
from ...dunning.purpose import ASKS_FOR_MONEY
from ...dunning.reason import STILL_HERE, Reason
from ..common import clock
from ..common.instalment_key import same_instalment
from ..followup.collection_outbox import OUTBOX_PATIENCE


class Message(NamedTuple):
    """A follow-up as `columns` reads it."""

    step_name: str | None
    channel: str
    purpose: str
    state: str
    reason: str | None
    at: str  # naive UTC, ISO
    failure: str | None
    is_lost: bool  # the recipient has no address for its channel


def columns(env, followup):
    """What `Message` has, as one JSON array.

    :param followup: the alias of collection_followup
    """
    return SQL(
        "json_build_array(%(f)s.step_name, %(f)s.channel, %(f)s.purpose, %(f)s.state, %(f)s.reason, "
        "coalesce(%(said_at)s, CASE WHEN %(f)s.state = 'queued' THEN %(f)s.queued_at END, "
        "%(f)s.scheduled_at), %(f)s.failure, %(lost)s)",
        f=SQL.identifier(followup),
        lost=env["collection.failed.addresses"]._is_lacking(followup),
        said_at=said_at(followup),
    )


def was_heard(followup):
    """Whether the customer heard it, for all that we know."""
    return SQL(
        "((%(f)s.customer_hears OR %(f)s.purpose = 'talk') "
        "AND %(f)s.state IN ('sent', 'uncertain'))",
        f=SQL.identifier(followup),
    )


def said_at(followup):
    """When it left."""
    return SQL("coalesce(%(f)s.delivered_at, %(f)s.handed_at)", f=SQL.identifier(followup))


def is_missed(followup):
    """Whether it failed, or nobody knows whether it arrived, and nothing was said since."""
    return SQL(
        "(%(f)s.state IN ('failed', 'uncertain') AND NOT EXISTS ("
        "SELECT FROM collection_followup later WHERE later.debtor_id = %(f)s.debtor_id "
        "AND later.id != %(f)s.id AND %(heard)s AND %(said_at)s >= %(f)s.scheduled_at))",
        f=SQL.identifier(followup),
        heard=was_heard("later"),
        said_at=said_at("later"),
    )


def flush(env):
    """What these conditions read."""
    env["collection.followup"].flush_model()
    env["res.partner"].flush_model(["email_normalized"])


def explained(env, message, calendar, is_stopped_by_breaker):
    """A message as `explain` wants it, with the `Message` as what it is about.

    :param message: Message, or None
    :param calendar: contact calendar of its customer
    :param is_stopped_by_breaker: far more than usual want to leave from this company today
    :return: `dunning.explanation.Message`, or None
    """
    if not message:
        return None
    at = datetime.fromisoformat(message.at)
    now = clock.now(env)
    reason = message.reason and Reason(message.reason)
    if reason == Reason.SKIPPED_TODAY and calendar.local_day(at.replace(tzinfo=UTC)) <= (
        calendar.local_day(now)
    ):
        reason = Reason.DUE  # it was skipped for a day that is over
    is_here = message.state in STILL_HERE
    stands_since = at if message.state == "queued" else now.replace(tzinfo=None)
    return explanation.Message(
        message,
        message.state,
        reason,
        unreachable=Reason.NO_ADDRESS if is_here and message.is_lost else None,
        is_stopped_by_breaker=(
            is_here and is_stopped_by_breaker and message.purpose in ASKS_FOR_MONEY
        ),
        is_stuck=bool(message.failure) or stands_since <= clock.naive_now(env) - OUTBOX_PATIENCE,
    )


def of_instalments(instalments):
    """What is under way about instalments, or did not get there.

    :return: {instalment id: (Message that is pending or None, Message that is missed or None)}
    """
    flush(instalments.env)
    for model in ("collection.instalment", "collection.followup.item"):
        instalments.env[model].flush_model()
    rows = instalments.env.execute_query(
        SQL(
            """
            SELECT i.id, f.state IN ('failed', 'uncertain'), %(columns)s
              FROM collection_instalment i
              JOIN collection_followup_item t
                ON %(same)s AND t.state IN ('planned', 'sent')
               -- what is said again after a payment came back is not said yet
               AND (t.occurrence = i.occurrence OR t.offset_days <= i.watermark)
              JOIN collection_followup f ON f.id = t.followup_id
               AND (f.state IN ('planned', 'to_approve', 'queued') OR %(missed)s)
             WHERE i.id IN %(ids)s
             -- what waits for us comes first; of what was missed the newest
             ORDER BY f.state = 'to_approve' DESC,
                      CASE WHEN f.state NOT IN ('failed', 'uncertain') THEN f.scheduled_at END,
                      f.scheduled_at DESC, f.id
            """,
            columns=columns(instalments.env, "f"),
            same=same_instalment("t", "i"),
            missed=is_missed("f"),
            ids=tuple(instalments.ids) or (0,),
        )
    )
    found = {True: {}, False: {}}
    for instalment, missed, message in rows:
        found[missed].setdefault(instalment, Message(*message))
    return {i: (found[False].get(i), found[True].get(i)) for i in instalments.ids}
