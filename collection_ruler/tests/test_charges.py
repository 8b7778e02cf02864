"""Late charges: by whom they may be asked for, from when, once, and apart from the principal (D6, A3)."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..models.common.memo import Memo
from .common import CollectionCommon


class ChargeCase(CollectionCommon):
    """Acme, a company in Germany, owes; its ruler may charge 36.5 % a year: a thousandth a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme = cls.env["res.partner"].create(
            {
                "name": "Acme",
                "is_company": True,
                "email": "accounts@acme.example.com",
                "country_id": cls.env.ref("base.de").id,
                "lang": "en_US",
            }
        )
        cls.rule = cls.charge_rule(interest_period="year_365")
        cls.add_rate(36.5)
        cls.ruler.charge_rule_id = cls.rule
        cls.collector = cls.new_user(
            "charging", "collection_ruler.collection_ruler_group_collector"
        )

    @classmethod
    def charge_rule(cls, **values):
        return cls.env["collection.charge.rule"].create(
            {
                "name": "Contract",
                "basis": "Clause 7 of our contract.",
                "currency_id": cls.company.currency_id.id,
                **values,
            }
        )

    @classmethod
    def add_rate(cls, percent, day="2020-01-01", rule=None):
        return cls.env["collection.charge.rate"].create(
            {"rule_id": (rule or cls.rule).id, "date_from": day, "percent": percent}
        )

    def owe(self, due="2026-03-09", amount=1000.0, partner=None, **values):
        """An invoice that the running ruler has taken."""
        if self.ruler.state == "draft":
            self.activate("2026-03-02")
        move = self.invoice(due, amount, partner or self.acme, date="2026-03-02", **values)
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
        return move

    def counted(self, move, day="2026-03-19"):
        """(kind, days, base, amount) of what may be charged that day, or why nothing."""
        self.env.flush_all()
        with self.at(f"{day} 12:00"):
            (one,) = self.env["collection.charge"]._count(self.instalments(move)).values()
        if one.why_not:
            return str(one.why_not)
        return [(ln.kind, ln.days, float(ln.base), float(ln.amount)) for ln in one.lines]

    def charges(self):
        """All that was charged by this company, in the order of charging."""
        own = [("company_id", "=", self.company.id)]
        return self.env["collection.charge"].search(own, order="id")

    def dialog(self, partner=None, user=None):
        debtor = self.debtor(partner or self.acme).with_user(user or self.collector)
        action = debtor.action_charge()
        return debtor.env[action["res_model"]].browse(action["res_id"])

    def paid_aside(self, amount, day="2026-03-09", **values):
        """Money of Acme that nobody has reconciled."""
        with self.at(f"{day} 12:00"):
            self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.acme.id,
                    "amount": amount,
                    "journal_id": self.bank_journal.id,
                    "date": day,
                    **values,
                }
            ).action_post()
            self.env.flush_all()

    def issue(self, day="2026-03-19", partner=None, take=None):
        """A collector makes the draft; returns it."""
        with self.at(f"{day} 12:00"):
            dialog = self.dialog(partner)
            if take is not None:
                dialog.line_ids.take = take
            dialog.action_issue()
            self.env.flush_all()
        charges = self.charges()
        return charges[-1:].debit_move_id


@tagged("post_install", "-at_install")
class TestCounting(ChargeCase):
    def test_nothing_until_the_effective_due_date_and_a_day_after_it(self):
        move = self.owe("2026-03-14")  # a Saturday: Monday 16 counts
        for day in ("2026-03-02", "2026-03-14", "2026-03-16"):
            self.assertEqual(self.counted(move, day), "not_late")
        self.assertEqual(self.counted(move, "2026-03-17"), [("interest", 1, 1000.0, 1.0)])

    def test_due_on_saturday_paid_on_monday_bears_nothing(self):
        move = self.owe("2026-03-14")
        self.pay(move, date="2026-03-16")
        self.assertEqual(self.counted(move, "2026-04-20"), "in_time")

    def test_another_date_bears_nothing_before_it_and_then_from_the_original_one(self):
        move = self.owe()
        with self.at("2026-03-12 10:00"):
            move.invoice_date_due = "2026-03-26"
        self.assertEqual(self.counted(move, "2026-03-26"), "not_late")
        self.assertEqual(self.counted(move, "2026-03-27"), [("interest", 18, 1000.0, 18.0)])

    def test_another_date_on_a_saturday_is_late_after_monday(self):
        move = self.owe()
        with self.at("2026-03-12 10:00"):
            move.invoice_date_due = "2026-03-28"
        self.assertEqual(self.counted(move, "2026-03-30"), "not_late")
        self.assertEqual(self.counted(move, "2026-03-31"), [("interest", 22, 1000.0, 22.0)])

    def test_what_was_charged_follows_to_another_date(self):
        move = self.owe()
        with self.at("2026-03-12 10:00"):
            self.dialog().action_issue()
            move.invoice_date_due = "2026-03-26"
        self.assertEqual(self.charges().due_date, date(2026, 3, 26))
        self.assertEqual(self.counted(move, "2026-03-27"), [("interest", 15, 1000.0, 15.0)])

    def test_a_part_payment_bears_less_from_its_day_on(self):
        move = self.owe()
        self.pay(move, 400.0, date="2026-03-13")
        self.assertEqual(
            self.counted(move), [("interest", 4, 1000.0, 4.0), ("interest", 6, 600.0, 3.6)]
        )

    def test_a_credit_note_takes_away_what_was_never_owed(self):
        move = self.owe()
        credit = self.credit_note(400.0, self.acme, date="2026-03-16")
        (move + credit).line_ids.filtered(
            lambda ln: ln.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(self.counted(move), [("interest", 10, 600.0, 6.0)])

    def test_a_payment_that_came_back_paid_nothing(self):
        move = self.owe()
        payment = self.pay(move, date="2026-03-12")
        self.assertEqual(self.counted(move), [("interest", 3, 1000.0, 3.0)])
        self.undo(payment)
        self.assertEqual(self.counted(move), [("interest", 10, 1000.0, 10.0)])

    def test_a_rate_that_changes_in_the_middle(self):
        self.add_rate(73.0, "2026-03-15")
        self.assertEqual(
            self.counted(self.owe()),
            [("interest", 5, 1000.0, 5.0), ("interest", 5, 1000.0, 10.0)],
        )

    def test_each_currency_has_its_decimals(self):
        for name, amount, expected in (("JPY", 12345.0, 123.0), ("KWD", 123.456, 1.235)):
            currency = self.env.ref(f"base.{name}")
            currency.active = True
            with self.subTest(name):
                move = self.owe(amount=amount, currency_id=currency.id)
                self.assertEqual(self.counted(move)[0][3], expected)

    def test_persons_are_not_charged_by_a_rule_for_companies(self):
        self.rule.debtor_kind = "company"
        self.assertEqual(self.counted(self.owe())[0][0], "interest")
        self.assertEqual(self.counted(self.owe(partner=self.customer)), "not_company")

    def test_a_rule_of_a_country_is_not_for_others(self):
        self.rule.country_ids = self.env.ref("base.de")
        self.assertEqual(self.counted(self.owe())[0][0], "interest")
        self.assertEqual(self.counted(self.owe(partner=self.customer)), "elsewhere")

    def test_without_late_charges_there_are_none(self):
        self.ruler.charge_rule_id = False
        self.assertEqual(self.counted(self.owe()), "no_rule")

    def test_each_instalment_by_itself(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": n})
                    for n in (7, 11)
                ],
            }
        )
        self.activate("2026-03-02")
        move = self.invoice(
            False, 1000.0, self.acme, date="2026-03-02", invoice_payment_term_id=terms.id
        )
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
        with self.at("2026-03-19 12:00"):
            counted = self.env["collection.charge"]._count(self.instalments(move))
        self.assertEqual([one.lines[0].days for one in counted.values()], [10, 6])

    def test_many_instalments_cost_no_more_queries_than_one(self):
        counts = []
        for number in range(2):
            for _more in range(1 + 4 * number):
                self.owe()
            moves = self.env["account.move"].search([("partner_id", "=", self.acme.id)])
            self.env.flush_all()
            self.env.invalidate_all()
            instalments = self.instalments(*moves)
            with self.at("2026-03-19 12:00"):
                before = self.env.cr.sql_log_count
                self.env["collection.charge"]._count(instalments)
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


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
            self.assertEqual(dialog.total_words.replace("\xa0", " "), "$ 10.00")
            dialog.action_issue()
        self.assertEqual(self.counted(move), [("fee", 0, 1000.0, 40.0)])

    def test_nothing_ticked_is_refused(self):
        self.owe()
        with self.at("2026-03-19 12:00"):
            dialog = self.dialog()
            dialog.line_ids.take = False
            with self.assertRaises(UserError):
                dialog.action_issue()

    def test_what_was_paid_late_is_offered_and_not_ticked(self):
        move = self.owe()
        self.pay(move, date="2026-03-12")
        with self.at("2026-03-19 12:00"):
            line = self.dialog().line_ids
        self.assertEqual((line.take, line.amount), (False, 3.0))
        self.assertIn("paid late", line.words)

    def test_what_is_on_hold_is_offered_and_not_ticked(self):
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

    def test_a_fixed_sum_in_another_currency_gets_a_draft_of_its_own(self):
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
            self.assertEqual(debtor.charge_words.replace("\xa0", " "), "$ 10.00")
            self.assertTrue(debtor.can_charge)
        self.issue()
        self.env.invalidate_all()
        with self.at("2026-03-21 12:00"):
            words = debtor.charge_words.replace("\xa0", " ")
        self.assertEqual(words, "$ 2.00, $ 10.00 in drafts, not posted")
        self.charges().debit_move_id.unlink()
        self.pay(move, date="2026-03-12")
        self.env.invalidate_all()
        self.assertFalse(debtor.charge_words or debtor.can_charge)


@tagged("post_install", "-at_install")
class TestEntry(ChargeCase):
    """Bad input is refused where it is entered, in words that say what to do."""

    def refused(self, words):
        return self.assertRaisesRegex(ValidationError, words)

    @contextmanager
    def impossible(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            yield
            self.env.flush_all()

    def test_charges_without_a_legal_basis(self):
        for values in ({"fee": 40.0}, {"penalty": 2.0}, {"interest_period": "month_30"}):
            with self.subTest(values), self.refused("Write down the law"), self.env.cr.savepoint():
                self.charge_rule(basis=" ", **values)

    def test_eu_40_on_a_ruler_for_persons(self):
        self.ruler.charge_rule_id = False
        self.ruler.customer_kind = "person"
        fee = self.charge_rule(fee=40.0, debtor_kind="company")
        with self.refused("companies only"), self.env.cr.savepoint():
            self.ruler.charge_rule_id = fee
        self.ruler.customer_kind = False
        self.ruler.charge_rule_id = fee
        self.assertIn("Persons are charged nothing", self.ruler.charge_note)
        with self.refused("companies only"), self.env.cr.savepoint():
            self.ruler.customer_kind = "person"
        fee.debtor_kind = "both"
        self.ruler.customer_kind = "person"
        with self.refused("companies only"), self.env.cr.savepoint():
            fee.debtor_kind = "company"

    def test_interest_without_a_rate_cannot_be_used(self):
        rule = self.charge_rule(interest_period="year_365")
        with self.refused("Enter the rate"), self.env.cr.savepoint():
            self.ruler.charge_rule_id = rule
        rate = self.add_rate(5.0, rule=rule)
        self.ruler.charge_rule_id = rule
        with self.refused("needs at least one rate"), self.env.cr.savepoint():
            rate.unlink()

    def test_a_fixed_sum_in_a_currency_that_nobody_uses(self):
        crown = self.env.ref("base.ISK")
        crown.active = False
        rule = self.charge_rule(fee=40.0, currency_id=crown.id)
        with self.refused("Activate the currency ISK"), self.env.cr.savepoint():
            self.ruler.charge_rule_id = rule

    def test_an_old_rate_of_a_published_one_wants_a_look(self):
        self.rule.reference = "Base rate"
        for day, stale in (("2020-06-30", False), ("2020-07-10", True)):
            with self.subTest(day), self.at(f"{day} 12:00"):
                self.rule.invalidate_recordset(["stale"])
                self.assertEqual("Look whether “Base rate”" in (self.rule.stale or ""), stale)
        self.rule.reference = False
        self.assertFalse(self.rule.stale, "a rate of the contract does not grow old")

    def test_a_used_rule_is_not_archived(self):
        with self.refused("archived"), self.env.cr.savepoint():
            self.rule.active = False

    def test_countries_that_do_not_meet(self):
        self.ruler.country_ids = self.env.ref("base.br")
        with self.refused("none of the countries"), self.env.cr.savepoint():
            self.rule.country_ids = self.env.ref("base.de")

    def test_numbers_that_cannot_be(self):
        for values in ({"fee": -1.0}, {"penalty": 101.0}, {"grace_days": -1}, {"margin": -1.0}):
            with self.subTest(values), self.impossible():
                self.charge_rule(**values)
        for percent, day in ((101.0, "2026-01-01"), (5.0, "2020-01-01")):
            with self.subTest(percent), self.impossible():
                self.add_rate(percent, day)

    def test_an_account_without_its_company(self):
        with self.refused("choose that company"), self.env.cr.savepoint():
            self.rule.account_id = self.company_data["default_account_revenue"]

    def test_shipped_rules_are_used_by_nobody_and_claim_no_rate_of_the_central_bank(self):
        business = self.env.ref("collection_ruler.collection_charge_rule_eu_business")
        brazil = self.env.ref("collection_ruler.collection_charge_rule_brazil")
        self.assertFalse((business + brazil).ruler_ids)
        self.assertEqual(
            (business.fee, business.debtor_kind, business.margin), (40.0, "company", 8.0)
        )
        self.assertFalse(business.rate_ids)
        self.assertIn("European Central Bank", business.missing)
        self.assertEqual((brazil.penalty, brazil.rate_ids.percent), (2.0, 1.0))
        self.assertEqual(brazil.summary, "2 % once + 1 % a month")
        self.assertEqual(brazil._rule().percent_on(date(2026, 1, 1)), Decimal(1))


@tagged("post_install", "-at_install")
class TestMessages(ChargeCase):
    def setUp(self):
        super().setUp()
        self.step("Firm and polite").show_charges = True

    def firm(self, **values):
        """What the firm e-mail says on Wednesday 18 March, nine days late."""
        self.owe(**values)
        for day in ("2026-03-02", "2026-03-09", "2026-03-11"):
            self.day(day)
        (mail,) = self.day("2026-03-18")
        return mail["body"]

    def test_charges_stand_apart_from_what_is_asked_for(self):
        body = self.firm()
        self.assertIn("not part of the amount above", body)
        self.assertIn("$ 9.00", body)
        self.assertIn("Clause 7 of our contract.", body)
        followup = self.followups(self.acme)[-1]
        self.assertEqual(followup.amount_due, 1000.0)
        self.assertNotIn("1,009", body)

    def test_a_step_that_does_not_want_them_does_not_name_them(self):
        self.step("Firm and polite").show_charges = False
        self.assertNotIn("not part of the amount above", self.firm())

    def test_a_person_is_told_of_no_charge_for_companies(self):
        self.rule.debtor_kind = "company"
        self.assertNotIn("not part of the amount above", self.firm(partner=self.customer))

    def test_while_credits_are_open_no_charges_are_named(self):
        self.owe()
        for day in ("2026-03-02", "2026-03-09", "2026-03-11"):
            self.day(day)
        self.paid_aside(600.0)  # on the due date: interest on 1000 would be wrong
        (mail,) = self.day("2026-03-18")
        self.assertIn("$ 400.00", mail["body"].replace("\xa0", " "))
        self.assertNotIn("not part of the amount above", mail["body"])

    def test_credits_in_another_currency_take_no_charges_away(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.paid_aside(600.0, "2026-03-02", currency_id=euro.id)
        self.assertIn("$ 9.00", self.firm())

    def test_a_batch_in_which_only_some_name_charges_counts_once(self):
        naming = self.made(2)
        silent = self.made(2)
        silent.step_id = self.step("Forgot?")
        memo = Memo(writing=(naming + silent).ids)
        naming = naming.with_context(collection_memo=memo)
        with self.at("2026-03-18 10:00"):
            first = naming[0]._counted_charges()
            self.assertIs(naming[1]._counted_charges(), first)
        self.assertEqual(set(first), set(naming.instalment_ids.ids))

    def made(self, count):
        """That many firm e-mails, each to a company of its own."""
        step = self.step("Firm and polite")
        made = self.env["collection.followup"]
        for number in range(count):
            partner = self.person(f"Firm {number}", is_company=True)
            move = self.owe(partner=partner)
            made += made.create(
                {
                    "debtor_id": self.debtor(partner).id,
                    "company_id": self.company.id,
                    "ruler_id": self.ruler.id,
                    "step_id": step.id,
                    "channel": "email",
                    "scheduled_at": "2026-03-18 10:00",
                    "currency_id": self.company.currency_id.id,
                    "amount_due": 1000.0,
                    "partner_id": partner.id,
                    "instalment_ids": [Command.set(self.instalments(move).ids)],
                }
            )
        return made

    def test_a_batch_of_messages_costs_no_query_more_than_one(self):
        made = self.made(6)
        costs = []
        with self.at("2026-03-18 10:00"):
            made.mapped("charges_text")  # views and languages are read once
            for some in (made[:1], made):
                self.env.flush_all()
                self.env.invalidate_all()
                # as the send verb does: what is the same for a batch is read once
                memo = Memo(writing=some.ids)
                some = some.browse(some.ids).with_context(collection_memo=memo)
                some.mapped("step_id.show_charges")
                some.mapped("debtor_id.partner_id.lang")
                some._fetch_for_words()
                before = self.env.cr.sql_log_count
                # one by one, as where each has a language of its own
                texts = [some.browse(key).charges_text for key in some.ids]
                costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(["9.00" in text for text in texts], [True] * 6)
        self.assertLessEqual(costs[1], costs[0])


@tagged("post_install", "-at_install")
class TestStepThatCharges(ChargeCase):
    """The task of the tenth day comes with a draft debit note."""

    def setUp(self):
        super().setUp()
        self.step("Review").issue_charges = True

    def review(self, partner=None, **values):
        move = self.owe(partner=partner, **values)
        for day in ("2026-03-11", "2026-03-18", "2026-03-19"):
            self.day(day)
        return move

    def test_the_draft_goes_with_the_task_and_is_made_once(self):
        move = self.review()
        note = self.charges().debit_move_id
        self.assertEqual((note.state, note.amount_total), ("draft", 10.0))
        self.assertEqual(note.partner_id, self.acme)
        task = self.debtor(self.acme).activity_ids.filtered(lambda a: a.summary == "Review")
        self.assertIn(f'data-oe-model="account.move" data-oe-id="{note.id}"', task.note)
        self.assertIn("10.00", task.note)
        self.assertEqual(self.followups(self.acme, step_name="Review").state, "sent")
        for day in ("2026-03-20", "2026-03-23"):
            self.day(day)
        self.assertEqual(len(self.charges()), 1)
        self.assertEqual(move.amount_residual, 1000.0)

    def test_where_nothing_may_be_charged_the_task_comes_alone(self):
        self.rule.debtor_kind = "company"
        self.review(self.customer)
        self.assertFalse(self.charges())
        self.assertIn("Review", self.tasks())

    def test_while_credits_are_open_the_task_says_why_there_is_no_draft(self):
        self.paid_aside(600.0, "2026-03-03")
        self.review()
        self.assertFalse(self.charges())
        task = self.debtor(self.acme).activity_ids.filtered(lambda a: a.summary == "Review")
        self.assertIn("No debit note was prepared", task.note)
        with self.at("2026-03-19 12:00"):
            notice = self.dialog().notice
        self.assertIn("open credits", notice)
        self.assertIn(notice, task.note, "dialog and task say the same")

    def test_a_task_that_several_invoices_share_says_it_once(self):
        self.paid_aside(600.0, "2026-03-03")
        self.owe("2026-03-10")
        self.review()
        self.day("2026-03-20")
        reviews = self.followups(self.acme, step_name="Review")
        self.assertEqual(len(reviews), 2)
        self.assertEqual(reviews.activity_id.note.count("No debit note was prepared"), 1)

    def test_credits_in_one_currency_leave_the_charges_in_another(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.paid_aside(600.0, "2026-03-03")
        foreign = self.owe(currency_id=euro.id)
        self.review()
        self.assertEqual(self.charges().move_id, foreign)

    def test_where_nothing_may_be_charged_credits_are_no_matter(self):
        self.rule.debtor_kind = "person"
        self.paid_aside(600.0, "2026-03-03")
        self.review()
        self.assertNotIn("No debit note", str(self.debtor(self.acme).activity_ids.mapped("note")))

    def test_many_tasks_that_charge_read_their_ledger_once(self):
        for number in range(4):
            self.owe(partner=self.person(f"Firm {number}", is_company=True))
        for day in ("2026-03-11", "2026-03-18"):
            self.day(day)
        with self.at("2026-03-19 09:30"):
            self.run_ruler("enrol", "track", "plan")
        tasks = self.env["collection.followup"].search(
            [("company_id", "=", self.company.id), ("step_id", "=", self.step("Review").id)]
        )
        costs = []
        for some in (tasks[:1], tasks):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = some._to_charge()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual([len(one) for one in found.values()], [1] * 4)
        self.assertLessEqual(costs[1], costs[0])

    def test_what_is_on_hold_is_not_charged(self):
        move = self.owe()
        other = self.owe(amount=500.0)
        with self.at("2026-03-12 10:00"):
            self.hold(other, partner=self.acme, origin="dispute")
        for day in ("2026-03-11", "2026-03-18", "2026-03-19"):
            self.day(day)
        self.assertEqual(self.charges().move_id, move)

    def test_only_a_task_after_the_due_date_prepares_a_debit_note(self):
        for name in ("Forgot?", "Due today", "Thank you"):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, "task for us"):
                self.step(name).issue_charges = True
        with self.assertRaisesRegex(ValidationError, "after the due date"):
            self.step("Review").offset_days = -1
