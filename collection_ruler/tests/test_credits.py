"""What is owed (D1, D2, D4): parts, credits, currencies, and what is no longer the ruler's."""

import re

from odoo.tests import tagged

from ..models.common.memo import Memo
from .common import CollectionCommon
from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestOwed(MoneyCase):
    def test_part_payment_leaves_the_residual(self):
        move = self.due_on_the_ninth(100.0)
        with self.at("2026-03-03 10:00"):
            self.pay(move, 30.0)
            self.run_ruler("track")
        self.day("2026-03-04")  # the thanks
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 70\.00")
        self.assertNotIn("100.00", mail["body"])

    def test_credits_that_cover_all_silence_it_and_ask_to_reconcile(self):
        move = self.due_on_the_ninth(100.0)
        self.credit_note(100.0, date="2026-03-03")
        self.assert_silent(move, "covered")
        self.assertIn("Reconcile the outstanding credits of this customer", self.tasks())
        self.day("2026-03-10")
        self.assertEqual(
            self.tasks().count("Reconcile the outstanding credits of this customer"),
            1,
            "told each day",
        )

    def test_credit_of_a_contact_of_the_customer_counts(self):
        move = self.due_on_the_ninth(100.0)
        contact = self.env["res.partner"].create(
            {"name": "Colleague", "parent_id": self.customer.id}
        )
        self.credit_note(100.0, contact, date="2026-03-03")
        self.assert_silent(move, "covered")

    def test_unapplied_payment_counts_as_credit(self):
        move = self.due_on_the_ninth(100.0)
        with self.at("2026-03-03 10:00"):
            self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "amount": 40.0,
                    "journal_id": self.bank_journal.id,
                    "payment_type": "inbound",
                }
            ).action_post()
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 60\.00")
        self.assertTrue(move)

    def test_unapplied_payment_of_a_contact_counts(self):
        """Odoo writes a credit note to the company of a contact, and a payment to the contact."""
        move = self.due_on_the_ninth(100.0)
        contact = self.env["res.partner"].create(
            {"name": "Colleague", "parent_id": self.customer.id}
        )
        with self.at("2026-03-03 10:00"):
            payment = self.env["account.payment"].create(
                {
                    "partner_id": contact.id,
                    "amount": 100.0,
                    "journal_id": self.bank_journal.id,
                    "payment_type": "inbound",
                }
            )
            payment.action_post()
        self.assertIn(contact, payment.move_id.line_ids.partner_id, "nothing is proved here")
        self.assert_silent(move, "covered")

    def test_credit_of_another_customer_does_not_count(self):
        self.due_on_the_ninth(100.0)
        other = self.env["res.partner"].create({"name": "Other"})
        self.credit_note(100.0, other, date="2026-03-03")
        self.assertEqual(len(self.day("2026-03-09")), 1)

    def test_overdue_is_asked_for_although_credit_covers_it_in_part(self):
        self.due_on_the_ninth(100.0)
        self.credit_note(95.0, date="2026-03-03")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 5\.00")

    def test_what_a_credit_pays_lends_no_words_to_a_newer_invoice_and_is_not_called_about(self):
        """Else "still open since March 9" is said to somebody who is late with nothing (C8, D2)."""
        older = self.due_on_the_ninth(100.0)
        newer = self.invoice("2026-03-12", 100.0, date="2026-03-02")
        self.credit_note(100.0, date="2026-03-03")
        (notice,) = self.day("2026-03-05")
        self.assertNotIn(older.name, notice["body"])
        for day in ("2026-03-09", "2026-03-11"):
            self.assertFalse(self.day(day), day)
        (mail,) = self.day("2026-03-12")
        self.assertIn("Due today", mail["subject"])
        self.assertIn(newer.name, mail["subject"])
        self.assertNotIn(older.name, mail["body"])
        self.assertRegex(mail["body"], r"due date of .*\$ 100\.00")
        self.assertEqual(self.instalments(older).waiting_reason, "covered")
        for day in ("2026-03-16", "2026-03-18", "2026-03-20", "2026-03-23"):
            self.day(day)
        about = self.followups(step_name="Call: is anything wrong?").item_ids.move_id
        self.assertEqual(about, newer)

    def test_a_cent_is_not_asked_for(self):
        """F2: the shipped ruler asks for nothing that a message would cost more than."""
        self.due_on_the_ninth(100.0)
        self.credit_note(99.99, date="2026-03-03")
        for day in ("2026-03-09", "2026-03-16", "2026-03-18", "2026-03-23"):
            self.assertFalse(self.day(day))
        self.assertNotIn("Call: is anything wrong?", self.tasks(), "nor called about")

    def test_foreign_currency_is_asked_for_in_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02", currency_id=euro.id)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*100\.00 €")
        self.assertEqual(self.instalments(move).residual, 200.0)
        self.assertEqual(self.debtor().amount_due, 200.0)

    def test_exchange_difference_at_payment_leaves_nothing_open(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5), ("2026-03-05", 0.4)])
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02", currency_id=euro.id)
        self.day("2026-03-02")
        with self.at("2026-03-06 10:00"):
            self.pay(move)
        self.assertFalse(self.instalments(move).is_open)
        self.assertFalse([s for s in self.day("2026-03-09") if "due today" in s["subject"]])
        self.assertEqual(self.instalments(move).stage_id.kind, "settled")
        self.assertFalse(
            self.env["collection.instalment"].search(
                [("debtor_id", "=", self.debtor().id), ("is_open", "=", True)]
            )
        )

    def read_table(self, mail):
        """The words of the first table of a message: what it asks for."""
        table = re.search(r"<table.*?</table>", mail["body"].partition("due date of")[2], re.S)[0]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", table))

    def test_two_currencies_are_never_added_up(self):
        """Each has its total, under its own rows, and each amount its code: many are written "$"."""
        other = self.setup_other_currency("CAD", rates=[("2026-01-01", 0.5)])
        other.symbol = "$"
        dollars = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        foreign = self.invoice("2026-03-09", 70.0, date="2026-03-02", currency_id=other.id)
        later = self.invoice("2026-03-09", 20.0, date="2026-03-03")
        self.day("2026-03-03")
        sent = self.day("2026-03-09")
        self.assertEqual(len(sent), 1, "one message a day")
        self.assertRegex(sent[0]["body"], r"due date of .*120\.00 USD")
        table = self.read_table(sent[0])
        said = re.findall(r"INV/\S+|To pay|[\d.]+ (?:USD|CAD)", table)
        own = [dollars.name, "100.00 USD", later.name, "20.00 USD", "To pay", "120.00 USD"]
        self.assertEqual(said, [*own, foreign.name, "70.00 CAD", "To pay", "70.00 CAD"])
        self.assertNotIn("$", sent[0]["subject"] + sent[0]["body"])
        self.assertNotIn("190.00", sent[0]["body"])
        self.assertEqual(self.debtor().amount_due, 260.0, "in the company's currency")

    def test_a_credit_in_the_other_currency_is_deducted_from_its_own_total(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        self.due_on_the_ninth(100.0)
        self.invoice("2026-03-09", 70.0, date="2026-03-02", currency_id=euro.id)
        self.credit_note(30.0, date="2026-03-03", currency_id=euro.id)
        self.credit_note(25.0, date="2026-03-03")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*75\.00 USD")
        table = self.read_table(mail).replace("\ufeff", "")
        said = re.findall(r"Your open credit|To pay|-?[\d.]+ (?:USD|EUR)", table)
        own = ["100.00 USD", "Your open credit", "-25.00 USD", "To pay", "75.00 USD"]
        euros = ["70.00 EUR", "Your open credit", "-30.00 EUR", "To pay", "40.00 EUR"]
        self.assertEqual(said, own + euros)
        self.assertNotIn("#portal_pay", mail["body"], "a row would ask for more than is owed")

    def test_what_comes_next_in_another_currency_makes_each_amount_name_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        self.due_on_the_ninth(100.0)
        self.invoice("2026-03-23", 70.0, date="2026-03-02", currency_id=euro.id)
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*100\.00 USD")
        self.assertIn("70.00 EUR", mail["body"])
        self.assertNotIn("$", mail["body"])
        self.assertIn("Pay 100.00 USD", mail["body"])

    def test_two_currencies_cost_no_query_for_each_customer(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        people = [self.person(f"Person {n}") for n in range(6)]
        for person in people:
            self.invoice("2026-03-09", 100.0, person, date="2026-03-02")
            self.invoice("2026-03-09", 70.0, person, date="2026-03-02", currency_id=euro.id)
        self.day("2026-03-02")
        self.assertEqual(len(self.day("2026-03-09")), 6)
        said = self.followups(people[0]).browse(
            [self.followups(p, step_name="Due today").id for p in people]
        )

        def queries(followups):
            self.env.invalidate_all()
            memo = Memo()
            before = self.env.cr.sql_log_count
            followups.with_context(collection_memo=memo).mapped("due_table")
            return self.env.cr.sql_log_count - before

        queries(said[:1])
        self.assertLessEqual(queries(said), queries(said[:2]))

    def test_credit_in_another_currency_is_not_deducted(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        self.due_on_the_ninth(100.0)
        self.credit_note(60.0, date="2026-03-02", currency_id=euro.id)
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 100\.00")
        self.assertIn("60.00", mail["body"], "named, not deducted (F1)")
        self.assertIn("You also have an open credit of", mail["body"])

    def test_a_credit_on_another_receivable_account_is_not_deducted(self):
        """F1: Odoo cannot reconcile it, so the invoice would stay open by as much."""
        self.due_on_the_ninth(100.0)
        other = self.company_data["default_account_receivable"].copy({"code": "121999"})
        self.customer.property_account_receivable_id = other
        self.credit_note(30.0, date="2026-03-03")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 100\.00")
        self.assertIn("You also have an open credit of", mail["body"])
        self.assertNotIn("Your open credit", mail["body"])

    def test_open_credits_are_converted_the_right_way_round(self):
        """D4: two dollars to the euro."""
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        self.credit_note(30.0, date="2026-03-02", currency_id=euro.id)
        self.due_on_the_ninth(100.0)
        self.assertEqual(self.debtor().amount_credit, 60.0)

    def test_a_credit_is_shown_with_the_run_after_it(self):
        """D2: also where nothing else happens to the customer."""
        self.due_on_the_ninth(100.0)
        with self.at("2026-03-03 10:00"):
            refund = self.credit_note(30.0, date="2026-03-03")
            self.run_ruler("track")
            self.assertEqual(self.debtor().amount_credit, 30.0)
        with self.at("2026-03-03 11:00"):
            refund.button_draft()
            self.run_ruler("track")
            self.assertEqual(self.debtor().amount_credit, 0.0)

    def test_corrected_currency_is_asked_for_in_the_new_one(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        move = self.due_on_the_ninth(100.0)
        with self.at("2026-03-05 10:00"):
            move.button_draft()
            move.currency_id = euro
            move.invoice_line_ids.price_unit = 90.0
            move.action_post()
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*90\.00 €")
        self.assertNotIn("$", mail["body"])
        instalment = self.instalments(move)
        self.assertEqual((instalment.currency_id, instalment.residual_currency), (euro, 90.0))
        self.assertEqual(self.followups()[-1].currency_id, euro)
        self.assertEqual(self.debtor().amount_due, 180.0)

    def test_rows_have_no_payment_links_when_a_credit_is_deducted(self):
        """A link of one row would ask for more than is owed."""
        self.due_on_the_ninth(100.0)
        self.invoice("2026-03-09", 50.0, date="2026-03-02")
        (mail,) = self.day("2026-03-09", "09:00")
        self.assertEqual(mail["body"].count("#portal_pay"), 2, "nothing is proved here")
        self.invoice("2026-03-11", 20.0, date="2026-03-02")
        self.credit_note(30.0, date="2026-03-10")
        (mail,) = self.day("2026-03-11")
        self.assertIn("$ 140.00", mail["body"])
        self.assertNotIn("#portal_pay", mail["body"])

    def test_currency_that_credit_covers_is_not_asked_for(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        dollars = self.due_on_the_ninth(100.0)
        euros = self.invoice("2026-03-09", 70.0, date="2026-03-02", currency_id=euro.id)
        self.credit_note(70.0, date="2026-03-03", currency_id=euro.id)
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 100\.00")
        self.assertIn(dollars.name, mail["body"])
        self.assertNotIn(euros.name, mail["body"])
        self.assertEqual(self.followups()[-1].instalment_ids.move_id, dollars)

    def test_what_else_is_overdue_is_named_and_not_asked_for_again(self):
        """A2: a second invoice reaches its step between two steps of the first."""
        old = self.due_on_the_ninth(100.0)
        self.invoice("2026-03-11", 40.0, date="2026-03-02")
        self.day("2026-03-09")
        self.day("2026-03-11")
        (mail,) = self.day("2026-03-13")
        self.assertRegex(mail["body"], r"An amount of \$ 40\.00")
        self.assertRegex(
            mail["body"], rf"(?s)still open from earlier:.*?\$ 100\.00 \({old.name}, Mar 9, 2026\)"
        )

    def test_what_else_is_overdue_costs_no_query_for_each_customer(self):
        people = [self.person(f"Person {n}") for n in range(6)]
        for person in people:
            self.invoice("2026-03-09", 100.0, person, date="2026-03-02")
            self.invoice("2026-03-11", 40.0, person, date="2026-03-02")
        for day in ("02", "09", "11"):
            self.day(f"2026-03-{day}")
        self.assertEqual(len(self.day("2026-03-13")), 6)
        said = self.followups(people[0]).browse(
            [self.followups(p, amount_due=40.0)[-1].id for p in people]
        )

        def queries(followups):
            self.env.invalidate_all()
            memo = Memo()
            before = self.env.cr.sql_log_count
            with self.at("2026-03-13 10:00"):
                tables = followups.with_context(collection_memo=memo).mapped("due_table")
            self.assertIn("still open from earlier", tables[0])
            return self.env.cr.sql_log_count - before

        queries(said[:1])
        self.assertLessEqual(queries(said), queries(said[:2]))

    def test_what_else_is_overdue_is_named_less_what_credits_pay_of_it(self):
        self.due_on_the_ninth(100.0)
        self.invoice("2026-03-11", 40.0, date="2026-03-02")
        self.day("2026-03-09")
        self.day("2026-03-11")
        self.credit_note(70.0, date="2026-03-12")
        (mail,) = self.day("2026-03-13")
        self.assertRegex(mail["body"], r"An amount of \$ 40\.00")
        self.assertRegex(mail["body"], r"(?s)still open from earlier:.*?\$ 30\.00")

    def test_overdue_figure_goes_by_the_day_although_nothing_happens(self):
        self.due_on_the_ninth(100.0)
        self.invoice("2026-03-14", 50.0, date="2026-03-02")  # a Saturday: due on Monday
        self.day("2026-03-03")
        self.hold()
        for day, overdue in (("09", 0.0), ("10", 100.0), ("15", 100.0), ("16", 100.0), ("18", 150)):
            with self.subTest(day=day), self.at(f"2026-03-{day} 09:00"):
                self.run_ruler("track")
                self.assertEqual(self.debtor().amount_overdue, overdue)
                self.assertFalse(self.env["collection.track"]._todo(self.company), "again today")


@tagged("post_install", "-at_install")
class TestPastLimit(CollectionCommon):
    """A4: what a person has taken over is no longer the ruler's."""

    def test_neither_amount_nor_tone_of_another_message(self):
        self.ruler.max_days_overdue = 20
        old = self.invoice("2026-01-05", 500.0)
        self.activate("2026-03-02")
        new = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 100\.00")
        self.assertNotIn(old.name, mail["body"])
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"])
        self.assertNotIn("600.00", mail["body"])
        self.assertEqual(self.followups(step_name="Forgot?").instalment_ids.move_id, new)
