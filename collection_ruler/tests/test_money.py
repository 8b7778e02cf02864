"""Money is right (D1 to D5): what is owed, what covers it, what is under way, and the thanks."""

import re
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import email_normalize

from ..models.common.memo import Memo
from .common import CollectionCommon


class MoneyCase(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def due_on_the_ninth(self, amount=100.0, **values):
        """An invoice whose reminder of a week before was said."""
        move = self.invoice("2026-03-09", amount, date="2026-03-02", **values)
        self.day("2026-03-02")
        return move

    def assert_silent(self, move, reason, day="2026-03-09"):
        """Its step waits for this reason, and nothing is said."""
        self.assertFalse(self.day(day), "something was said")
        self.assertEqual(set(self.instalments(move).mapped("waiting_reason")), {reason})

    def thanks(self):
        return self.followups(purpose="thanks")


@tagged("post_install", "-at_install")
class TestOwed(MoneyCase):
    def test_part_payment_leaves_the_residual(self):
        move = self.due_on_the_ninth(100.0)
        with self.at("2026-03-03 10:00"):
            self.pay(move, 30.0)
            self.run_ruler("track")
        self.day("2026-03-04")  # the thanks
        (mail,) = self.day("2026-03-09")
        self.assertIn("$ 70.00 is due today", mail["subject"])
        self.assertNotIn("100.00", mail["body"])

    def test_credits_that_cover_all_silence_it_and_ask_to_reconcile(self):
        move = self.due_on_the_ninth(100.0)
        self.credit_note(100.0, date="2026-03-03")
        self.assert_silent(move, "covered")
        self.assertIn("Reconcile the open credits of this customer", self.tasks())
        self.day("2026-03-10")
        self.assertEqual(
            self.tasks().count("Reconcile the open credits of this customer"), 1, "told each day"
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
        self.assertIn("$ 60.00 is due today", mail["subject"])
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
        self.credit_note(99.99, date="2026-03-03")
        (mail,) = self.day("2026-03-09")
        self.assertIn("$ 0.01 is due today", mail["subject"])

    def test_foreign_currency_is_asked_for_in_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02", currency_id=euro.id)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertIn("100.00 € is due today", mail["subject"])
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
        table = re.search(r"<table.*?</table>", mail["body"].partition("due today")[2], re.S)[0]
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
        self.assertIn("120.00 USD is due today", sent[0]["subject"])
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
        self.assertIn("75.00 USD is due today", mail["subject"])
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
        self.assertIn("100.00 USD is due today", mail["subject"])
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
            memo = Memo(writing=followups.ids)
            before = self.env.cr.sql_log_count
            followups.with_context(collection_memo=memo).mapped("due_table")
            return self.env.cr.sql_log_count - before

        queries(said[:1])
        self.assertLessEqual(queries(said), queries(said[:2]))

    def test_credit_in_another_currency_is_not_deducted(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        self.due_on_the_ninth(100.0)
        self.credit_note(100.0, date="2026-03-02", currency_id=euro.id)
        (mail,) = self.day("2026-03-09")
        self.assertIn("$ 100.00 is due today", mail["subject"])

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
        self.assertIn("90.00 € is due today", mail["subject"])
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
        self.assertIn("$ 100.00 is due today", mail["subject"])
        self.assertIn(dollars.name, mail["body"])
        self.assertNotIn(euros.name, mail["body"])
        self.assertEqual(self.followups()[-1].instalment_ids.move_id, dollars)

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
        self.assertIn("$ 100.00 is due today", mail["subject"])
        self.assertNotIn(old.name, mail["body"])
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"])
        self.assertNotIn("600.00", mail["body"])
        self.assertEqual(self.followups(step_name="Forgot?").instalment_ids.move_id, new)


@tagged("post_install", "-at_install")
class TestExcluded(MoneyCase):
    """D3, D5: under way, blocked, excluded, cancelled, rewritten."""

    def test_payment_without_entry_is_under_way(self):
        move = self.due_on_the_ninth()
        # with Enterprise accounting and no outstanding account, the entry comes with the statement
        line = self.company_data["default_journal_bank"].inbound_payment_method_line_ids[:1]
        line.payment_account_id = False
        with (
            self.at("2026-03-05 10:00"),
            patch.object(
                self.registry["account.move"],
                "_get_invoice_in_payment_state",
                lambda self: "in_payment",
            ),
        ):
            payment = self.pay(move)
            self.assertFalse(payment.move_id)
            self.assertEqual(payment.state, "in_process")
        self.assert_silent(move, "in_flight")
        with self.at("2026-03-10 10:00"):
            payment.action_cancel()
        self.assertFalse(self.day("2026-03-10", "11:00"), "“due today” was said a day late")
        self.assertEqual(len(self.day("2026-03-11")), 1)

    def test_payment_without_entry_is_under_way_whatever_the_invoice_is_called(self):
        move = self.due_on_the_ninth()
        line = self.bank_journal.inbound_payment_method_line_ids[:1]
        line.payment_account_id = False
        with (
            self.at("2026-03-05 10:00"),
            patch.object(
                self.registry["account.move"],
                "_get_invoice_in_payment_state",
                lambda self: "in_payment",
            ),
        ):
            self.assertFalse(self.pay(move).move_id)
        move.payment_state = "partial"
        self.assert_silent(move, "in_flight")

    def test_invoice_in_payment_is_under_way_whatever_it_is_paid_by(self):
        move = self.due_on_the_ninth()
        move.payment_state = "in_payment"
        self.assertFalse(move.matched_payment_ids, "nothing is proved here")
        self.assert_silent(move, "in_flight")

    def transaction(self, move, state, **values):
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        provider = self.env["payment.provider"].create(
            {"name": "Cards", "code": "none", "state": "test", "company_id": self.company.id}
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"tx-{state}",
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "invoice_ids": [Command.set(move.ids)],
                "state": state,
                **values,
            }
        )

    def test_pending_transaction_is_under_way(self):
        move = self.due_on_the_ninth()
        self.transaction(move, "pending")
        self.assert_silent(move, "in_flight")

    def test_pending_transaction_is_no_excuse_after_a_week(self):
        """A promise to transfer money stays pending until somebody books it."""
        move = self.due_on_the_ninth()
        with self.at("2026-03-02 09:00"):
            transaction = self.transaction(move, "pending")
        self.assertEqual(str(transaction.last_state_change), "2026-03-02 09:00:00")
        with self.at("2026-03-09 08:59"):
            debtor = self.debtor()
            snapshot = self.env["collection.snapshot"]._take(self.company.id, debtor.ids)
        self.assertEqual([c.block for c in snapshot[debtor.id].claims], ["in_flight"])
        self.assertEqual(len(self.day("2026-03-09")), 1)

    def test_authorised_transaction_is_under_way(self):
        move = self.due_on_the_ninth()
        transaction = self.transaction(move, "pending")
        self.env.flush_all()
        # the constraint asks for a provider that can authorise, none of which is installed here
        self.env.cr.execute(
            "UPDATE payment_transaction SET state = 'authorized' WHERE id = %s", [transaction.id]
        )
        transaction.invalidate_recordset()
        self.assert_silent(move, "in_flight")

    def test_done_but_not_processed_transaction_is_under_way(self):
        move = self.due_on_the_ninth()
        self.transaction(move, "done", is_post_processed=False)
        self.assert_silent(move, "in_flight")

    def bank_line(self, day, amount=100.0, **values):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "date": day,
                "payment_ref": "TRANSFER",
                "amount": amount,
                **values,
            }
        )

    def test_money_on_the_bank_account_that_may_be_theirs(self):
        """Whoever may have paid is not asked; the collector finds them under money to match (D3)."""
        move = self.due_on_the_ninth()
        self.bank_line("2026-03-06", partner_id=self.customer.id)
        self.assert_silent(move, "in_bank")
        tiles = {tile["key"]: tile for tile in self.env["collection.today"].tiles()["tiles"]}
        self.assertEqual(tiles["money"]["count"], 1)

    def test_money_is_known_by_partner_name_account_and_reference(self):
        move = self.due_on_the_ninth()
        self.env["res.partner.bank"].create(
            {"acc_number": "IE64 IRCE 9205 0112 3456 78", "partner_id": self.customer.id}
        )
        contact = self.env["res.partner"].create({"name": "Till", "parent_id": self.customer.id})
        number = move.name.replace("/", " ").lower()  # banks change the spelling
        for values in (
            {"partner_id": contact.id},
            {"partner_name": "Ana Example"},
            {"account_number": "IE64IRCE92050112345678"},
            {"payment_ref": f"THANKS {number}."},
        ):
            with self.subTest(values), self.at("2026-03-09 09:00"):
                line = self.bank_line("2026-03-06", **values)
                take = self.env["collection.snapshot"]._take
                (claim,) = take(self.company.id, self.debtor().ids)[self.debtor().id].claims
                self.assertEqual(claim.block, "in_bank")
                line.unlink()

    def test_money_of_others_and_money_that_went_out_hide_no_debt(self):
        move = self.due_on_the_ninth()
        other = self.env["res.partner"].create({"name": "Other"})
        self.bank_line("2026-03-06", partner_id=other.id, payment_ref=move.name)
        self.bank_line("2026-03-06", -100.0, partner_id=self.customer.id)
        self.bank_line("2026-03-06", payment_ref="INV/2026")
        self.assertEqual(len(self.day("2026-03-09")), 1)

    def test_money_that_was_matched_or_left_for_months_hides_no_debt(self):
        move = self.due_on_the_ninth()
        self.bank_line("2025-12-30", partner_id=self.customer.id)
        line = self.bank_line("2026-03-06", partner_id=self.customer.id)
        suspense = line.move_id.line_ids.filtered(
            lambda part: part.account_id == self.bank_journal.suspense_account_id
        )
        suspense.account_id = self.company_data["default_account_revenue"]
        self.assertTrue(line.is_reconciled)
        self.assertEqual(len(self.day("2026-03-09")), 1)
        self.assertEqual(self.ledger(move)[-1][1], "sent")

    def test_what_is_overdue_waits_for_newer_bank_data_and_notices_go_on(self):
        second, upcoming = self.env["res.partner"].create(
            [
                {"name": name, "email": f"{name}@customer.example.com"}
                for name in ("second", "upcoming")
            ]
        )
        self.bank_line("2026-03-09", -5.0)
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        waiting = self.invoice("2026-03-10", 100.0, second, date="2026-03-02")
        self.invoice("2026-03-19", 100.0, upcoming, date="2026-03-02")

        def written_to(day):
            return [email_normalize(mail["email_to"][0]).split("@")[0] for mail in self.day(day)]

        # Wednesday is the second working day after Monday, Thursday the third
        self.assertEqual(written_to("2026-03-11"), ["ana"])
        self.assertEqual(written_to("2026-03-12"), ["upcoming"])
        self.assertEqual(self.instalments(waiting).waiting_reason, "stale_bank")
        with self.at("2026-03-12 10:00"):
            self.company.invalidate_recordset()
            self.assertIn("newest bank data is of 03/09/2026", self.company.collection_notice)
            for _hour in range(2):
                self.env["collection.run"]._cron_watch()
        told = f"The bank data of {self.company.name} is old"
        self.assertEqual(self.ruler.activity_ids.mapped("summary").count(told), 1)
        self.bank_line("2026-03-13", -5.0)
        self.assertEqual(written_to("2026-03-13"), ["second"])

    def test_who_pays_by_slip_is_reminded_when_the_slip_had_time_to_arrive(self):
        slip = self.bank_journal.inbound_payment_method_line_ids[:1]
        slip.collection_settlement_days = 3
        slow = self.person("Slow Slip")
        by_slip = self.invoice(
            "2026-03-09",
            partner=slow,
            date="2026-03-02",
            preferred_payment_method_line_id=slip.id,
        )
        by_transfer = self.invoice("2026-03-09", date="2026-03-02")
        for day in ("2026-03-02", "2026-03-09"):
            self.assertEqual(len(self.day(day)), 2)  # notices say when it is due
        self.assertEqual(
            [[email_normalize(a) for a in m["email_to"]] for m in self.day("2026-03-11")],
            [["ana@customer.example.com"]],
        )
        self.assertEqual(self.instalments(by_slip).waiting_reason, "settling")
        self.assertFalse(self.instalments(by_transfer).waiting_reason)
        self.assertEqual(
            [[email_normalize(a) for a in m["email_to"]] for m in self.day("2026-03-13")],
            [["slow.slip@customer.example.com"]],
        )

    def test_where_a_method_says_nothing_the_company_does(self):
        self.company.collection_settlement_days = 2
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        self.assert_silent(move, "settling", "2026-03-11")
        self.assertEqual(len(self.day("2026-03-12")), 1)

    def test_days_that_money_takes_are_plausible(self):
        for days in (-1, 16):
            with self.subTest(days), self.assertRaisesRegex(ValidationError, "from 0 to 15"):
                self.company.collection_settlement_days = days
            with self.subTest(days), self.assertRaisesRegex(ValidationError, "from 0 to 15"):
                self.bank_journal.inbound_payment_method_line_ids[
                    :1
                ].collection_settlement_days = days

    def test_hours_that_make_no_sense_leave_the_page_open_on_which_they_are_mended(self):
        self.bank_line("2026-03-02", -5.0)
        self.company.collection_calendar_id.attendance_ids.unlink()
        with self.at("2026-03-13 08:00"):
            self.assertFalse(self.company.collection_notice)

    def test_cancelled_and_failed_transactions_do_not_hide_the_debt(self):
        move = self.due_on_the_ninth()
        self.transaction(move, "cancel")
        self.transaction(move, "error")
        self.assertEqual(len(self.day("2026-03-09")), 1)

    def test_blocked_invoice_is_silent(self):
        move = self.due_on_the_ninth()
        move.payment_state = "blocked"
        self.assert_silent(move, "blocked")

    def test_what_is_held_or_under_way_is_not_announced_beside_it(self):
        """B5, D3, D5: the second table chases nobody either."""
        disputed, paying, blocked, coming = (
            self.invoice("2026-03-26", 10.0, date="2026-03-02") for _one in range(4)
        )
        self.due_on_the_ninth()
        self.hold(disputed, origin="dispute")
        self.transaction(paying, "pending")
        blocked.payment_state = "blocked"
        (mail,) = self.day("2026-03-09")
        self.assertIn(coming.name, mail["body"])
        for move in (disputed, paying, blocked):
            self.assertNotIn(move.name, mail["body"])

    def test_no_followup_is_silent_and_comes_back(self):
        move = self.due_on_the_ninth()
        move.no_followup = True
        self.env.flush_all()
        self.assertFalse(self.instalments(move).is_open)
        self.assertFalse(self.day("2026-03-09"))
        move.no_followup = False
        self.assertFalse(self.day("2026-03-10"), "“due today” was said a day late")
        self.assertEqual(len(self.day("2026-03-11")), 1)

    def general_entry(self, no_followup, amount=80.0):
        account = self.company_data["default_account_receivable"]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-02",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "debit": amount,
                            "date_maturity": "2026-03-09",
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": amount,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        entry.line_ids.filtered(lambda line: line.account_id == account).no_followup = no_followup
        self.env.flush_all()
        return entry

    def test_general_entry_is_excluded_unless_somebody_includes_it(self):
        out = self.general_entry(True)
        included = self.general_entry(False, 30.0)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertIn("$ 30.00 is due today", mail["subject"])
        self.assertFalse(self.ledger(out))
        self.assertTrue(self.ledger(included))

    def test_draft_invoice_is_nobodys_debt(self):
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-02",
                "invoice_date_due": "2026-03-09",
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 5.0, "tax_ids": []})
                ],
            }
        )
        self.day("2026-03-02")
        self.assertFalse(self.debtor())

    def test_vendor_bill_is_nobodys_debt(self):
        self.invoice("2026-03-09", date="2026-03-02", move_type="in_invoice")
        self.day("2026-03-02")
        self.assertFalse(self.debtor())

    def test_cancelled_invoice_takes_back_what_was_planned(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
            self.assertEqual(self.said()[-1], ("Due today", "planned"))
            move.button_draft()
            move.button_cancel()
        self.assertFalse(self.day("2026-03-09"))
        self.assertEqual(self.followups()[-1].reason, "gone")
        self.assertIn(("Due today", "cancelled", "gone"), self.ledger(move))
        self.assertIn(("A week before", "sent", "due"), self.ledger(move), "history was lost")

    def test_reversed_invoice_is_silent(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-05 10:00"):
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"journal_id": move.journal_id.id, "date": "2026-03-05"})
            )
            refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
            refund.action_post()
            if move.amount_residual:
                (move + refund).line_ids.filtered(
                    lambda line: line.account_type == "asset_receivable"
                ).reconcile()
            self.run_ruler("track")
        self.assertFalse(self.instalments(move).is_open)
        self.assertFalse(self.day("2026-03-06") + self.day("2026-03-09"), "no chase, and no thanks")
        self.assertFalse(self.thanks())

    def test_reset_to_draft_with_changed_terms_makes_another_instalment(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-05 10:00"):
            move.button_draft()
            move.invoice_date_due = "2026-03-30"
            move.action_post()
        self.assertFalse(self.day("2026-03-09"), "the old date was chased")
        old, new = self.instalments(move)
        self.assertTrue(old.gone)
        self.assertFalse(old.is_open)
        self.assertEqual((str(new.due_date), new.is_open), ("2026-03-30", True))
        self.assertEqual(len(self.day("2026-03-23")), 1)
        self.assertEqual(self.debtor().amount_due, 100.0)

    def test_reset_to_draft_and_posted_again_unchanged_repeats_nothing(self):
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        with self.at("2026-03-10 09:00"):
            move.button_draft()
            self.run_ruler("track")
            move.action_post()
        self.assertFalse(self.day("2026-03-10", "10:00"), "it was said already")
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"])
        self.assertEqual(self.instalments(move).occurrence, 0)


@tagged("post_install", "-at_install")
class TestThanks(MoneyCase):
    """A5"""

    def pay_at(self, when, move, amount=None, **values):
        with self.at(when):
            payment = self.pay(move, amount, **values)
            self.run_ruler("track")
        return payment

    def test_part_payment_is_thanked_for_with_what_remains(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        self.assertFalse(self.day("2026-03-03", "15:00"), "on the same day")
        (mail,) = self.day("2026-03-04")
        self.assertIn("we received $ 30.00", mail["subject"])
        self.assertIn("$ 70.00 of it remains open", mail["body"])

    def test_second_part_payment_is_thanked_for_again(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        self.day("2026-03-04")
        self.pay_at("2026-03-05 10:00", move, 70.0)
        (mail,) = self.day("2026-03-06")
        self.assertIn("we received $ 70.00", mail["subject"])
        self.assertNotIn("remains open", mail["body"])
        self.assertEqual(len(self.thanks()), 2)

    def test_paid_on_friday_thanked_on_monday(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-06 17:00", move)
        self.assertFalse(self.day("2026-03-07") + self.day("2026-03-08"))
        self.assertEqual(len(self.day("2026-03-09")), 1)

    def test_todays_payment_is_not_thanked_for_with_fridays(self):
        first = self.due_on_the_ninth()
        second = self.invoice("2026-03-30", 50.0, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-06 17:00", first)
        self.pay_at("2026-03-09 07:30", second)
        (fridays,) = self.day("2026-03-09")
        self.assertIn("we received $ 100.00", fridays["subject"])
        (todays,) = self.day("2026-03-10")
        self.assertIn("we received $ 50.00", todays["subject"])

    def test_several_payments_one_thanks(self):
        first = self.due_on_the_ninth()
        second = self.invoice("2026-03-30", 50.0, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-03 10:00", first)
        self.pay_at("2026-03-03 11:00", second)
        sent = self.day("2026-03-04")
        self.assertEqual(len(sent), 1)
        self.assertIn("we received $ 150.00", sent[0]["subject"])
        self.assertIn(first.name, sent[0]["body"])
        self.assertIn(second.name, sent[0]["body"])

    def test_each_currency_is_thanked_for_by_itself(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        dollars = self.invoice("2026-03-30", 100.0, date="2026-03-02")
        euros = self.invoice("2026-03-30", 70.0, date="2026-03-02", currency_id=euro.id)
        with self.at("2026-03-02 09:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-03 10:00", dollars, 40.0)
        self.pay_at("2026-03-03 11:00", euros)
        sent = self.day("2026-03-04")
        self.assertEqual(
            sorted(mail["subject"].partition(": ")[2] for mail in sent),
            ["we received $ 40.00, thank you", "we received 70.00 €, thank you"],
        )

    def test_thanks_take_back_the_planned_reminder(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
            self.assertEqual(self.said()[-1], ("Due today", "planned"))
        self.pay_at("2026-03-09 08:30", move)
        self.assertIn(("Due today", "cancelled"), self.said())

    def test_payment_undone_before_the_thanks_cancels_them_and_resumes(self):
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        payment = self.pay_at("2026-03-10 10:00", move)
        with self.at("2026-03-10 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        self.assertEqual((self.thanks().state, self.thanks().reason), ("cancelled", "reversed"))
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"], "it goes on where it stood")
        self.assertEqual(self.instalments(move).occurrence, 0)
        self.assertFalse(self.followups(purpose="returned"))

    def test_payment_undone_while_its_thanks_stand_in_the_outbox(self):
        move = self.due_on_the_ninth()
        payment = self.pay_at("2026-03-03 10:00", move)
        with self.at("2026-03-04 09:30"):
            self.run_ruler()
            self.assertEqual(self.thanks().state, "queued")
            self.undo(payment)
            self.assertFalse(self.deliver(), "thanked for money that went back")
        self.assertEqual((self.thanks().state, self.thanks().reason), ("cancelled", "reversed"))

    def test_one_of_two_payments_undone_before_the_thanks(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        payment = self.pay_at("2026-03-03 11:00", move, 20.0)
        with self.at("2026-03-03 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        (mail,) = self.day("2026-03-04")
        self.assertIn("we received $ 30.00", mail["subject"])
        self.assertIn("$ 70.00 of it remains open", mail["body"])
        states = self.thanks().item_ids.sorted("id").mapped(lambda i: (i.state, i.reason))
        self.assertEqual(states, [("sent", "due"), ("cancelled", "reversed")])

    def test_payment_undone_before_its_thanks_is_no_return_though_another_was_thanked_for(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        self.assertEqual(len(self.day("2026-03-04")), 1)
        payment = self.pay_at("2026-03-04 11:00", move)
        with self.at("2026-03-04 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        self.assertFalse(self.day("2026-03-05") + self.day("2026-03-06"))
        self.assertEqual(self.instalments(move).occurrence, 0)
        self.assertFalse(self.followups(purpose="returned"))

    def test_part_that_was_thanked_for_comes_back_and_the_other_does_not(self):
        move = self.due_on_the_ninth()
        first = self.pay_at("2026-03-03 10:00", move, 30.0)
        self.day("2026-03-04")
        self.pay_at("2026-03-04 11:00", move)
        self.day("2026-03-05")
        with self.at("2026-03-05 15:00"):
            self.undo(first)
            self.run_ruler("track")
        (mail,) = self.day("2026-03-06")
        self.assertIn("came back", mail["subject"])
        self.assertIn("$ 30.00", mail["body"])
        rows = self.thanks().item_ids.sorted("id").mapped(lambda i: (i.state, i.reason))
        self.assertEqual(rows, [("sent", "reversed"), ("sent", "due")])

    def test_word_about_a_returned_payment_comes_before_the_step_also_over_a_weekend(self):
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        payment = self.pay_at("2026-03-10 10:00", move)
        self.day("2026-03-11")
        with self.at("2026-03-13 09:00"):  # a Friday
            self.undo(payment)
        self.assertFalse(self.day("2026-03-13", "10:00"))
        (mail,) = self.day("2026-03-16")
        self.assertIn("came back", mail["subject"])

    def test_thanks_that_waited_through_a_pause_are_one(self):
        first = self.due_on_the_ninth()
        second = self.invoice("2026-03-30", 50.0, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.run_ruler("enrol")
        self.ruler.action_pause()
        self.pay_at("2026-03-03 10:00", first)
        self.assertFalse(self.day("2026-03-04"))
        self.pay_at("2026-03-05 10:00", second)
        self.assertFalse(self.day("2026-03-06"))
        with self.at("2026-03-06 12:00"):
            self.ruler.action_resume()
        (mail,) = self.day("2026-03-09")
        self.assertIn("we received $ 150.00", mail["subject"])

    def test_credit_note_gets_no_thanks(self):
        move = self.due_on_the_ninth()
        refund = self.credit_note(100.0, date="2026-03-03")
        with self.at("2026-03-03 10:00"):
            (move + refund).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            ).reconcile()
            self.run_ruler("track")
        self.assertFalse(self.day("2026-03-04"))
        self.assertFalse(self.thanks())

    def test_write_off_gets_no_thanks(self):
        move = self.due_on_the_ninth()
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-03",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_receivable"].id,
                            "partner_id": self.customer.id,
                            "credit": 100.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": 100.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        with self.at("2026-03-03 10:00"):
            (move + entry).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            ).reconcile()
            self.run_ruler("track")
        self.assertFalse(self.day("2026-03-04"))
        self.assertFalse(self.thanks())

    def test_of_a_payment_with_a_write_off_only_the_money_is_thanked_for(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-03 10:00"):
            wizard = (
                self.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create(
                    {
                        "journal_id": self.bank_journal.id,
                        "payment_date": "2026-03-03",
                        "amount": 90.0,
                        "payment_difference_handling": "reconcile",
                        "writeoff_account_id": self.company_data["default_account_expense"].id,
                    }
                )
            )
            wizard._create_payments()
            self.env.flush_all()
            self.run_ruler("track")
        self.assertFalse(self.instalments(move).is_open, "nothing is proved here")
        (mail,) = self.day("2026-03-04")
        self.assertIn("we received $ 90.00", mail["subject"])

    def test_money_matched_from_the_bank_is_thanked_for(self):
        """Without a payment of Odoo: the line of the bank itself settles the invoice."""
        move = self.due_on_the_ninth()
        with self.at("2026-03-03 10:00"):
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.bank_journal.id,
                    "date": "2026-03-03",
                    "payment_ref": "TRANSFER",
                    "partner_id": self.customer.id,
                    "amount": 40.0,
                }
            )
            other = line.move_id.line_ids.filtered(
                lambda part: part.account_id == self.bank_journal.suspense_account_id
            )
            other.account_id = self.company_data["default_account_receivable"]
            (move.line_ids + other).filtered(
                lambda part: part.account_type == "asset_receivable"
            ).reconcile()
            self.run_ruler("track")
        (mail,) = self.day("2026-03-04")
        self.assertIn("we received $ 40.00", mail["subject"])
        self.assertIn("$ 60.00 of it remains open", mail["body"])

    def test_payment_of_five_days_ago_is_thanked_for_and_of_six_not(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-09 10:00", move, 30.0, date="2026-03-04")
        self.assertEqual(len(self.thanks()), 1)
        other = self.env["res.partner"].create({"name": "Old", "email": "old@customer.example.com"})
        late = self.invoice("2026-03-30", 50.0, other, date="2026-03-02")
        with self.at("2026-03-03 10:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-09 10:00", late, date="2026-03-03")
        self.assertFalse(self.followups(other, purpose="thanks"))

    def test_money_of_before_the_ruler_is_not_thanked_for(self):
        other = self.env["res.partner"].create({"name": "Old", "email": "old@customer.example.com"})
        move = self.invoice("2026-03-30", 50.0, other, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.pay(move, 20.0)
        self.day("2026-03-03")
        self.day("2026-03-04")
        self.assertFalse(self.followups(other, purpose="thanks"))

    def test_thanks_leave_although_everything_is_held(self):
        move = self.due_on_the_ninth()
        self.hold()
        self.pay_at("2026-03-03 10:00", move)
        self.assertEqual(len(self.day("2026-03-04")), 1)

    def test_payment_reconciled_anew_is_thanked_for_once(self):
        move = self.due_on_the_ninth()
        payment = self.pay_at("2026-03-03 10:00", move)
        self.assertEqual(len(self.day("2026-03-04")), 1)
        lines = (move + payment.move_id).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        for day, seen in (("05", False), ("06", True)):  # whether a run comes between
            with self.at(f"2026-03-{day} 10:00"):
                lines.remove_move_reconcile()
                self.env.flush_all()
                self.assertTrue(self.instalments(move).is_open)
                if seen:
                    self.run_ruler("track")
                lines.reconcile()
                self.run_ruler("track")
            self.assertEqual(len(self.thanks()), 1, seen)
        self.assertFalse(self.day("2026-03-09"))


@tagged("post_install", "-at_install")
class TestUndone(MoneyCase):
    """A5: what was settled and is open again."""

    def receivable(self, *moves):
        lines = self.env["account.move"].union(*moves).line_ids
        return lines.filtered(lambda line: line.account_type == "asset_receivable")

    def assert_no_return(self, move):
        self.assertFalse(
            self.followups(purpose="returned").filtered(lambda f: f.state != "cancelled"),
            "no payment came back",
        )

    def test_credit_note_undone_is_no_payment_that_came_back(self):
        move = self.due_on_the_ninth()
        refund = self.credit_note(100.0, date="2026-03-03")
        with self.at("2026-03-03 10:00"):
            self.receivable(move, refund).reconcile()
            self.run_ruler("track")
        self.assertTrue(self.instalments(move).settled_on)
        with self.at("2026-03-05 10:00"):
            refund.button_draft()
            refund.button_cancel()
            self.run_ruler("track")
        self.assert_no_return(move)
        self.assertFalse(self.day("2026-03-06"))
        self.assertEqual(self.instalments(move).occurrence, 0)
        (mail,) = self.day("2026-03-09")
        self.assertIn("$ 100.00 is due today", mail["subject"])

    def test_payment_mended_within_the_hour_did_not_come_back(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-03 10:00"):
            payment = self.pay(move)
            self.run_ruler("track")
        self.assertEqual(len(self.day("2026-03-04")), 1)
        with self.at("2026-03-05 10:00"):
            self.undo(payment)
            self.run_ruler()
            self.assertTrue(self.instalments(move).is_open, "nothing is proved here")
            self.assertFalse(self.deliver(), "the customer heard of it at once")
        with self.at("2026-03-05 10:40"):
            payment.action_draft()
            payment.action_post()
            self.receivable(move, payment.move_id).reconcile()
            self.run_ruler()
        self.assertFalse(self.instalments(move).is_open)
        self.assert_no_return(move)
        self.assertFalse(self.day("2026-03-06") + self.day("2026-03-09"))
        self.assertEqual(len(self.thanks()), 1)

    def planned_for_nine(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
        self.assertEqual(self.said()[-1], ("Due today", "planned"))
        return move

    def assert_said_after_all(self, move):
        (mail,) = self.day("2026-03-09")
        self.assertIn("$ 100.00 is due today", mail["subject"])
        self.assertFalse(self.day("2026-03-09", "11:00") + self.day("2026-03-10"), "said twice")
        said = [row for row in self.ledger(move) if row[0] == "Due today" and row[1] != "cancelled"]
        self.assertEqual(said, [("Due today", "sent", "due")])
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"])

    def test_planned_step_is_said_after_all_when_the_payment_is_undone(self):
        move = self.planned_for_nine()
        with self.at("2026-03-09 08:10"):
            payment = self.pay(move)
            self.run_ruler("track")
            self.assertIn(("Due today", "cancelled", "paid"), self.ledger(move))
        with self.at("2026-03-09 08:20"):
            self.undo(payment)
            self.run_ruler()
        self.assert_said_after_all(move)

    def test_planned_step_is_said_after_all_when_the_invoice_is_posted_again(self):
        move = self.planned_for_nine()
        with self.at("2026-03-09 08:10"):
            move.button_draft()
            self.run_ruler()
            self.assertIn(("Due today", "cancelled", "gone"), self.ledger(move))
        with self.at("2026-03-09 08:20"):
            move.action_post()
            self.run_ruler()
        self.assert_said_after_all(move)

    def test_step_undone_days_later_is_said_and_no_firmer_one(self):
        move = self.planned_for_nine()
        with self.at("2026-03-09 08:10"):
            payment = self.pay(move)
            self.run_ruler("track")
        with self.at("2026-03-09 17:00"):
            self.undo(payment)
            self.run_ruler("track")
        (mail,) = self.day("2026-03-10")
        self.assertNotIn("please pay", mail["subject"])
        self.assertFalse(self.day("2026-03-10", "11:00"))
        self.assertFalse(self.followups(purpose="returned"))
