from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo import SUPERUSER_ID, Command, fields

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.mail.tests.common import MockEmail


class CollectionCommon(AccountTestInvoicingCommon, MockEmail):
    """A guitar school in Dublin whose ruler runs; time moves by `at()`, work is done by `run_ruler()`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
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
        cls.zone = ZoneInfo("Europe/Dublin")
        # the scheduled action runs as superuser; people have their own tests
        cls.env = cls.env(user=SUPERUSER_ID)
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls.ruler = cls.env.ref("collection_ruler.collection_ruler_default").copy(
            {"name": "Default", "company_id": cls.company.id}
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Ana Example", "email": "ana@customer.example.com", "lang": "en_US"}
        )
        cls.bank_journal = cls.company_data["default_journal_bank"]

    # ------------------------------------------------------------------
    # time and work
    # ------------------------------------------------------------------

    @contextmanager
    def at(self, text):
        """Be at a local wall-clock time, "2026-01-05 09:00" in Dublin."""
        instant = datetime.fromisoformat(text).replace(tzinfo=self.zone)
        with freeze_time(instant.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)):
            yield

    def run_ruler(self, *verbs):
        """Do what the scheduled action does, without its commits."""
        for verb in verbs or ("enrol", "track", "plan", "send"):
            worker = self.env[f"collection.{verb}"].with_company(self.company)
            if todo := worker._todo(self.company):
                worker._batch(self.company, todo)
        self.env.flush_all()

    @contextmanager
    def gateway(self):
        """A mail gateway that keeps what it is handed; door 2 works in cursors of its own."""
        with self.mock_mail_gateway(), self.enter_registry_test_mode():
            yield

    def deliver(self):
        """Let Odoo's mail queue run once."""
        self.env.flush_all()
        with self.gateway():
            self.env["mail.mail"].process_email_queue()
            sent = list(self._mails)
        self.env.invalidate_all()
        return sent

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
        """Odoo's own scheduled sending of invoices."""
        with self.gateway(), self.allow_pdf_render():
            self.env["account.move"]._cron_account_move_send()

    def activate(self, date="2026-01-01", hour="08:00"):
        with self.at(f"{date} {hour}"):
            self.ruler._activate()
            self.env.flush_all()

    # ------------------------------------------------------------------
    # money
    # ------------------------------------------------------------------

    def invoice(self, due, amount=100.0, partner=None, date="2026-01-01", sent=True, **values):
        """A posted invoice with one due date (or the terms given in `values`)."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_date": date,
                "invoice_date_due": due,
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create({"name": "Lessons", "price_unit": amount, "tax_ids": []})
                ],
                **values,
            }
        )
        move.action_post()
        move.is_move_sent = sent
        return move

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

    def debtor(self, partner=None):
        return self.env["collection.debtor"].search(
            [
                ("partner_id", "=", (partner or self.customer).commercial_partner_id.id),
                ("company_id", "=", self.company.id),
            ]
        )

    def followups(self, partner=None, **domain):
        return self.env["collection.followup"].search(
            [("debtor_id", "=", self.debtor(partner).id), *((k, "=", v) for k, v in domain.items())],
            order="scheduled_at, id",
        )

    def said(self, partner=None):
        """(step name, state) of each follow-up, in order."""
        return [(f.step_name, f.state) for f in self.followups(partner)]
