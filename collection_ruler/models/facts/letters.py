"""What people of ours wrote to customers outside contact hours, which leaves when these open (B1, B4)."""

from collections import defaultdict
from datetime import UTC, timedelta

from odoo.tools import SQL

from ..common import clock

# the kind of a contact by which a person wrote
WROTE = "letter"
# what is to leave later than that is no word of these days yet
AHEAD = timedelta(days=4)


def letters_under_way(env, debtor_ids):
    """When the messages leave that people have put off: {debtor id: [aware UTC instant]}."""
    Scheduled = env["mail.scheduled.message"]
    Scheduled.flush_model(["model", "res_id", "scheduled_date", "is_note"])
    rows = env.execute_query(
        SQL(
            """
            SELECT res_id, scheduled_date FROM mail_scheduled_message
             WHERE model = 'collection.debtor' AND res_id IN %s AND is_note IS NOT TRUE
               AND scheduled_date <= %s
             ORDER BY res_id, scheduled_date
            """,
            tuple(debtor_ids) or (0,),
            clock.now(env).replace(tzinfo=None) + AHEAD,
        )
    )
    letters = defaultdict(list)
    for debtor, at in rows:
        letters[debtor].append(at.replace(tzinfo=UTC))
    return letters
