"""Money that is under way is not asked for (D3)."""

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import email_normalize

from ..models.company.bank_data import bank_data_until
from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestUnderWay(MoneyCase):
    """D3: under way, in whatever form it comes."""

    def pay_without_entry(self, move):
        """With Enterprise accounting and no outstanding account, the entry comes with the statement."""
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
        return payment

    def test_payment_without_entry_is_under_way(self):
        move = self.due_on_the_ninth()
        payment = self.pay_without_entry(move)
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

    def test_a_payment_that_does_not_arrive_is_asked_about_once(self):
        """Else a cheque that was never honoured silences its debt for ever, and nobody knows."""
        self.pay_without_entry(self.due_on_the_ninth())
        task = "Look after a payment that has not arrived"
        for day in ("2026-03-09", "2026-03-13"):
            self.assertFalse(self.day(day))
            self.assertNotIn(task, self.tasks())
        for day in ("2026-03-16", "2026-03-18"):
            self.assertFalse(self.day(day))
            self.assertEqual(self.tasks().count(task), 1)
        with self.at("2026-03-18 12:00"):
            self.debtor()._open_tasks(task).action_feedback()
        self.assertFalse(self.day("2026-03-19"))
        self.assertNotIn(task, self.tasks(), "somebody looked")

    def test_the_task_ends_when_the_payment_is_cancelled(self):
        payment = self.pay_without_entry(self.due_on_the_ninth())
        for day in ("2026-03-09", "2026-03-16"):
            self.day(day)
        task = "Look after a payment that has not arrived"
        self.assertIn(task, self.tasks())
        with self.at("2026-03-18 10:00"):
            payment.action_cancel()
        self.day("2026-03-18")
        self.assertNotIn(task, self.tasks())

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
        self.assertEqual([c.blocked_by for c in snapshot[debtor.id].claims], ["in_flight"])
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
                self.assertEqual(claim.blocked_by, "in_bank")
                line.unlink()

    def blocked(self, line, day="2026-03-09", partner=None):
        """Why nothing is said that day while this line is unmatched; the line is gone afterwards."""
        with self.at(f"{day} 09:00"):
            debtor = self.debtor(partner)
            snapshot = self.env["collection.snapshot"]._take(self.company.id, debtor.ids)
            line.unlink()
        (claim,) = snapshot[debtor.id].claims
        return claim.blocked_by

    def test_a_line_is_known_as_banks_write(self):
        move = self.due_on_the_ninth()
        self.customer.write({"name": "João Conceição Ltda", "vat": False})
        self.customer.company_registry = "12.345.678/0001-95"
        year, number = move.name.split("/")[1:]
        for values, reason in (
            ({"payment_ref": "PIX JOAO CONCEICAO"}, "in_bank"),
            ({"partner_name": "CONCEICAO JOAO"}, "in_bank"),
            ({"payment_ref": "12345678000195"}, "in_bank"),
            ({"payment_ref": f"INV/{year}/{int(number)}"}, "in_bank"),
            ({"payment_ref": "PIX", "transaction_details": {"payer": "Joao Conceicao"}}, "in_bank"),
            ({"payment_ref": "PIX", "narration": "<p>JOAO <b>CONCEICAO</b></p>"}, "in_bank"),
            ({"payment_ref": "PIX JOANA CONCEICAO"}, None),
            ({"payment_ref": f"9{year}{number}9"}, None),
        ):
            with self.subTest(values):
                line = self.bank_line("2026-03-06", **values)
                self.assertEqual(self.blocked(line), reason)

    def test_names_and_accounts_that_are_archived_count_for_nothing(self):
        self.due_on_the_ninth()
        self.env["res.partner.bank"].create(
            {
                "acc_number": "IE64 IRCE 9205 0112 3456 78",
                "partner_id": self.customer.id,
                "active": False,
            }
        )
        self.env["res.partner"].create(
            {"name": "Till Old", "parent_id": self.customer.id, "active": False}
        )
        self.env["res.partner"].create({"name": "Ana Example", "active": False})  # a namesake
        for values, reason in (
            ({"account_number": "IE64IRCE92050112345678"}, None),
            ({"partner_name": "Till Old"}, None),
            ({"partner_name": "ANA EXAMPLE"}, "in_bank"),
        ):
            with self.subTest(values):
                line = self.bank_line("2026-03-06", **values)
                self.assertEqual(self.blocked(line), reason)

    def test_an_amount_that_fits_nothing_silences_three_working_days(self):
        self.due_on_the_ninth()
        self.company.collection_bank_stale_days = 0
        for amount, last in ((7.0, "2026-03-11"), (100.0, "2026-05-05"), (250.0, "2026-03-11")):
            for day in ("2026-03-09", "2026-03-11", "2026-03-12", "2026-05-05", "2026-05-06"):
                with self.subTest(amount=amount, day=day):
                    line = self.bank_line("2026-03-06", amount, partner_name="ANA EXAMPLE")
                    self.assertEqual(self.blocked(line, day), "in_bank" if day <= last else None)

    def match(self, line):
        """A person books it, as whose ever it is."""
        suspense = line.move_id.line_ids.filtered(
            lambda part: part.account_id == self.bank_journal.suspense_account_id
        )
        suspense.account_id = self.company_data["default_account_revenue"]

    def test_a_person_is_asked_once_and_no_more_when_the_line_is_matched(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            line = self.bank_line("2026-03-09", 7.0, payment_ref="ANA EXAMPLE <b>")
        self.assert_silent(move, "in_bank")
        self.assert_silent(move, "in_bank", "2026-03-10")
        (task,) = self.debtor().activity_ids
        self.assertIn("Match money on the bank account", task.summary)
        self.assertIn("7.00", task.note)
        task.action_feedback("I am looking")
        self.assert_silent(move, "in_bank", "2026-03-11")
        self.assertFalse(self.debtor().activity_ids, "asked twice about one line")
        with self.at("2026-03-11 12:00"):
            second = self.bank_line("2026-03-11", 8.0, payment_ref="ANA EXAMPLE")
        self.assert_silent(move, "in_bank", "2026-03-12")
        self.assertEqual(len(self.debtor().activity_ids), 1)
        self.match(line)
        self.match(second)
        with self.at("2026-03-12 12:00"):
            self.env["collection.money.task"]._close(self.company)
        self.assertFalse(self.debtor().activity_ids)

    def test_money_that_comes_between_plan_and_send_is_told_too(self):
        """A8: at the doors as well as in the plan."""
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            self.run_ruler("track", "plan")
            self.assertEqual(self.followups()[-1].state, "planned")
            credit = self.credit_note(100.0, date="2026-03-09")
        with self.at("2026-03-09 10:00"):
            self.run_ruler("send")
        self.assertEqual(self.followups()[-1].reason, "covered")
        to_reconcile = "Reconcile the outstanding credits of this customer"
        self.assertEqual(self.tasks().count(to_reconcile), 1)
        with self.at("2026-03-09 12:00"):
            (credit | move).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            ).reconcile()
            self.run_ruler("track")
        self.assertFalse(self.tasks())

    def test_two_customers_of_one_name_are_both_silent(self):
        namesake = self.person("Ana Example")
        self.invoice("2026-03-09", 80.0, namesake, date="2026-03-02")
        move = self.due_on_the_ninth()
        self.bank_line("2026-03-06", payment_ref="EXAMPLE ANA")
        self.assert_silent(move, "in_bank")
        self.assertEqual(self.debtor(namesake).instalment_ids.waiting_reason, "in_bank")
        told = [t for p in (None, namesake) for t in self.tasks(p) if t.startswith("Match money")]
        self.assertEqual(len(told), 1, "one line, one task")

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

    def test_bank_data_is_as_old_as_that_of_the_account_furthest_behind(self):
        """E2: of those that customers pay into."""
        other, empty, archived, payroll = (
            self.bank_journal.copy({"name": name, "code": code})
            for name, code in (
                ("Other", "BNK7"),
                ("Empty", "BNK8"),
                ("Shut", "BNK9"),
                ("Pay", "BNK6"),
            )
        )
        cash = self.env["account.journal"].create({"name": "Till", "type": "cash", "code": "TIL"})
        self.bank_line("2026-03-09")
        self.bank_line("2026-03-13", journal_id=other.id)
        self.bank_line("2026-01-02", journal_id=archived.id)
        self.bank_line("2026-01-02", journal_id=cash.id)
        self.bank_line("2026-01-02", -5.0, journal_id=payroll.id)
        archived.active = False
        self.assertTrue(empty.active)

        def behind():
            day, journal = bank_data_until(self.company)
            return str(day), journal

        self.assertEqual(behind(), ("2026-03-09", self.bank_journal))
        self.bank_line("2026-03-14")
        self.assertEqual(behind(), ("2026-03-13", other))
        self.bank_line("2026-01-02", journal_id=payroll.id)
        self.assertEqual(behind(), ("2026-01-02", payroll), "somebody pays into it")

    def test_the_main_account_without_new_data_silences_what_is_overdue(self):
        other = self.bank_journal.copy({"name": "Other", "code": "BNK7"})
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        self.bank_line("2026-02-20", -5.0)
        self.bank_line("2026-03-10", -5.0, journal_id=other.id)
        self.assert_silent(move, "stale_bank", "2026-03-11")
        with self.at("2026-03-11 10:00"):
            self.company.invalidate_recordset()
            self.assertIn(self.bank_journal.name, self.company.collection_notice)

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
