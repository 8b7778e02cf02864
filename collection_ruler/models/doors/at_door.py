"""What door 2 reads of a follow-up that stands there, in the statement that locks it."""

from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common.instalment_key import same_instalment

# how long a door waits for a row that somebody else holds
LOCK_TIMEOUT = "2s"
# no transaction of a person takes longer
EDITING = "10 minutes"


class AtDoor(NamedTuple):
    """What a follow-up is, and asks for, when it stands at door 2.

    :param amount_due: exact
    :param pairs: [instalment id or None, step id or None]
    :param addressee_id: whom the oldest of its invoices is made out to
    :param has_failures: some message of this customer did not arrive
    :param is_edited: a contact of the customer, an invoice or the step was edited since door 1, or a while
        before: who was at it then may have saved it afterwards
    :param is_held: by trouble of ours; False: a message is tried; None: there is none
    """

    state: str
    handed_at: datetime | None
    mail_message_id: int | None
    purpose: str
    fallback_of_id: int | None
    decided_at: datetime | None
    debtor_id: int
    company_id: int
    currency_id: int
    amount_due: str
    pairs: list
    instalment_ids: list
    partner_id: int | None
    address: str | None
    customer_id: int
    addressee_id: int | None
    role: str
    has_failures: bool
    is_edited: bool
    is_held: bool | None


def lock(env, followup_id, is_held):
    """Lock the row of a follow-up, and read what it asks for, in one statement.

    :param is_held: ``SQL`` that says of the follow-up `f` whether trouble of ours holds it
    :return: AtDoor, None when it is gone
    :raise psycopg2.OperationalError: somebody else holds it
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT f.state, f.handed_at, f.mail_message_id, f.purpose, f.fallback_of_id,
                   f.decided_at, f.debtor_id,
                   f.company_id, f.currency_id, f.amount_due::text,
                   (SELECT json_agg(json_build_array(i.id, t.step_id))
                      FROM collection_followup_item t
                      LEFT JOIN collection_instalment i
                        ON %(same)s
                     WHERE t.followup_id = f.id AND t.state = 'planned'),
                   ARRAY(SELECT instalment_id FROM collection_followup_instalment_rel
                          WHERE followup_id = f.id),
                   f.partner_id, f.address,
                   (SELECT partner_id FROM collection_debtor WHERE id = f.debtor_id),
                   (SELECT m.partner_id
                      FROM collection_followup_item t JOIN account_move m ON m.id = t.move_id
                     WHERE t.followup_id = f.id AND t.state = 'planned'
                     ORDER BY t.due_date, t.id LIMIT 1),
                   coalesce((SELECT recipient_role FROM collection_ruler_step WHERE id = f.step_id),
                            'billing'),
                   EXISTS (SELECT FROM collection_followup o
                            WHERE o.debtor_id = f.debtor_id
                              AND (o.is_bad_address OR o.failed_address IS NOT NULL
                                   OR o.state = 'failed' AND o.reason = %(lacking)s)),
                   EXISTS (SELECT FROM collection_debtor d
                             JOIN res_partner p ON p.commercial_partner_id = d.partner_id
                            WHERE d.id = f.debtor_id AND p.write_date >= %(since)s)
                   -- whoever it is written to may belong to somebody else by now
                   OR EXISTS (SELECT FROM res_partner p
                               WHERE p.id = f.partner_id AND p.write_date >= %(since)s)
                   OR EXISTS (SELECT FROM collection_followup_item t
                                JOIN account_move m ON m.id = t.move_id
                                LEFT JOIN collection_ruler_step s ON s.id = t.step_id
                               WHERE t.followup_id = f.id AND t.state = 'planned'
                                 AND greatest(m.write_date, s.write_date) >= %(since)s),
                   %(is_held)s
              FROM collection_followup f,
                   -- a payment of this customer holds it for a moment only
                   set_config('lock_timeout', %(patience)s, true)
             WHERE f.id = %(followup)s
               FOR NO KEY UPDATE OF f
            """,
            same=same_instalment("i", "t"),
            lacking=Reason.NO_ADDRESS,
            is_held=is_held,
            since=SQL("f.queued_at - interval %s", EDITING),
            patience=LOCK_TIMEOUT,
            followup=followup_id,
        )
    )
    return AtDoor(*rows[0]) if rows else None
