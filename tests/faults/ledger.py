"""What must hold after any fault: the ledger, the mail server's log and the accounts, compared.

In plain SQL, on purpose without the add-on's code. `broken` gives in words what does not hold.
"""

from contextlib import closing

from office import CUSTOMERS, DUE, ZONE, Office

RECEIVED = """
    CREATE TEMP TABLE received (number int, message_id text, address text, day date)
"""
KNOWN = """
    CREATE TEMP VIEW known AS
    SELECT r.*, f.id AS followup, f.state, f.purpose IN ('dunning', 'returned') AS asks
      FROM received r
      LEFT JOIN mail_message m USING (message_id)
      LEFT JOIN collection_followup f ON f.mail_message_id = m.id;

    CREATE TEMP VIEW task AS
    SELECT f.id AS followup
      FROM collection_followup f
      JOIN mail_activity a ON a.res_model = 'collection.debtor' AND a.res_id = f.debtor_id
     WHERE a.active
       AND (strpos(a.summary, f.step_name) > 0
            -- one for the address, not one for each step
            OR (f.reason IN ('no_address', 'bounced', 'refused') AND a.summary LIKE '%e-mail address%'))
"""

# nothing twice, and nothing that the ledger does not know
NEVER = {
    "arrived, and no follow-up knows it": """
        SELECT address, message_id FROM known WHERE followup IS NULL
    """,
    "arrived twice": """
        SELECT address, message_id, count(*) FROM received GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "said twice: customer, invoice, step": """
        SELECT k.address, t.move_id, t.due_date, t.step_name, t.occurrence
          FROM known k JOIN collection_followup_item t ON t.followup_id = k.followup
         GROUP BY 1, t.move_id, t.account_id, t.partner_id, t.due_date, t.step_id, t.step_name,
                  t.occurrence
        HAVING count(*) > 1
    """,
    "asked twice on one day": """
        SELECT address, day FROM known WHERE asks OR asks IS NULL GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "arrived, and the ledger says something else": """
        SELECT address, followup, state FROM known
         WHERE state NOT IN ('sent', 'uncertain', 'queued')
    """,
    "sent, says the ledger, and did not arrive": """
        SELECT p.email, f.id, f.step_name
          FROM collection_followup f JOIN res_partner p ON p.id = f.partner_id
         WHERE f.state = 'sent' AND f.channel = 'email'
           AND NOT EXISTS (SELECT FROM known k WHERE k.followup = f.id)
    """,
    "failed, uncertain or to approve, and nobody has a task": """
        SELECT f.id, f.state, f.reason, f.step_name FROM collection_followup f
         WHERE f.state IN ('failed', 'uncertain', 'to_approve')
           AND NOT EXISTS (SELECT FROM task WHERE followup = f.id)
    """,
}
# when all is quiet, and nothing is left to be answered
LEFT_BEHIND = {
    "left behind": """
        SELECT id, state, reason, step_name, scheduled_at, handed_at FROM collection_followup
         WHERE state = 'queued'
            OR (state = 'planned' AND scheduled_at < now() AT TIME ZONE 'UTC')
    """,
}
# a step that had come for an invoice: what the ledger says of it
SAID = """
    SELECT coalesce(p.email, p.name), t.due_date, t.step_name, t.state, t.reason,
           coalesce(f.state, 'nothing')
      FROM collection_followup_item t
      JOIN res_partner p ON p.id = t.partner_id
      LEFT JOIN collection_followup f ON f.id = t.followup_id
"""
GOOD = {
    *(("planned", state) for state in ("planned", "to_approve", "queued", "failed")),
    *(("sent", state) for state in ("sent", "uncertain")),
}


def broken(office: Office, gateways: int = 1, later: bool = False) -> list[str]:
    """All that does not hold, in words.

    :param gateways: how many messages may be under way at the same time
    :param later: more days have passed: a later step may have overtaken that of the morning
    """
    with closing(office.server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(RECEIVED)
        cursor.execute(KNOWN)
        for number, message in enumerate(office.mail.received):
            cursor.execute(
                "INSERT INTO received VALUES (%s, %s, %s, %s)",
                [
                    number,
                    message.message["Message-Id"],
                    message.recipients[0],
                    message.received_at.astimezone(ZONE).date(),
                ],
            )
        found = [
            f"{words}: {row}"
            for words, statement in (NEVER | LEFT_BEHIND).items()
            for row in _rows(cursor, statement)
        ]
        said = _rows(cursor, SAID)
        asked = _rows(cursor, "SELECT number, address FROM known WHERE asks")
    return [*found, *_forgotten(office, said, later), *_after_payment(office, asked, gateways)]


def _forgotten(office: Office, said: list[tuple], later: bool):
    """Each step that had come is said, or waits, or failed, unless its customer has paid."""
    paid = {payment.address for payment in office.payments}
    good = {
        (who, due, "" if later else step)
        for who, due, step, *states in said
        if (states[0], states[2]) in GOOD or (states[:2] == ["cancelled", "paid"] and who in paid)
    }
    for customer in CUSTOMERS:
        who = customer.address or customer.name
        for step in customer.steps:
            if (who, DUE[step], "" if later else step) not in good and not (later and who in paid):
                states = [row[2:] for row in said if row[:2] == (who, DUE[step])]
                yield f"forgotten: {who}, {step}: {states}"


def _after_payment(office: Office, asked: list[tuple], gateways: int):
    """Nobody is asked who has paid, but for the message that was under way at that instant."""
    for payment in office.payments:
        for number, address in asked:
            since, until = payment.since + gateways, payment.until
            if address == payment.address and since <= number and (until is None or number < until):
                yield f"asked after the payment: {address}, message {number} of {len(asked)}"


def _rows(cursor, statement: str) -> list[tuple]:
    cursor.execute(statement)
    return cursor.fetchall()
