"""N open and N paid instalments over N/5 customers.

One customer is made by the ORM: an open invoice of three instalments and two of one, and the same
again paid, by five payments. All others are copies of its rows; only names and due dates differ.
Due dates are chosen by asking the ruler on which day a step comes for them, so that nearly each
customer is written to on the day after the activation, and some are to be called on the day after
that. What chatter and followers would have is not copied.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from .copying import Copier, Table, WrongCopy

OPEN_PER_CUSTOMER = 5
SAMPLE = 8  # customers whose copies are compared with what the ORM makes of them
INVOICED = timedelta(days=120)  # before the activation
PAST, FUTURE = 75, 150  # the range of due dates, in days around the activation

# the open instalments of a customer: those of the first invoice, then the other two invoices
ROLES = ("old", "quiet", "quiet", "message", "task")

# What Odoo computes and stores, and nobody may edit: the ORM has to agree with what was copied.
COMPUTED = {
    "account.move": (
        "name state payment_state amount_total amount_residual amount_residual_signed "
        "amount_total_signed commercial_partner_id payment_reference "
        "sequence_number sequence_prefix invoice_partner_display_name"
    ),
    "account.move.line": (
        "amount_residual amount_residual_currency reconciled move_name parent_state journal_id "
        "company_id invoice_date"
    ),
    "account.payment": "name state is_reconciled is_matched partner_id",
    "res.partner": "commercial_partner_id complete_name email_normalized",
}


@dataclass(frozen=True)
class Plan:
    """How many customers there are of which kind; they are numbered from 0, which is the template.

    :param customers: in all
    :param late: the first number of those who come only after the activation; nothing is due yet
    :param tasks: the customers before this number are to be called
    """

    customers: int
    late: int
    tasks: int

    @classmethod
    def of(cls, size: int) -> "Plan":
        customers = max(10, size // OPEN_PER_CUSTOMER)
        return cls(customers, customers - max(2, customers // 50), max(4, customers // 10))


def due_dates(ruler, activation: date) -> dict[str, list[date]]:
    """Ask the ruler what comes for which due date; all days are the company's.

    - `message`: an e-mail comes on the day after the activation, and nothing on the days around it
    - `task`: a task comes on the second day after the activation, and nothing before
    - `old`: everything has been said
    - `quiet`: nothing has been said and nothing comes on these days

    :param ruler: ``collection.ruler``
    """
    from odoo.addons.collection_ruler.dunning.course import reached_offset  # noqa: PLC0415

    ladder, calendar = ruler._to_ladder(), ruler._contact_calendar()
    steps = {step.offset: step for step in ladder.steps}
    found: dict[str, list[date]] = {role: [] for role in (*ROLES, "quiet")}
    for number in range(-PAST, FUTURE):
        due = activation + timedelta(days=number)
        before, then, after = (
            reached_offset(ladder, calendar, due, activation + timedelta(days=day))
            for day in range(3)
        )
        if before == then == after:
            if before == max(steps):
                found["old"].append(due)
            elif before is None:
                found["quiet"].append(due)
        elif before != then == after and _writes(steps[then]):
            found["message"].append(due)
        elif before == then != after and steps[after].channel == "activity":
            found["task"].append(due)
    return found


def _writes(step) -> bool:
    return step.channel == "email" and not step.delivers


class Template:
    """The customer that all others are copies of, made by the ORM.

    :param env: of the superuser
    :param today: the day of the activation
    """

    def __init__(self, env, today: date):
        self.env = env
        self.today = today
        self.invoiced = today - INVOICED

    def make(self, ruler, plan: Plan) -> None:
        """Post its invoices and payments, and write down what the copies need."""
        self._book_payments_at_once()
        partner = self.env["res.partner"].create(
            {
                "name": "Customer 0",
                "email": "customer0@bench.example.com",
                "ref": "C0",
                "street": "1 Main Street",
                "city": "Springfield",
                "country_id": self.env.ref("base.us").id,
                "lang": "en_US",
            }
        )
        unpaid = self._invoices(partner, (300, 150, 80))
        paid = self._invoices(partner, (270, 120, 60))
        for line in receivables(paid):
            self._pay(line)
        self.env.flush_all()
        payments = paid.matched_payment_ids
        moves = unpaid + paid + payments.move_id
        partials = moves.line_ids.matched_debit_ids | moves.line_ids.matched_credit_ids
        copier = Copier(self.env.cr, tables(plan))
        copier.prepare(
            {
                "res_partner": partner.ids,
                "account_move": moves.ids,
                "account_full_reconcile": partials.full_reconcile_id.ids,
                "account_move_line": moves.line_ids.ids,
                "account_payment": payments.ids,
                "account_partial_reconcile": partials.ids,
            }
        )
        self._write_days(due_dates(ruler, self.today))
        self._write_roles(unpaid, paid, plan)

    def _book_payments_at_once(self) -> None:
        """Let payments have an entry, so that they are reconciled with their invoice."""
        account = self.env["account.account"].search(
            [("account_type", "=", "asset_current"), ("reconcile", "=", True)], limit=1
        )
        journal = self.env["account.journal"].search([("type", "=", "bank")], limit=1)
        journal.inbound_payment_method_line_ids.payment_account_id = account

    def _invoices(self, partner, amounts):
        """Posted invoices that were sent: the first in three instalments, the others in one."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Three instalments",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in ((30, 30), (30, 60), (40, 90))
                ],
            }
        )
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": self.invoiced,
                    "invoice_payment_term_id": False if number else term.id,
                    "invoice_date_due": self.invoiced + timedelta(days=30),
                    "invoice_line_ids": [
                        (0, 0, {"name": "Lessons", "price_unit": amount, "tax_ids": [(5, 0, 0)]})
                    ],
                }
                for number, amount in enumerate(amounts)
            ]
        )
        moves.action_post()
        moves.is_move_sent = True
        moves.collection_sent_on = self.invoiced  # not today, or the ruler would be silent for days
        return moves

    def _pay(self, line) -> None:
        context = {"active_model": "account.move.line", "active_ids": line.ids}
        Wizard = self.env["account.payment.register"].with_context(**context)
        wizard = Wizard.create({"payment_date": line.date_maturity})
        wizard._create_payments()
        wizard.unlink()

    def _write_days(self, days: dict[str, list[date]]) -> None:
        days["paid"] = [self.today - timedelta(days=number) for number in range(60)]
        cursor = self.env.cr
        cursor.execute("CREATE TABLE bench.day (role text PRIMARY KEY, due date[])")
        for role, dates in days.items():
            if not dates:
                raise WrongCopy(f"no due date makes the ruler do this: {role}")
            cursor.execute("INSERT INTO bench.day VALUES (%s, %s)", [role, dates])

    def _write_roles(self, unpaid, paid, plan: Plan) -> None:
        """Say which due date is of which kind, and give the template such dates as well."""
        cursor = self.env.cr
        cursor.execute("CREATE TABLE bench.line (id int PRIMARY KEY, role text)")
        roles = dict(zip(receivables(unpaid).ids, ROLES, strict=True))
        roles |= dict.fromkeys(receivables(paid).ids, "paid")
        for line, role in roles.items():
            cursor.execute("INSERT INTO bench.line VALUES (%s, %s)", [line, role])
        cursor.execute(
            f"UPDATE account_move_line t SET date_maturity = {due_date('0', plan)} "
            "FROM bench.line b WHERE b.id = t.id"
        )
        cursor.execute(
            "UPDATE account_move m SET invoice_date_due = l.due FROM (SELECT move_id, "
            "max(date_maturity) AS due FROM account_move_line JOIN bench.line USING (id) "
            "GROUP BY 1) l WHERE l.move_id = m.id"
        )
        self.env.invalidate_all(flush=False)


def receivables(moves):
    """The journal items that are instalments, by invoice and due date."""
    lines = moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
    return lines.sorted(lambda line: (line.move_id.id, line.date_maturity))


# ---------------------------------------------------------------------- the copies


def copy(cursor, plan: Plan, first: int, last: int) -> None:
    """Make the customers with these numbers, from 1.

    :raises WrongCopy: when the rows do not fit together
    """
    copier = Copier(cursor, tables(plan))
    copier.copy(first, last)
    copier.check()


def due_date(k: str, plan: Plan) -> str:
    """SQL: the due date of copy `k` of the journal item `t`, whose role is `b.role`."""
    return f"""
        (SELECT d.due[1 + mod({k} * 7 + t.id, cardinality(d.due))] FROM bench.day d
          WHERE d.role = CASE
                WHEN b.role != 'paid' AND {k} >= {plan.late} THEN 'quiet'
                WHEN b.role = 'old' AND mod({k}, 3) > 0 THEN 'quiet'
                WHEN b.role = 'task' AND {k} >= {plan.tasks} THEN 'quiet'
                ELSE b.role END)
    """


def tables(plan: Plan) -> list[Table]:
    """What a customer consists of."""
    due = due_date("k", plan)
    name = "t.sequence_prefix || lpad(n.id::text, greatest(5, length(n.id::text)), '0')"
    new_move = (
        "JOIN account_move new "
        "ON new.id = s_move_id.base + (k - 1) * s_move_id.number + m_move_id.rank"
    )
    last_due = f"""
        coalesce((SELECT max({due}) FROM account_move_line t JOIN bench.line b ON b.id = t.id
                   WHERE t.move_id = m.id), t.invoice_date_due)
    """
    matching = (
        "(s_full_reconcile_id.base + (k - 1) * s_full_reconcile_id.number "
        "+ m_full_reconcile_id.rank)::text"
    )
    return [
        Table(
            "res_partner",
            {
                "name": "'Customer ' || k",
                "complete_name": "'Customer ' || k",
                "email": "'customer' || k || '@bench.example.com'",
                "email_normalized": "'customer' || k || '@bench.example.com'",
                "ref": "'C' || k",
            },
        ),
        Table(
            "account_move",
            {
                "name": name,
                "sequence_number": "n.id",
                "payment_reference": f"CASE WHEN t.payment_reference = t.name THEN {name} "
                "ELSE t.payment_reference END",
                "invoice_partner_display_name": "CASE WHEN t.invoice_partner_display_name "
                "IS NOT NULL THEN 'Customer ' || k END",
                "access_token": "NULL",
                "invoice_date_due": last_due,
            },
        ),
        Table("account_full_reconcile"),
        Table(
            "account_move_line",
            {
                "move_name": "new.name",
                "name": "replace(t.name, t.move_name, new.name)",
                "date_maturity": f"CASE WHEN b.id IS NULL THEN t.date_maturity ELSE {due} END",
                "matching_number": matching,
            },
            joins=f"{new_move} LEFT JOIN bench.line b ON b.id = t.id",
        ),
        Table("account_payment", {"name": "new.name"}, joins=new_move),
        Table("account_partial_reconcile"),
        Table("account_move__account_payment", has_id=False),
    ]


# ---------------------------------------------------------------------- the check

DOUBLE_NAMES = """
    SELECT count(*) - count(DISTINCT (journal_id, name)) FROM account_move WHERE state = 'posted'
"""
UNBALANCED = """
    SELECT count(*) FROM (SELECT FROM account_move_line GROUP BY move_id HAVING sum(balance) != 0) u
"""
# spread due dates are not those of the payment term, so the ORM cannot tell
WRONG_DUE_DATES = """
    SELECT count(*) FROM account_move m
      JOIN (SELECT move_id, max(date_maturity) AS due FROM account_move_line GROUP BY 1) l
        ON l.move_id = m.id
     WHERE m.move_type = 'out_invoice' AND m.invoice_date_due != l.due
"""
INSTALMENTS = """
    SELECT count(*) FILTER (WHERE l.amount_residual > 0),
           count(*) FILTER (WHERE l.reconciled),
           count(DISTINCT l.partner_id)
      FROM account_move_line l JOIN account_account a ON a.id = l.account_id
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted' AND l.balance > 0
"""


def check(env, customers: int) -> None:
    """Compare what was copied with what the ORM makes of it; the transaction is rolled back.

    :param customers: how many there are to be
    :raises WrongCopy: naming the first difference
    """
    _check_all(env.cr, customers)
    step = max(1, customers // SAMPLE)
    names = [f"C{number}" for number in {*range(0, customers, step), customers - 1}]
    partners = env["res.partner"].search([("ref", "in", names)])
    if len(partners) != len(names):
        raise WrongCopy(f"{len(partners)} of {len(names)} customers are there")
    shapes = {partner: _shape(env, partner) for partner in partners}
    if len(set(shapes.values())) > 1:
        raise WrongCopy(f"customers differ in amounts or states: {shapes}")
    moves = env["account.move"].search([("partner_id", "in", partners.ids)])
    _check_recomputed(partners, COMPUTED["res.partner"].split())
    _check_recomputed(moves, COMPUTED["account.move"].split())
    _check_recomputed(moves.line_ids, COMPUTED["account.move.line"].split())
    _check_recomputed(moves.origin_payment_id, COMPUTED["account.payment"].split())
    env.cr.rollback()


def _check_all(cursor, customers: int) -> None:
    for statement, what in (
        (DOUBLE_NAMES, "names are double"),
        (UNBALANCED, "they do not balance"),
        (WRONG_DUE_DATES, "the due date is not that of the last instalment"),
    ):
        cursor.execute(statement)
        if count := cursor.fetchone()[0]:
            raise WrongCopy(f"{count} entries: {what}")
    cursor.execute(INSTALMENTS)
    wanted = (customers * OPEN_PER_CUSTOMER, customers * OPEN_PER_CUSTOMER, customers)
    if (found := cursor.fetchone()) != wanted:
        raise WrongCopy(f"open, paid, customers: {found}, wanted {wanted}")


def _shape(env, partner) -> tuple:
    """What all customers have in common, read from their entries by the ORM."""
    moves = env["account.move"].search([("partner_id", "=", partner.id)])
    shapes = []
    for move in moves:
        residuals = sorted(move.line_ids.mapped("amount_residual"))
        state = move.payment_state or ""
        shapes.append((move.move_type, state, move.amount_total, move.amount_residual, *residuals))
    return tuple(sorted(shapes))


def _check_recomputed(records, names: list[str]) -> None:
    """Let the ORM compute these stored fields anew, and compare."""
    stored = {name: records.mapped(lambda r, name=name: (r.id, r[name])) for name in names}
    for name in names:
        field = records._fields[name]
        if not field.compute or not field.store:
            continue
        records.env.add_to_compute(field, records)
    for name in names:
        for (number, before), record in zip(stored[name], records, strict=True):
            if record[name] != before:
                raise WrongCopy(
                    f"{records._name} {number}: {name} is {before!r}, the ORM says {record[name]!r}"
                )
