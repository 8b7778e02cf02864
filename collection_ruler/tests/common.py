from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from unittest import SkipTest
from unittest.mock import patch
from uuid import uuid4
from zoneinfo import ZoneInfo

import time_machine
from odoo import SUPERUSER_ID, Command, fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.mail.tests.common import MockEmail
from odoo.tests import HttpCase, new_test_user

from ..models.common.memo import Memo
from ..models.verbs.collection_verb import VERBS
from .school import SchoolCase

BOUNCE = """\
Return-Path: <>
From: MAILER-DAEMON@customer.example.com (Mail Delivery System)
To: bounce@school.example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-Id: <bounce-1@customer.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="PART"

--PART
Content-Type: text/plain; charset=us-ascii

<{address}>: 550 No such person at this address

--PART
Content-Type: message/delivery-status

Reporting-MTA: dns; customer.example.com

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 No such person at this address.

--PART
Content-Type: message/rfc822

Message-Id: {message_id}
Subject: the original

Text
--PART--
"""


class CollectionCommon(SchoolCase, MockEmail):
    """A guitar school in Dublin; time moves by `at()`, work is done by `run_ruler()`."""

    @classmethod
    def setUpClass(cls):
        # a company with its chart, but not the taxes, products and partners that Odoo's own tests need
        super(AccountTestInvoicingCommon, cls).setUpClass()
        cls.company_data = cls.collect_company_accounting_data(cls.env.company)
        cls.company = cls.company_data["company"]
        cls.bank_journal = cls.company_data["default_journal_bank"]
        charts = cls.env["account.chart.template"]
        for side, account in (("inbound", "debit"), ("outbound", "credit")):  # booked at once
            line = cls.bank_journal[f"{side}_payment_method_line_ids"][0]
            line.payment_account_id = charts.ref(f"account_journal_payment_{account}_account_id")
        cls.company.write(
            {
                "name": "Example Guitar School",
                "email": "office@school.example.com",
                "country_id": cls.env.ref("base.ie").id,
                "collection_calendar_id": cls.env["resource.calendar"]
                .create(
                    {
                        "name": "Contact hours",
                        "company_id": cls.company.id,
                        "tz": "Europe/Dublin",
                        "attendance_ids": [
                            Command.create(
                                {
                                    "name": str(day),
                                    "dayofweek": str(day),
                                    "hour_from": 9,
                                    "hour_to": 18,
                                    "day_period": "full_day",
                                }
                            )
                            for day in range(5)
                        ],
                    }
                )
                .id,
            }
        )
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].create(
            {
                "name": "school.example.com",
                "bounce_alias": "bounce",
                "catchall_alias": "catchall",
                "default_from": "notifications",
            }
        )
        cls.zone = ZoneInfo("Europe/Dublin")
        # the scheduled action runs as superuser; people have their own tests
        cls.env = cls.env(user=SUPERUSER_ID)
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls.ruler = cls.env.ref("collection_ruler.collection_ruler_default").copy(
            {"name": "Default", "company_id": cls.company.id}
        )
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Cards of the school",
                "state": "test",
                "is_published": True,
                "company_id": cls.company.id,
            }
        )
        card = cls.env.ref("payment.payment_method_card")
        card.provider_ids += cls.provider
        card.active = True
        cls.customer = cls.env["res.partner"].create(
            {"name": "Ana Example", "email": "ana@customer.example.com", "lang": "en_US"}
        )

    # ------------------------------------------------------------------
    # time and work
    # ------------------------------------------------------------------

    @contextmanager
    def at(self, text):
        """Be at a local wall-clock time, "2026-01-05 09:00" in Dublin."""
        instant = datetime.fromisoformat(text).replace(tzinfo=self.zone)
        utc = instant.astimezone(UTC)
        # create_date and write_date come from the cursor
        now = patch.object(self.env.cr, "now", lambda: utc.replace(tzinfo=None))
        with time_machine.travel(utc, tick=False), now:
            yield

    def run_ruler(self, *verbs):
        """Do what the scheduled action does, without its commits."""
        self.env.flush_all()  # what happened before was committed
        for verb in verbs or VERBS:
            worker = self._worker(verb)
            if todo := worker._todo(self.company.with_env(worker.env)):
                worker._batch(self.company.with_env(worker.env), todo)
        self.env.flush_all()

    def _worker(self, verb):
        """A verb as a run calls it: what it rests on is read once."""
        worker = self.env[f"collection.{verb}"].with_company(self.company)
        return worker.with_context(collection_memo=Memo())

    def words_that_state_nothing(self):
        """A message that may be said on any day, for rulers of any shape (C8)."""
        words = self.env.ref("collection_ruler.mail_template_forgot")
        return words.copy({"collection_claim_ids": [Command.clear()]})

    def run_cron(self):
        """The scheduled action itself, with its batches and commits."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("collection_ruler.ir_cron_follow_up").method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def gateway(self):
        """A mail gateway that keeps what it is handed; door 2 works in cursors of its own."""
        with self.mock_mail_gateway(), self.enter_registry_test_mode():
            yield

    def deliver(self, answer=None):
        """Let Odoo's mail queue run once.

        :param answer: what the mail server raises when it is handed a message, or a function that
            is called with the message as text and may raise
        :return: what was handed to the mail server
        """
        self.env.flush_all()
        if not self.env["mail.mail"].search_count([("state", "=", "outgoing")], limit=1):
            return []  # on many days nothing waits: the machinery would only take time
        with self.gateway():
            if answer:
                self.testing_smtp_session.send_message = self._answering(answer)
            self.env["mail.mail"].process_email_queue()
            sent = list(self._mails)
        self.env.invalidate_all()
        for mail in sent:  # amounts are written with spaces that do not break
            mail["subject"] = mail["subject"].replace("\xa0", " ")
            mail["body"] = mail["body"].replace("\xa0", " ").replace("&nbsp;", " ")
        return sent

    def _answering(self, answer):
        keep = self.testing_smtp_session.send_message

        def send_message(message, smtp_from, smtp_to_list):
            if isinstance(answer, Exception):
                raise answer
            answer(message.as_string())
            keep(message, smtp_from, smtp_to_list)

        return send_message

    def day(self, date, hour="09:30"):
        """A whole working day: enrol, track, plan, send, the queue, and track again.

        :return: what the mail server got
        """
        with self.at(f"{date} {hour}"):
            self.run_ruler()
            self.run_odoo_sending()
            sent = self.deliver()
            self.run_ruler("track")
        return sent

    def run_odoo_sending(self):
        """Odoo's own scheduled sending of invoices, where some wait for it."""
        if not self.env["account.move"].search_count([("sending_data", "!=", False)], limit=1):
            return
        with self.gateway(), self.allow_pdf_render():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.env.invalidate_all()

    def activate(self, date="2026-01-01", hour="08:00"):
        with self.at(f"{date} {hour}"):
            self.ruler._activate()
            self.env.flush_all()

    # ------------------------------------------------------------------
    # the customer
    # ------------------------------------------------------------------

    def reply(self, sent, text="I will look into it.", sender=None, **headers):
        """The customer answers a message that the mail server got; it enters by Odoo's mail gate.

        :param sent: one of the mails that `day` returned
        :param headers: further headers, "_" stands for "-"
        """
        original = sent["EmailMessage"]
        message = EmailMessage()
        message["From"] = sender or original["To"]
        message["To"] = original["Reply-To"] or original["From"]
        message["Subject"] = f"Re: {original['Subject']}"
        message["Message-Id"] = f"<answer-{uuid4()}@customer.example.com>"
        message["In-Reply-To"] = original["Message-Id"]
        message["References"] = original["Message-Id"]
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        self._enter_mail_gate(message.as_bytes())

    def bounce(self, sent, action="failed", status="5.1.1"):
        """The mail system of the customer reports on a message that the mail server got; it returns it."""
        original = sent["EmailMessage"]
        bounced = original["To"].rpartition("<")[2].rstrip(">")
        self._enter_mail_gate(
            BOUNCE.format(
                address=bounced, message_id=original["Message-Id"], action=action, status=status
            ).encode()
        )

    def _enter_mail_gate(self, message):
        with self.mock_mail_gateway():  # Odoo's own notices stay out of the outbox
            self.env["mail.thread"].message_process(None, message)
        self.env.flush_all()

    # ------------------------------------------------------------------
    # money
    # ------------------------------------------------------------------

    def person(self, name, **values):
        """A customer with an address for e-mail."""
        email = f"{name.lower().replace(' ', '.')}@customer.example.com"
        return self.env["res.partner"].create({"name": name, "email": email, **values})

    @classmethod
    def new_user(cls, login, *groups, company=None):
        """An employee of the company, or of another one, whose password is the login.

        :param groups: external ids of what he may do beside
        """
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=",".join(("base.group_user", *groups)),
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def invoice(self, due, amount=100.0, partner=None, date="2026-01-01", sent=True, **values):
        """A posted invoice with one due date (or the terms given in `values`)."""
        values = {**self.invoice_values(due, amount, partner, date), **values}
        move = self.env["account.move"].create(values)
        move.action_post()
        move.is_move_sent = sent
        return move

    def invoice_values(self, due, amount=100.0, partner=None, date="2026-01-01"):
        """What a plain invoice is made of."""
        return {
            "move_type": "out_invoice",
            "partner_id": (partner or self.customer).id,
            "invoice_date": date,
            "invoice_date_due": due,
            "company_id": self.company.id,
            "invoice_line_ids": [
                Command.create({"name": "Lessons", "price_unit": amount, "tax_ids": []})
            ],
        }

    def entry(self, due, *debits, no_followup=False):
        """A posted general entry.

        :param debits: (partner, amount) of each receivable line
        """
        account = self.company_data["default_account_receivable"]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-02",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    *(
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": partner.id,
                                "debit": amount,
                                "date_maturity": due,
                            }
                        )
                        for partner, amount in debits
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": sum(amount for _partner, amount in debits),
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        receivable = entry.line_ids.filtered(lambda line: line.account_id == account)
        receivable.no_followup = no_followup
        self.env.flush_all()
        return entry

    def pay(self, move, amount=None, date=None):
        """Register a payment that is booked at once."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "journal_id": self.bank_journal.id,
                    "payment_date": date or fields.Date.today(),
                    **({"amount": amount} if amount else {}),
                }
            )
        )
        payment = wizard._create_payments()
        self.env.flush_all()
        return payment

    def credit_note(self, amount, partner=None, date="2026-01-01", **values):
        """A posted credit note that nobody has reconciled."""
        return self.invoice(date, amount, partner, date, move_type="out_refund", **values)

    def undo(self, payment):
        """The payment comes back: it is taken out of the books."""
        payment.action_draft()
        payment.action_cancel()
        self.env.flush_all()

    def hold(self, *moves, partner=None, **values):
        """Pause everything of a customer, or only some invoices."""
        instalments = self.instalments(*moves) if moves else self.env["collection.instalment"]
        return self.env["collection.hold"].create(
            {
                "debtor_id": self.debtor(partner).id,
                "scope": "instalments" if moves else "all",
                "instalment_ids": [Command.set(instalments.ids)],
                **values,
            }
        )

    # ------------------------------------------------------------------
    # what stands in the database
    # ------------------------------------------------------------------

    def instalments(self, *moves):
        return self.env["collection.instalment"].search(
            [("move_id", "in", [move.id for move in moves])], order="due_date, id"
        )

    def ledger(self, *moves):
        """(step name, state, reason) of each ledger row of these invoices, by offset."""
        rows = self.env["collection.followup.item"].search(
            [("move_id", "in", [move.id for move in moves])], order="due_date, offset_days, id"
        )
        return [(row.step_name, row.state, row.reason) for row in rows]

    def tasks(self, partner=None):
        """Summaries of the debtor's open activities."""
        return self.debtor(partner).activity_ids.mapped("summary")

    def step(self, name, ruler=None):
        return (ruler or self.ruler).step_ids.filtered(lambda s: s.name == name)

    def debtor(self, partner=None):
        return self.env["collection.debtor"].search(
            [
                ("partner_id", "=", (partner or self.customer).commercial_partner_id.id),
                ("company_id", "=", self.company.id),
            ]
        )

    def followups(self, partner=None, **domain):
        return self.env["collection.followup"].search(
            [
                ("debtor_id", "=", self.debtor(partner).id),
                *((k, "=", v) for k, v in domain.items()),
            ],
            order="scheduled_at, id",
        )

    def said(self, partner=None):
        """(step name, state) of each follow-up, in order."""
        return [(f.step_name, f.state) for f in self.followups(partner)]


class ScreenCase(CollectionCommon, HttpCase):
    """What a real browser shows, and what a page answers to a visitor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # on a busy machine a browser needs more than Odoo's ten seconds to come up
        cls.startClassPatcher(patch("odoo.tests.common.CHECK_BROWSER_ITERATIONS", 600))

    def url_open(self, url, *arguments, timeout=120, **options):
        """The first page makes its assets, which takes a busy machine longer than Odoo's 12 seconds."""
        return super().url_open(url, *arguments, timeout=timeout, **options)

    def browser_js(self, *arguments, **options):
        """Odoo skips in silence where there is no browser; a screen that nobody saw is not tested."""
        try:
            return super().browser_js(*arguments, **options)
        except SkipTest as reason:
            self.fail(f"The browser is missing: {reason}")
