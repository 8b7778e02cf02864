"""Conditions in SQL that several queries ask alike: what is the same instalment, what silences it, what was
said about it. Each takes the aliases of the tables in the query around it.
"""

from datetime import date

from odoo.tools import SQL

from ...dunning.purpose import ASKS_FOR_MONEY

# by what the ledgers know an instalment, which may be made anew under another id (decision 3)
_KEY = ("move_id", "account_id", "partner_id", "due_date")


def _columns(alias: str, names) -> SQL:
    return SQL("(%s)", SQL(", ").join(SQL.identifier(alias, name) for name in names))


def same_instalment(one: str, other: str) -> SQL:
    """Whether two rows of instalments or their ledgers are about the same instalment."""
    return SQL("%s = %s", _columns(one, _KEY), _columns(other, _KEY))


def same_occurrence(one: str, other: str) -> SQL:
    """As `same_instalment`, and for the same time that it fell due: a payment that came back, or another
    due date, begins a new one (A5, F7)."""
    names = (*_KEY, "occurrence")
    return SQL("%s = %s", _columns(one, names), _columns(other, names))


def said_before(instalment: str) -> SQL:
    """NULL for an instalment that is due when it always was; else what `Ladder.agreed` asks for (A14)."""
    return SQL(
        "CASE WHEN %s IS NOT NULL THEN coalesce(%s, 0) END",
        SQL.identifier(instalment, "original_due_date"),
        SQL.identifier(instalment, "said_before"),
    )


def is_line_of(line: str, instalment: str) -> SQL:
    """Whether a journal item belongs to an instalment, or to what a ledger knows by its key.

    :param line: the alias of account_move_line
    :param instalment: the alias of the instalment or of a row of a ledger
    """
    return SQL(
        "(%(l)s.move_id, %(l)s.account_id, %(l)s.partner_id, coalesce(%(l)s.date_maturity, %(l)s.date))"
        " = %(key)s",
        l=SQL.identifier(line),
        key=_columns(instalment, _KEY),
    )


def is_receivable(line: str, move: str) -> SQL:
    """Whether a journal item of a receivable account is something that a customer still owes.

    :param line: the alias of account_move_line
    :param move: the alias of its account_move
    """
    return SQL("(%s AND %s)", is_open_debit(line), makes_debts(move))


def is_open_debit(line: str) -> SQL:
    """The part of `is_receivable` that the journal item itself answers.

    :param line: the alias of account_move_line
    """
    return SQL(
        "(%(line)s.parent_state = 'posted' AND %(line)s.reconciled IS NOT TRUE AND %(line)s.balance > 0)",
        line=SQL.identifier(line),
    )


def makes_debts(move: str) -> SQL:
    """The part of `is_receivable` that its entry answers.

    A refund that we paid out is a debit too, and nothing that anybody owes.

    :param move: the alias of account_move
    """
    return SQL(
        """
        (%(move)s.move_type IN ('out_invoice', 'out_receipt')
         OR (%(move)s.move_type = 'entry' AND %(move)s.origin_payment_id IS NULL
             AND %(move)s.statement_line_id IS NULL))
        """,
        move=SQL.identifier(move),
    )


def is_money(journal: str) -> SQL:
    """Whether what reduced a debt is money: no credit note, no write-off (A5, F6).

    :param journal: the alias of the account_journal of the other entry
    """
    return SQL("%s.type IN ('bank', 'cash', 'credit')", SQL.identifier(journal))


def root_company(company: str) -> SQL:
    """The id of the root of a company or branch, which debtors and rulers belong to.

    :param company: the alias of res_company
    """
    return SQL("split_part(%s.parent_path, '/', 1)::int", SQL.identifier(company))


def hold_covers(hold: str, instalment: str, today: date) -> SQL:
    """Whether a hold is in force and pauses an instalment (F5).

    :param hold: the alias of collection_hold
    :param instalment: the alias of collection_instalment
    :param today: local day of the company, which holds go by
    """
    return SQL(
        """
        (%(hold)s.debtor_id = %(instalment)s.debtor_id AND %(hold)s.state = 'active'
         AND coalesce(%(hold)s.date_to >= %(today)s, TRUE)
         AND (%(hold)s.scope = 'all' OR EXISTS (
              SELECT FROM collection_hold_collection_instalment_rel hi
               WHERE hi.collection_hold_id = %(hold)s.id
                 AND hi.collection_instalment_id = %(instalment)s.id)))
        """,
        hold=SQL.identifier(hold),
        instalment=SQL.identifier(instalment),
        today=today,
    )


def is_held(instalment: str, today: date) -> SQL:
    """Whether any hold pauses an instalment; parameters as in `hold_covers`."""
    return SQL(
        "EXISTS (SELECT FROM collection_hold h WHERE %s)", hold_covers("h", instalment, today)
    )


def asks_for_money(followup: str) -> SQL:
    """Whether a follow-up asks the customer for money, which counts in caps and for the first word (B4). By
    whose hands does not count here; `collection.followup._asks_for_money` leaves out what a person does.

    :param followup: the alias of collection_followup
    """
    return SQL(
        "(%(followup)s.customer_hears AND %(followup)s.purpose IN %(purposes)s)",
        followup=SQL.identifier(followup),
        purposes=ASKS_FOR_MONEY,
    )


def is_overtaken(item: str) -> SQL:
    """Whether a later step was said about the same debt, or is about to be, by whatever channel: nobody hears
    gentler words after firmer ones (A9).

    :param item: the alias of a row of the ledger, collection_followup_item
    """
    return SQL(
        """
        EXISTS (SELECT FROM collection_followup_item later
                  JOIN collection_followup g ON g.id = later.followup_id AND %(asks)s
                 WHERE %(same)s AND later.offset_days > %(item)s.offset_days
                   AND later.state IN ('planned', 'sent')
                   AND g.state IN ('to_approve', 'planned', 'queued', 'sent', 'uncertain'))
        """,
        asks=asks_for_money("g"),
        same=same_occurrence("later", item),
        item=SQL.identifier(item),
    )


def is_unsent(instalment: str, move: str) -> SQL:
    """Whether an instalment is of an invoice that did not reach its customer (A3). Receipts, general entries
    and opening balances have no such document; whoever agreed on another date, or paid once, has it.

    :param move: the alias of account_move
    """
    return SQL(
        "(%(m)s.move_type = 'out_invoice' AND %(m)s.is_move_sent IS NOT TRUE"
        " AND coalesce(%(i)s.occurrence, 0) = 0)",
        i=SQL.identifier(instalment),
        m=SQL.identifier(move),
    )


def went_on(instalment: str, move: str, today: date) -> SQL:
    """The last day on which the ruler or a person sent, or is to send, the invoice of an instalment (A3).

    :param move: the alias of account_move
    :param today: local day of the company: on a later one nothing was sent yet
    """
    return SQL(
        "greatest(%(i)s.delivered_on,"
        " CASE WHEN %(m)s.collection_sent_on <= %(today)s THEN %(m)s.collection_sent_on END)",
        i=SQL.identifier(instalment),
        m=SQL.identifier(move),
        today=today,
    )


def is_sent_by_hand(customer: str, move: str) -> SQL:
    """Whether a person sends the invoices of a customer, so that no step does (A3).

    :param customer: the alias of res_partner, the commercial one
    :param move: the alias of account_move, whose company it is about
    """
    return SQL(
        "(%s.invoice_sending_method ->> %s.company_id::text IS NOT DISTINCT FROM 'manual')",
        SQL.identifier(customer),
        SQL.identifier(move),
    )


def has_left(followup: str) -> SQL:
    """Whether a follow-up is with the customer, or may be, for all that we know. A call that somebody is to
    make counts when it was made."""
    return SQL(
        "(%(f)s.state IN ('sent', 'uncertain') OR %(f)s.state = 'queued' AND %(f)s.activity_id IS NULL)",
        f=SQL.identifier(followup),
    )


def was_spoken_to(debtor: str) -> SQL:
    """Whether a reminder ever left to a customer.

    By the index of customers: for an EXISTS PostgreSQL reads all follow-ups there are, in each batch anew.

    :param debtor: the alias of collection_debtor
    """
    return SQL(
        "coalesce((SELECT TRUE FROM collection_followup f "
        "WHERE f.debtor_id = %s.id AND %s AND %s LIMIT 1), FALSE)",
        SQL.identifier(debtor),
        asks_for_money("f"),
        has_left("f"),
    )
