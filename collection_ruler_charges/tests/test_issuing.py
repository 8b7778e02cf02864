"""A person charges: looked at, chosen, made a draft, once (D6)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ChargeCase


@tagged("post_install", "-at_install")
class TestIssuing(ChargeCase):
    def test_a_draft_with_a_line_per_charge_that_names_invoice_and_basis(self):
        move = self.owe()
        self.rule.write({"fee": 40.0, "penalty": 2.0})
        note = self.issue()
        self.assertEqual(
            (note.state, note.move_type, note.partner_id), ("draft", "out_invoice", self.acme)
        )
        self.assertEqual(note.amount_total, 70.0)
        lines = note.invoice_line_ids.filtered(lambda ln: ln.display_type == "product")
        self.assertEqual(sorted(lines.mapped("price_subtotal")), [10.0, 20.0, 40.0])
        for line in lines:
            self.assertIn(move.name, line.name)
            self.assertFalse(line.tax_ids)
        self.assertIn(
            "36.5 % a year on $ 1,000.00 for 10 days",
            " ".join(lines.mapped("name")).replace("\xa0", " "),
        )
        self.assertIn("Clause 7 of our contract.", " ".join(note.invoice_line_ids.mapped("name")))
        self.assertEqual(note.create_uid, self.collector)

    def test_the_principal_stays_what_it_is(self):
        move = self.owe()
        self.issue()
        self.assertEqual(move.amount_residual, 1000.0)
        with self.at("2026-03-19 13:00"):
            self.run_ruler("track")
        self.assertEqual(self.debtor(self.acme).amount_due, 1000.0, "a draft is not owed")

    def test_what_was_charged_is_charged_once_and_goes_on_from_there(self):
        self.rule.fee = 40.0
        move = self.owe()
        self.issue().action_post()
        self.assertEqual(self.counted(move), "charged")
        self.assertEqual(self.counted(move, "2026-03-21"), [("interest", 2, 1000.0, 2.0)])

    def test_deleting_cancelling_or_reversing_the_note_frees_it(self):
        move = self.owe()
        whole = [("interest", 10, 1000.0, 10.0)]
        self.issue().unlink()
        self.assertEqual(self.counted(move), whole)
        self.issue().button_cancel()
        self.assertEqual(self.counted(move), whole)
        note = self.issue()
        note.action_post()
        self.assertEqual(self.counted(move), "charged")
        note._reverse_moves(cancel=True)
        self.assertEqual(self.counted(move), whole)

    def test_what_was_reversed_is_charged_anew_after_it(self):
        move = self.owe()
        note = self.issue()
        note.action_post()
        note._reverse_moves(cancel=True)
        again = self.issue()
        self.assertNotEqual(again, note)
        self.assertEqual(self.counted(move), "charged")

    def test_a_line_deleted_from_the_draft_is_free_again(self):
        self.rule.fee = 40.0
        move = self.owe()
        note = self.issue()
        note.invoice_line_ids.filtered(lambda ln: ln.price_subtotal == 40.0).unlink()
        self.env.invalidate_all()
        self.assertEqual(self.counted(move), [("fee", 0, 1000.0, 40.0)])

    def test_a_cancelled_note_cannot_come_back_once_it_was_charged_anew(self):
        self.owe()
        first = self.issue()
        first.button_cancel()
        self.issue("2026-03-20")
        with (
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            first.button_draft()
            self.env.flush_all()

    def test_invoices_of_others_do_not_pay_for_it(self):
        """A stored field that follows the note would be looked up for each line of every invoice."""
        note = self.env["account.move"]
        for name in ("state", "payment_state", "line_ids"):
            followers = self.env.registry.get_dependent_fields(note._fields[name])
            ours = {f for f in followers if f.model_name.startswith("collection.charge")}
            self.assertFalse(ours, name)

    def test_two_people_charge_at_once_and_it_is_charged_once(self):
        move = self.owe()
        with self.at("2026-03-19 12:00"):
            one, other = self.dialog(), self.dialog()
            one.action_issue()
            with self.assertRaises(UserError):
                other.action_issue()
        self.assertEqual(len(self.env["collection.charge"].search([("move_id", "=", move.id)])), 1)

    def test_a_dialog_that_is_too_old_charges_nothing(self):
        move = self.owe()
        with self.at("2026-03-19 12:00"):
            dialog = self.dialog()
            self.pay(move, date="2026-03-12")
            with self.assertRaises(UserError):
                dialog.action_issue()
        self.assertFalse(self.charges())

    def test_the_debit_note_bears_no_charges_itself(self):
        self.owe()
        note = self.issue()
        note.invoice_date = "2026-03-19"
        note.action_post()
        with self.at("2026-03-19 13:00"):
            self.run_ruler("enrol")
        self.assertEqual(len(self.instalments(note)), 1, "it is an ordinary receivable")
        self.assertEqual(self.counted(note, "2026-06-19"), "is_charge")

    def test_lines_can_be_left_out_and_charged_later(self):
        self.rule.fee = 40.0
        move = self.owe()
        with self.at("2026-03-19 12:00"):
            dialog = self.dialog()
            dialog.line_ids.filtered(lambda ln: ln.kind == "fee").take = False
            self.assertEqual(dialog.total_text.replace("\xa0", " "), "$ 10.00")
            dialog.action_issue()
        self.assertEqual(self.counted(move), [("fee", 0, 1000.0, 40.0)])

    def test_nothing_selected_is_refused(self):
        self.owe()
        with self.at("2026-03-19 12:00"):
            dialog = self.dialog()
            dialog.line_ids.take = False
            with self.assertRaises(UserError):
                dialog.action_issue()

    def test_what_was_paid_late_is_offered_and_not_selected(self):
        move = self.owe()
        self.pay(move, date="2026-03-12")
        with self.at("2026-03-19 12:00"):
            line = self.dialog().line_ids
        self.assertEqual((line.take, line.amount), (False, 3.0))
        self.assertIn("paid late", line.words)

    def test_what_is_on_hold_is_offered_and_not_selected(self):
        disputed, other = self.owe(), self.owe()
        self.hold(disputed, partner=self.acme, date_to="2026-03-20")
        with self.at("2026-03-19 12:00"):
            lines = self.dialog().line_ids
            self.assertEqual(
                [(ln.instalment_id.move_id, ln.take) for ln in lines],
                [(disputed, False), (other, True)],
            )
            self.assertIn("on hold", lines[0].words)
        with self.at("2026-03-21 12:00"):
            self.assertTrue(all(self.dialog().line_ids.mapped("take")))

    def test_the_dialog_says_why_nothing_is_charged(self):
        self.rule.debtor_kind = "company"
        move = self.owe(partner=self.customer)
        with self.at("2026-03-19 12:00"):
            dialog = self.dialog(self.customer)
        self.assertFalse(dialog.line_ids)
        self.assertIn(move.name, dialog.others)
        self.assertIn("this customer is a person", dialog.others)

    def test_the_instalments_of_a_plan_are_named_once(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Three months",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in ((30, 30), (30, 60), (40, 90))
                ],
            }
        )
        move = self.owe(invoice_payment_term_id=term.id)
        with self.at("2026-03-19 12:00"):
            dialog = self.dialog()
        self.assertEqual(dialog.others.count(move.name), 1)
        self.assertIn("3 instalments", dialog.others)

    def test_a_fixed_fee_in_another_currency_gets_a_draft_of_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        self.rule.write({"fee": 40.0, "currency_id": euro.id})
        self.owe()
        self.issue()
        notes = self.charges().debit_move_id
        self.assertEqual(
            {(n.currency_id.name, n.amount_total) for n in notes}, {("USD", 10.0), ("EUR", 40.0)}
        )

    def test_product_and_account_of_the_rule_are_taken(self):
        product = self.env["product.product"].create(
            {
                "name": "Late charges",
                "property_account_income_id": self.company_data["default_account_revenue"].id,
                "taxes_id": self.company_data["default_tax_sale"].ids,
            }
        )
        self.rule.product_id = product
        self.owe()
        note = self.issue()
        (line,) = note.invoice_line_ids.filtered("product_id")
        self.assertEqual(line.account_id, product.property_account_income_id)
        self.assertTrue(line.tax_ids, "the product's taxes are left out")
        self.assertEqual(line.price_unit, 10.0)
        note.unlink()
        account = self.company_data["default_account_revenue"].copy()
        self.rule.write(
            {"product_id": False, "company_id": self.company.id, "account_id": account.id}
        )
        line = self.issue().invoice_line_ids.filtered(lambda ln: ln.display_type == "product")
        self.assertEqual((line.account_id, len(line.tax_ids)), (account, 0))

    def test_an_invoice_changed_after_it_was_charged_is_not_charged_again(self):
        self.rule.fee = 40.0
        move = self.owe()
        self.issue()
        move.button_draft()
        move.invoice_date_due = "2026-03-10"
        move.action_post()
        with self.at("2026-03-19 13:00"):
            self.run_ruler("enrol")
            left = self.instalments(move).filtered(lambda i: not i.gone)
            counted = self.env["collection.charge"]._count(left)[left.id]
        self.assertEqual(str(counted.why_not), "changed")

    def test_a_merged_customer_was_charged(self):
        move = self.owe()
        self.issue()
        twin = self.env["res.partner"].create({"name": "Acme Ltd", "is_company": True})
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.acme.id, twin.id], twin, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertEqual(self.counted(move), "charged")

    def test_a_customer_given_a_parent_was_charged(self):
        move = self.owe(partner=self.customer)
        self.issue(partner=self.customer)
        with self.at("2026-03-19 13:00"):
            self.customer.parent_id = self.acme
            self.run_ruler("enrol")
        self.env.invalidate_all()
        self.assertEqual(self.instalments(move).partner_id, self.acme)
        self.assertEqual(self.counted(move), "charged")

    def test_readers_and_strangers_charge_nothing(self):
        self.owe()
        reader = self.new_user("only_reads", "collection_ruler.collection_ruler_group_reader")
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger", "collection_ruler.collection_ruler_group_manager", company=other
        )
        for user, words in ((reader, "Only collectors"), (stranger, "")):
            with self.subTest(user.login), self.assertRaisesRegex(AccessError, words):
                self.dialog(user=user)
        with self.at("2026-03-19 12:00"):
            dialog = self.dialog()
        with self.assertRaises(AccessError):
            dialog.with_user(reader).action_issue()
        self.assertFalse(self.charges())

    def test_who_has_only_the_branch_charges(self):
        branch = self.env["res.company"].create(
            {
                "name": "Cork",
                "parent_id": self.company.id,
                "country_id": self.company.country_id.id,
            }
        )
        self.env.cr.precommit.run()  # the branch takes over the chart of accounts
        companies = (self.company + branch).ids
        self.env = self.env(context={**self.env.context, "allowed_company_ids": companies})
        clerk = self.new_user(
            "clerk",
            "account.group_account_invoice",
            "collection_ruler.collection_ruler_group_collector",
            company=branch,
        )
        move = self.owe(company_id=branch.id)
        self.env.invalidate_all()
        theirs = self.env(user=clerk, su=False, context={"allowed_company_ids": branch.ids})
        with self.at("2026-03-19 12:00"):
            action = theirs["collection.debtor"].search([]).action_charge()
            dialog = theirs[action["res_model"]].browse(action["res_id"])
            self.assertEqual(dialog.line_ids.instalment_id, self.instalments(move).with_env(theirs))
            dialog.action_issue()
        charges = self.env["collection.charge"].search([("move_id", "=", move.id)])
        self.assertEqual(charges.debit_move_id.company_id, branch)

    def test_another_company_sees_neither_charges_nor_rules(self):
        self.owe()
        self.issue()
        self.rule.company_id = self.company
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger", "collection_ruler.collection_ruler_group_manager", company=other
        )
        theirs = self.env(user=stranger, su=False, context={"allowed_company_ids": other.ids})
        self.assertFalse(theirs["collection.charge"].search([]))
        self.assertFalse(theirs["collection.charge.rate"].search([("rule_id", "=", self.rule.id)]))
        self.assertNotIn(self.rule.id, theirs["collection.charge.rule"].search([]).ids)

    def test_the_figure_on_the_debtor(self):
        move = self.owe()
        with self.at("2026-03-19 12:00"):
            debtor = self.debtor(self.acme).with_user(self.collector)
            self.assertEqual(debtor.charge_text.replace("\xa0", " "), "$ 10.00")
            self.assertTrue(debtor.can_charge)
        self.issue()
        self.env.invalidate_all()
        with self.at("2026-03-21 12:00"):
            words = debtor.charge_text.replace("\xa0", " ")
        self.assertEqual(words, "$ 2.00, $ 10.00 in drafts, not posted")
        self.charges().debit_move_id.unlink()
        self.pay(move, date="2026-03-12")
        self.env.invalidate_all()
        self.assertFalse(debtor.charge_text or debtor.can_charge)
