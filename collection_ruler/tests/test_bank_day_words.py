"""Where days count from a bank day, the screens say so: Odoo's own lists count from the written date (A3)."""

from odoo import Command
from odoo.tests import tagged

from .common import CollectionCommon

SATURDAY, SUNDAY, MONDAY = "2026-03-07", "2026-03-08", "2026-03-09"


@tagged("post_install", "-at_install")
class TestBankDayWords(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.closed = self.invoice(SATURDAY, 100.0, date="2026-03-02")
        self.open = self.invoice(MONDAY, 100.0, date="2026-03-02")
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")

    def test_the_bank_day_is_named_where_it_is_another_one(self):
        with self.at("2026-03-12 10:00"):
            closed, written = self.instalments(self.closed), self.instalments(self.open)
            self.assertEqual(closed.bank_day_text, "counts from Mon 9 Mar")
            self.assertEqual((closed.days_overdue, written.days_overdue), (3, 3))
            self.assertFalse(written.bank_day_text)

    def test_the_invoice_says_it_too(self):
        with self.at("2026-03-12 10:00"):
            self.assertIn("Sat 7 Mar 2026 counts from Mon 9 Mar", self.closed.collection_bank_days)
            self.assertFalse(self.open.collection_bank_days)

    def test_an_invoice_names_the_next_of_its_many_due_dates_only(self):
        months = self.env.ref("account.account_payment_term_immediate").copy(
            {
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create({"value_amount": 25.0, "nb_days": days})
                        for days in (5, 6, 12, 13)
                    ),
                ]
            }
        )
        # due on a Saturday and a Sunday, and again a week later
        move = self.invoice(False, date="2026-03-02", invoice_payment_term_id=months.id)
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
            self.assertIn("Sat 7 Mar 2026", move.collection_bank_days)
            self.assertNotIn("Sun 8 Mar", move.collection_bank_days)
        move.invalidate_recordset(["collection_bank_days"])
        with self.at("2026-03-09 10:00"):
            self.assertIn("Sun 8 Mar 2026", move.collection_bank_days)
            self.assertIn("Sat 14 Mar 2026", move.collection_bank_days)
            self.assertNotIn("Sun 15 Mar", move.collection_bank_days)

    def test_nothing_is_said_without_bank_days_or_once_it_is_paid(self):
        self.company.collection_bank_days = False
        self.assertFalse(self.instalments(self.closed).bank_day_text)
        self.company.collection_bank_days = True
        self.env.invalidate_all()
        self.assertTrue(self.instalments(self.closed).bank_day_text)
        self.pay(self.closed, date="2026-03-09")
        self.assertFalse(self.instalments(self.closed).bank_day_text)
        self.assertFalse(self.closed.collection_bank_days)

    def test_a_long_list_asks_no_more_than_a_short_one(self):
        with self.at("2026-03-02 11:00"):
            for _n in range(8):
                self.invoice(SATURDAY, 100.0, date="2026-03-02")
            self.run_ruler("enrol")
        all_of_them = self.env["collection.instalment"].search([("due_date", "=", SATURDAY)])
        self.assertEqual(len(all_of_them), 9)

        def queries(instalments):
            self.env.invalidate_all()
            instalments.mapped("due_date")
            before = self.cr.sql_log_count
            instalments.mapped("bank_day_text")
            return self.cr.sql_log_count - before

        queries(all_of_them)
        self.assertLessEqual(queries(all_of_them), queries(all_of_them[:1]))

    def test_the_simulation_names_the_bank_day(self):
        def result(**values):
            wizard = self.env["collection.simulation"].create(
                {"ruler_id": self.ruler.id, "is_sent": True, **values}
            )
            return str(wizard.result)

        self.assertIn(
            "Banks are closed on Sat 7 Mar: it can be paid until Mon 9 Mar",
            result(due_date=SATURDAY),
        )
        self.assertNotIn("Banks are closed", result(due_date=MONDAY))
        plan = result(due_date=SATURDAY, instalments=2)
        self.assertIn("due 7 Mar 2026 (counts from Mon 9 Mar)", plan)
        self.assertIn("due 7 Apr 2026<", plan)
        other = self.ruler.copy()
        self.assertIn("Banks are closed", result(due_date=SATURDAY, other_ruler_id=other.id))

    def test_what_is_said_on_the_bank_day_is_no_overdue_word(self):
        wizard = self.env["collection.simulation"].create(
            {"ruler_id": self.ruler.id, "due_date": SUNDAY, "is_sent": True}
        )
        self.assertIn("Mon 9 Mar 2026", str(wizard.result))
        self.assertIn("2 days after due", str(wizard.result))
        self.assertNotIn("1 day after due", str(wizard.result))
