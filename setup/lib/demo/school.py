"""What the bookkeeper of the guitar school and its customers do, day by day, through Odoo's own doors.

The customers come from the add-on's demo data; their family names say how they pay.
"""

import email.message
import email.utils
from dataclasses import dataclass
from datetime import date, timedelta

from world import OdooServer, Received

MODULE = "collection_ruler"

# days after the due date on which a customer pays, and the share of the residual
PAYMENTS = {
    "early": [(-3, 1.0)],
    "punctual": [(0, 1.0)],
    "late": [(4, 1.0)],
    "later": [(9, 1.0)],
    "partly": [(3, 0.5), (12, 1.0)],
    "returned": [(1, 1.0)],
    "replies": [(6, 1.0)],
    "away": [(7, 1.0)],
    "backlog": [(25, 1.0)],
    "studio": [(5, 1.0)],
}


@dataclass(frozen=True)
class Payment:
    customer: str
    day: date
    instalment: int
    share: float


class School:
    """The people of the demo, acting on a running server.

    :param server: where the demo data is loaded
    :param start: the first simulated day
    """

    def __init__(self, server: OdooServer, start: date):
        self.server = server
        self.start = start
        self.company = self._id("school")
        self.context = {"allowed_company_ids": [self.company], "lang": "en_US"}
        names = [*PAYMENTS, "never", "bounces", "credited"]
        self.customers = {name: self._id(f"customer_{name}") for name in names}
        self._names = {number: name for name, number in self.customers.items()}
        self._paid: set[tuple] = set()
        self._replied_on: dict[str, date] = {}
        self._called_back: set[str] = set()
        self._returned = False
        self.booked: list[tuple[str, date]] = []  # (customer, day) of payments that stayed
        self._acted: set[tuple[str, date]] = set()  # whom something happened to, and when

    def name_of(self, partner: int) -> str | None:
        """The short name of a customer of ours."""
        return self._names.get(partner)

    def acted_on(self, day: date) -> set[int]:
        """The customers to whom something happened on a day, beside what the ruler did."""
        return {number for number, name in self._names.items() if (name, day) in self._acted}

    # ------------------------------------------------------------------ the bookkeeper

    def activate(self) -> dict:
        """Switch the ruler on as a manager does, through the dialog; return the counts it named."""
        ruler = self._id("school_ruler")
        dialog = self._call("collection.ruler.activation", "create", {"ruler_id": ruler})
        names = [
            "customer_count",
            "instalment_count",
            "overdue_count",
            "joining_count",
            "next_date",
        ]
        (counts,) = self._call("collection.ruler.activation", "read", [dialog], names)
        self._call("collection.ruler.activation", "action_confirm", [dialog])
        return counts

    def book(self, day: date) -> list[str]:
        """Register what came in on a banking day; return it in words."""
        if day.weekday() >= 5:
            return []  # the bank sends it on Monday
        words = self._return_payment(day)
        for customer, instalment, residual, due in self._open_instalments():
            for days, share in PAYMENTS.get(customer, ()):
                if (instalment, days) in self._paid or day < due + timedelta(days=days):
                    continue
                self._paid.add((instalment, days))
                amount = round(residual * share, 2)
                self._pay(customer, instalment, amount, day)
                self.booked.append((customer, day))
                self._acted.add((customer, day))
                words.append(f"{customer} pays {amount:.2f}")
                break
        if day == self._banking_day(self.start + timedelta(days=14)):
            words.append(self._sell(day))
        for customer, replied_on in self._replied_on.items():
            if customer not in self._called_back and replied_on < day:
                self._call_back(customer)
                self._acted.add((customer, day))
                words.append(f"{customer}: the collector calls back, Friday is fine")
        return words

    def _call_back(self, customer: str) -> None:
        """The answer that the ruler waits for after a reply (C6)."""
        self._called_back.add(customer)
        ((debtor, model, call),) = self.server.query(
            """
            SELECT d.id, (SELECT id FROM ir_model WHERE model = 'collection.debtor'),
                   (SELECT res_id FROM ir_model_data
                     WHERE module = 'mail' AND name = 'mail_activity_data_call')
              FROM collection_debtor d WHERE d.partner_id = %s
            """,
            [self.customers[customer]],
        )
        values = {"res_model_id": model, "res_id": debtor, "activity_type_id": call}
        activity = self._call("mail.activity", "create", values)
        self._call("mail.activity", "action_feedback", [activity], "Friday is fine.")

    def _open_instalments(self):
        """(customer, instalment id, residual, due date), oldest first."""
        rows = self.server.query(
            """
            SELECT p.id, p.commercial_partner_id, i.id, i.residual_currency, i.due_date
              FROM collection_instalment i JOIN res_partner p ON p.id = i.partner_id
             WHERE i.is_open ORDER BY i.due_date, i.id
            """
        )
        for partner, commercial, instalment, residual, due in rows:
            customer = self.name_of(partner) or self.name_of(commercial)
            if customer:
                yield customer, instalment, float(residual), due

    def _pay(self, customer: str, instalment: int, amount: float, day: date) -> None:
        lines = self.server.query(
            """
            SELECT l.id FROM account_move_line l JOIN collection_instalment i
              ON (l.move_id, l.account_id, l.partner_id, coalesce(l.date_maturity, l.date))
               = (i.move_id, i.account_id, i.partner_id, i.due_date)
             WHERE i.id = %s AND l.reconciled IS NOT TRUE
            """,
            [instalment],
        )
        context = {
            **self.context,
            "active_model": "account.move.line",
            "active_ids": [line for (line,) in lines],
        }
        values = {"payment_date": day.isoformat(), "amount": amount}
        wizard = self.server.rpc("account.payment.register", "create", values, context=context)
        self.server.rpc(
            "account.payment.register", "action_create_payments", [wizard], context=context
        )

    def _return_payment(self, day: date) -> list[str]:
        """Rita's bank takes her first payment back on the next morning, before any thanks."""
        if self._returned:
            return []
        rows = self.server.query(
            """
            SELECT p.id FROM account_payment p
             WHERE p.partner_id = %s AND p.state IN ('in_process', 'paid')
               AND p.date < %s ORDER BY p.id LIMIT 1
            """,
            [self.customers["returned"], day],
        )
        if not rows:
            return []
        self._returned = True
        self.booked = [entry for entry in self.booked if entry[0] != "returned"]
        (payment,) = rows[0]
        self._acted.add(("returned", day))
        self._call("account.payment", "action_draft", [payment])
        self._call("account.payment", "action_cancel", [payment])
        return ["returned: the bank takes the payment back"]

    def _sell(self, day: date) -> str:
        """A new customer books lessons: posted, due at once, never sent (A3)."""
        partner = self._call(
            "res.partner",
            "create",
            {
                "name": "Nina New",
                "email": "nina.new@customers.example.com",
                "lang": "en_GB",
            },
        )
        self._names[partner] = "new"
        self._acted.add(("new", day))
        move = self._call(
            "account.move",
            "create",
            {
                "move_type": "out_invoice",
                "company_id": self.company,
                "partner_id": partner,
                "invoice_date": day.isoformat(),
                "invoice_date_due": day.isoformat(),
                "invoice_user_id": self._id("school_collector"),
                "invoice_line_ids": [
                    (0, 0, {"name": "Trial lessons", "price_unit": 80, "tax_ids": [(5, 0, 0)]})
                ],
            },
        )
        self._call("account.move", "action_post", [move])
        return "new: an invoice of 80.00, due today, is posted and was never sent"

    def _banking_day(self, day: date) -> date:
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return day

    # ------------------------------------------------------------------ the customers' mail

    def answer(self, received: Received, day: date) -> str | None:
        """Let the recipient's side react: a reply, an out-of-office note, a bounce."""
        address = received.recipients[0]
        name = address.partition("@")[0].partition(".")[2]
        if name == "bounces":
            self._deliver(self._bounce(received, address))
            return "bounces: the address does not exist"
        if name == "away":
            self._deliver(self._reply(received, address, "I am out of office.", automatic=True))
            return "away: an out-of-office note"
        if name == "replies" and name not in self._replied_on:
            self._replied_on[name] = day
            self._deliver(self._reply(received, address, "I will pay on Friday, sorry!"))
            return "replies: “I will pay on Friday, sorry!”"
        return None

    def _reply(self, received: Received, address: str, text: str, automatic: bool = False):
        original = received.message
        reply = email.message.EmailMessage()
        reply["From"] = address
        reply["To"] = original["Reply-To"] or original["From"]
        reply["Subject"] = f"Re: {original['Subject']}"
        reply["Message-Id"] = email.utils.make_msgid(domain="customers.example.com")
        reply["In-Reply-To"] = original["Message-Id"]
        reply["References"] = original["Message-Id"]
        if automatic:
            reply["Auto-Submitted"] = "auto-replied"
        reply.set_content(text)
        return reply.as_bytes()

    def _bounce(self, received: Received, address: str) -> bytes:
        """A delivery status notification (RFC 3464)."""
        original = received.message
        boundary = "=_bounce"
        return "\r\n".join(
            [
                "From: MAILER-DAEMON@customers.example.com",
                f"To: {received.mail_from or 'bounce@school.example.com'}",
                "Subject: Undelivered Mail Returned to Sender",
                f"Message-Id: {email.utils.make_msgid(domain='customers.example.com')}",
                f"References: {original['Message-Id']}",
                "Auto-Submitted: auto-replied",
                "MIME-Version: 1.0",
                f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
                "",
                f"--{boundary}",
                "Content-Type: text/plain",
                "",
                "The address does not exist.",
                f"--{boundary}",
                "Content-Type: message/delivery-status",
                "",
                "Reporting-MTA: dns; customers.example.com",
                "",
                f"Final-Recipient: rfc822; {address}",
                "Action: failed",
                "Status: 5.1.1",
                "Diagnostic-Code: smtp; 550 5.1.1 no such user",
                "",
                f"--{boundary}",
                "Content-Type: text/rfc822-headers",
                "",
                f"Message-Id: {original['Message-Id']}",
                f"To: {address}",
                "",
                f"--{boundary}--",
                "",
            ]
        ).encode()

    def _deliver(self, raw: bytes) -> None:
        """Hand a message to Odoo as its mail gate does."""
        self.server.rpc("mail.thread", "message_process", False, raw.decode("utf-8", "replace"))

    def _call(self, model: str, method: str, *args):
        return self.server.rpc(model, method, *args, context=self.context)

    def _id(self, name: str) -> int:
        rows = self.server.query(
            "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s", [MODULE, name]
        )
        return rows[0][0]
