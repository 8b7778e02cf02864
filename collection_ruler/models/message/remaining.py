"""What thanks say of what is still open, and until when (A5)."""

from markupsafe import Markup
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common.formatting import date_text
from ..common.instalment_key import is_held
from ..common.memo import memo_of
from ..facts.of_instalments import open_tasks
from .sentences import PARAGRAPH, answer_by

# why a reminder rests for some days, though the debt may be asked for
RESTS = frozenset(
    str(reason)
    for reason in (
        *(Reason.THANKED, Reason.TOO_SOON, Reason.CAPPED, Reason.ONE_A_DAY),
        *(Reason.CLOSED, Reason.OVERDUE_FIRST),
    )
)


def remaining(followup):
    """What is open of the invoices that were paid for, and until when; empty where nothing is (A5)."""
    if followup.purpose != "thanks":
        return Markup()
    env = followup.env
    open_of, silent = _open_of_batch(followup)
    rest = open_of.get(followup.id, env["collection.instalment"])
    kept = env["collection.thanks"]._kept(followup)
    credit = Markup()
    if followup.currency_id.compare_amounts(kept, 0) > 0:
        credit = PARAGRAPH % env._(
            "%s of it stands to your credit.", followup._own_amount_text(kept)
        )
    return credit + (PARAGRAPH % _rest_in_words(followup, rest, silent) if rest else Markup())


def _rest_in_words(followup, rest, silent):
    """What is still open and until when.

    :param rest: ``collection.instalment`` that are open, the oldest due date first; at least one
    :param silent: ids of those that nobody is asked for, as `_silent_among` has them
    """
    env, late = followup.env, _late_of(followup, rest)
    words = {
        "amount": followup._own_amount_text(sum(rest.mapped("residual_currency"))),
        "first": followup._own_amount_text(rest[0].residual_currency),
        "count": len(rest),
        "day": date_text(env, rest[0].due_date),
    }
    if late and silent.isdisjoint(late.ids):
        return _late_in_words(followup, late, words)
    if len(rest) == 1 and not late:
        return env._("%(amount)s of it remains open, due on %(day)s.", **words)
    if len(rest) == 1:
        return env._(
            "%(amount)s of it remains open, with the due date %(day)s. If you need another date, just "
            "reply.",
            **words,
        )
    if late:
        return env._(
            "%(amount)s of it remains open in %(count)s instalments, the first of %(first)s with the due "
            "date %(day)s.",
            **words,
        )
    return env._(
        "%(amount)s of it remains open in %(count)s instalments; the next, %(first)s, is due on %(day)s.",
        **words,
    )


def _late_in_words(followup, late, words):
    """What is late already is asked for, by the day until which reminders then rest.

    :param late: ``collection.instalment``
    :param words: about all that remains
    """
    env, until = followup.env, answer_by(followup)
    if words["count"] == 1:
        return env._(
            "%(amount)s of it remains open, and has been due since %(day)s: please pay it by %(until)s, "
            "or tell us which date works for you.",
            **words,
            until=until,
        )
    return env._(
        "%(amount)s of it remains open in %(count)s instalments. Of that, %(late)s has been due since "
        "%(day)s: please pay it by %(until)s, or tell us which date works for you.",
        **words,
        until=until,
        late=followup._own_amount_text(sum(late.mapped("residual_currency"))),
    )


def _late_of(followup, rest):
    """Those of what remains that are late on this day, by the bank days of the customer (A3)."""
    debtor = followup.debtor_id
    today, company = debtor._local_today(), debtor.company_id.sudo()
    return rest.filtered(
        lambda i: company._collection_counts_from(i.due_date, debtor.calendar_key) < today
    )


def _silent_among(open_ones):
    """Those about which more than a contact of these days keeps the ruler silent: a hold, a review, a credit,
    a payment under way. They are named, and nobody is asked for them.

    :param open_ones: ``collection.instalment``
    :return: ids
    """
    env, tasks = open_ones.env, open_tasks(open_ones.env, open_ones.debtor_id.ids)
    silent = {i.id for i in open_ones if i.waiting_reason and i.waiting_reason not in RESTS}
    silent |= {key for key, task in tasks.items() if task.is_review}
    env["collection.hold"].flush_model()
    for company, own in open_ones.grouped(lambda i: i.debtor_id.company_id).items():
        held = is_held("i", company._collection_today())
        ids = tuple(own.ids)
        query = SQL("SELECT id FROM collection_instalment i WHERE id IN %s AND %s", ids, held)
        silent |= {row[0] for row in env.execute_query(query)}
    return silent


def _open_of_batch(followup):
    """What is open of invoices that are thanked for, read once for all thanks of a batch.

    :return: ({follow-up id: ``collection.instalment`` in its currency, the oldest due date first}, ids of
        those of them that nobody is asked for)
    """
    memo = memo_of(followup.env)
    if "remaining" in memo:
        return memo["remaining"]
    batch = followup.browse(memo.get("writing", followup.ids))
    asked = {f: f._asked() for f in batch if f.purpose == "thanks"}
    moves = followup.env["collection.instalment"].union(*asked.values()).move_id
    found = followup.env["collection.instalment"].sudo()
    found = found.search(
        [("move_id", "in", moves.ids), ("is_open", "=", True)], order="due_date, id"
    )
    by_key = found.grouped(lambda i: (i.move_id, i.debtor_id, i.currency_id))
    result = {}
    for thanks, paid in asked.items():
        keys = [(move, thanks.debtor_id, thanks.currency_id) for move in paid.move_id]
        rest = found.browse().union(*(by_key[key] for key in keys if key in by_key))
        result[thanks.id] = rest.sorted(lambda i: (i.due_date, i.id))
    if "writing" in memo:
        memo["remaining"] = result, _silent_among(found)
        return memo["remaining"]
    return result, _silent_among(found)
