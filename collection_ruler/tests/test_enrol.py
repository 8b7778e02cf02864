"""Who is taken in, by which ruler, and from where it goes on (A6, A7, A8)."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import CollectionCommon
from .money_case import MoneyCase


@tagged("post_install", "-at_install", "quick")
class TestWhatIsADebt(MoneyCase):
    def test_refund_that_was_paid_out_is_nobodys_debt(self):
        with self.at("2026-03-02 09:00"):
            payment = self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "partner_type": "customer",
                    "payment_type": "outbound",
                    "amount": 40.0,
                    "journal_id": self.bank_journal.id,
                }
            )
            payment.action_post()
            receivable = payment.move_id.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            self.assertEqual(receivable.balance, 40.0, "nothing is proved here")
            self.assertFalse(receivable.no_followup, "nothing is proved here")
            self.run_ruler("enrol")
        self.assertFalse(self.instalments(payment.move_id), "we paid it, and ask for it")

    def test_included_entry_is_chased_and_never_delivered(self):
        entry = self.entry("2026-03-12", (self.customer, 80.0))
        self.assertFalse(self.day("2026-03-02"))
        (mail,) = self.day("2026-03-05")
        self.assertIn("$ 80.00", mail["body"].replace("\xa0", " "))
        (mail,) = self.day("2026-03-12")
        self.assertRegex(mail["body"], r"due date of .*\$ 80\.00")
        self.assertFalse(self.followups(purpose="delivery"), "an entry cannot be delivered")
        self.assertTrue(self.instalments(entry).is_open)

    def test_what_is_left_only_in_our_own_currency_is_nobodys_debt(self):
        """D4: 0.30 by the rate, and nothing in the customer's currency."""
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        account = self.company_data["default_account_receivable"]
        income = self.company_data["default_account_revenue"]
        entry = self.env["account.move"].create(
            {
                "date": "2026-03-02",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "currency_id": euro.id,
                            "amount_currency": 0.0,
                            "debit": 0.3,
                            "date_maturity": "2026-03-02",
                        }
                    ),
                    Command.create({"account_id": income.id, "credit": 0.3}),
                ],
            }
        )
        entry.action_post()
        entry.line_ids.no_followup = False
        with self.at("2026-03-10 09:30"):
            self.run_ruler("enrol")
        self.assertFalse(self.instalments(entry))
        move = self.invoice("2026-03-05", 100.0, date="2026-03-02", currency_id=euro.id)
        with self.at("2026-03-10 09:40"):
            self.run_ruler("enrol")
        instalment = self.instalments(move)
        instalment.write({"residual": 0.3, "residual_currency": 0.0})
        self.assertTrue(instalment._is_nothing())

    def test_line_taken_out_of_an_entry_leaves_its_history_to_its_own_customer(self):
        """An opening entry names many customers: none inherits what another was told."""
        other = self.env["res.partner"].create({"name": "Bo", "email": "bo@customer.example.com"})
        entry = self.entry("2026-03-09", (self.customer, 80.0), (other, 30.0))
        with self.at("2026-03-02 08:00"):
            self.run_ruler("enrol")
        self.hold(partner=other)
        self.day("2026-03-02")
        self.day("2026-03-09")
        mine, others = self.instalments(entry).sorted(lambda i: i.partner_id == other)
        self.assertGreater(mine.watermark, others.watermark, "nothing is proved here")
        before = others.watermark
        with self.at("2026-03-10 08:00"):
            entry.button_draft()
            line = entry.line_ids.filtered(lambda x: x.partner_id == self.customer)
            income = entry.line_ids.filtered("credit")
            entry.write(
                {
                    "line_ids": [
                        Command.delete(line.id),
                        Command.update(income.id, {"credit": 30.0}),
                    ]
                }
            )
            entry.action_post()
            self.assertTrue(mine.gone)
            self.run_ruler("enrol", "track")
        self.assertEqual((others.exists().watermark, others.occurrence), (before, 0))
        self.assertEqual(mine.exists().partner_id, self.customer)
        self.assertEqual(self.followups().debtor_id.partner_id, self.customer)
        self.assertFalse(self.followups(other), "was told what another customer was told")


@tagged("post_install", "-at_install", "quick")
class TestJoining(CollectionCommon):
    """A8: a ruler that comes upon a backlog says nothing about it at once."""

    def test_ruler_valid_from_a_day_joins_its_backlog_silently_on_that_day(self):
        self.ruler.date_from = "2026-03-10"
        self.activate("2026-03-02")
        move = self.invoice("2026-03-02")
        self.day("2026-03-03")
        self.assertFalse(self.ruler.started_at)
        self.assertFalse(self.day("2026-03-10"), "the backlog was chased at once")
        self.assertFalse(self.ledger(move))
        self.assertEqual(self.instalments(move).ruler_id, self.ruler)
        self.assertEqual(self.instalments(move).watermark, 8)
        self.day("2026-03-12")
        self.assertEqual(self.ledger(move), [("Review", "sent", "due")])

    def test_invoice_promised_to_a_draft_ruler_is_not_chased_on_activation(self):
        other = self.ruler.copy({"name": "Other"})
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", collection_ruler_id=other.id)
        self.assertFalse(self.day("2026-03-02") + self.day("2026-03-09"), "it belongs to a draft")
        with self.at("2026-03-12 08:00"):
            other._activate()
        self.assertFalse(self.day("2026-03-12"), "the backlog was chased at once")
        self.assertEqual(self.instalments(move).ruler_id, other)
        self.assertEqual(self.instalments(move).watermark, 2)

    def test_customers_whom_a_wider_filter_brings_join_silently(self):
        self.ruler.partner_domain = "[('name', '=', 'Nobody')]"
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09")
        self.day("2026-03-02")
        self.assertFalse(self.instalments(move).ruler_id)
        self.ruler.partner_domain = "[]"
        self.assertFalse(self.day("2026-03-12"), "the backlog was chased at once")
        self.assertEqual(self.instalments(move).ruler_id, self.ruler)
        self.assertEqual(self.instalments(move).watermark, 2)

    def test_invoice_posted_after_the_start_does_not_join_silently(self):
        self.activate("2026-03-02")
        self.day("2026-03-02")
        move = self.invoice("2026-03-09", date="2026-03-12")
        (mail,) = self.day("2026-03-12")
        self.assertIn("slip through", mail["subject"])
        self.assertIn(("Forgot?", "sent", "due"), self.ledger(move))

    def test_first_words_to_who_joined_late_are_not_the_firmest(self):
        """The debt comes to +8 but nobody ever wrote to its customer (A13)."""
        old = self.invoice("2026-03-12", 100.0)
        self.activate("2026-03-18")
        self.assertEqual(self.instalments(old).watermark, 5)
        (mail,) = self.day("2026-03-20")
        self.assertIn(("Firm and polite", "sent", "due"), self.ledger(old))
        self.assertIn("slip through", mail["subject"])
        self.assertIn("$ 100.00", mail["body"])

    def test_first_words_about_something_newer_lend_no_tone_from_what_joined_late(self):
        """The old debt stands at +8, and only the new one has its day (A13, B5)."""
        old = self.invoice("2026-03-12", 100.0)
        new = self.invoice("2026-03-23", 50.0)
        self.activate("2026-03-20")
        self.assertEqual(self.instalments(old).watermark, 8)
        (mail,) = self.day("2026-03-23")
        self.assertIn("Due today", mail["subject"])
        self.assertRegex(mail["body"], r"due date of .*\$ 50\.00")
        self.assertRegex(mail["body"], rf"(?s)still open from earlier.*\$ 100\.00 \({old.name}")
        (message,) = self.followups(purpose="dunning").filtered(lambda f: f.channel == "email")
        self.assertEqual(message.instalment_ids.move_id, new)


@tagged("post_install", "-at_install", "quick")
class TestReady(CollectionCommon):
    """What has to be known before a ruler may run."""

    def without_hours(self, country):
        self.company.write(
            {"collection_calendar_id": False, "country_id": self.env.ref(country).id}
        )
        self.company.partner_id.tz = False

    def test_company_somewhere_in_a_wide_country_is_asked_for_its_hours(self):
        self.without_hours("base.us")
        with self.assertRaisesRegex(UserError, "Choose a time zone in the settings"):
            self.activate()
        self.assertEqual(self.ruler.state, "draft")
        self.company.partner_id.tz = "America/Denver"
        self.activate()
        self.assertTrue(self.company._collection_place().key.startswith("America/Denver|US"))

    def test_company_without_country_is_asked_for_its_hours(self):
        self.without_hours("base.ie")
        self.company.country_id = False
        with self.assertRaisesRegex(UserError, "Choose a time zone in the settings"):
            self.activate()

    def test_country_of_one_time_zone_says_when_it_is_day(self):
        self.without_hours("base.pl")
        # what Odoo gives to every company says nothing about where it is
        self.company.resource_calendar_id.tz = "America/Denver"
        self.activate()
        self.assertTrue(self.company._collection_place().key.startswith("Europe/Warsaw|PL"))

    def test_branch_has_no_rulers_of_its_own(self):
        branch = self.env["res.company"].create({"name": "Cork", "parent_id": self.company.id})
        with self.assertRaisesRegex(ValidationError, "Example Guitar School"):
            self.ruler.copy({"company_id": branch.id})

    def test_running_ruler_cannot_be_archived(self):
        self.activate()
        with self.assertRaisesRegex(ValidationError, "Pause it"):
            self.ruler.active = False
            self.env.flush_all()
        self.ruler.action_pause()
        self.ruler.active = False
