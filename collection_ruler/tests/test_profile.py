"""The payer profile in the books: SQL adds up what the plain definition says (F6)."""

from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from ..dunning.profile import add_up, classify, habit
from .profile_case import TODAY, ProfileCase


@tagged("post_install", "-at_install")
class TestProfile(ProfileCase):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def history(self, partner):
        """A customer to whom everything happened that can happen to an invoice."""
        self.paid("2025-01-15", "2025-03-01", 350.0, partner)  # before any ruler
        self.paid("2026-02-10", "2026-02-04", 999.0, partner)  # early
        self.paid("2026-05-16", "2026-05-18", 120.0, partner)  # Saturday, paid on Monday
        self.paid("2026-05-03", "2026-05-06", 80.0, partner)  # Sunday before a holiday
        self.paid("2023-05-05", "2023-09-05", 500.0, partner)  # longer ago than anything counts
        self.invoice("2023-06-07", 40.0, partner, date="2023-05-05")  # so long ago, and open
        parts = self.invoice("2026-04-08", 300.0, partner)
        self.pay(parts, 100.0, "2026-04-01")
        self.pay(parts, 50.0, "2026-04-30")
        credited = self.invoice("2026-02-20", 200.0, partner)
        note = self.credit_note(150.0, partner, "2026-03-30")
        lines = (credited + note).line_ids
        lines.filtered(lambda x: x.account_type == "asset_receivable").reconcile()
        self.pay(credited, date="2026-03-03")
        self.write_off(self.invoice("2026-01-20", 60.0, partner), 55.0, "2026-02-02")
        undone = self.paid("2026-03-17", "2026-03-20", 70.0, partner)
        self.undo(undone.line_ids.full_reconcile_id.reconciled_line_ids.payment_id)
        reversed_ = self.invoice("2026-03-25", 90.0, partner)
        reversed_._reverse_moves(cancel=True)
        self.invoice("2026-08-01", 75.0, partner)  # coming due
        ahead = self.invoice("2026-08-02", 75.0, partner)
        self.pay(ahead, 25.0, "2026-05-01")  # in part, and coming due
        self.invoice("2026-02-25", 44.0, partner).button_draft()
        excluded = self.invoice("2026-02-24", 33.0, partner)
        excluded.line_ids.no_followup = True
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0), ("2026-05-01", 4.0)])
        self.paid("2026-04-22", "2026-05-11", 500.0, partner, currency_id=foreign.id)
        terms = self.env.ref("account.account_payment_term_30days").copy(
            {
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                        for days in (10, 70)
                    ),
                ]
            }
        )
        plan = self.invoice(False, 640.0, partner, "2026-02-01", invoice_payment_term_id=terms.id)
        self.pay(plan, 400.0, "2026-03-10")

    def write_off(self, move, amount, date):
        """Paid but for some, which is written off by an entry of its own."""
        self.pay(move, amount, date)
        receivable = move.line_ids.filtered(lambda x: x.account_type == "asset_receivable")
        rest = receivable.amount_residual
        entry = self.env["account.move"].create(
            {
                "date": "2026-05-20",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": move.partner_id.id,
                            "credit": rest,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": rest,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (receivable + entry.line_ids.filtered("credit")).reconcile()

    def test_sql_adds_up_what_the_definition_says(self):
        child = self.env["res.partner"].create({"name": "Shop", "parent_id": self.customer.id})
        self.history(self.customer)
        self.paid("2026-05-12", "2026-05-29", 210.0, child)
        other = self.person("Bert")
        self.invoice("2026-05-01", 10.0, other)
        self.look()
        facts = self.facts()
        self.assertGreater(len(facts), 12)
        for bank_days in (True, False):
            self.company.collection_bank_days = bank_days
            self.assertEqual(self.sums(), add_up(self.facts()), f"bank days: {bank_days}")
        self.assertEqual(self.sums(other), add_up(self.facts(other)))

    def test_the_debtor_says_what_the_definition_says(self):
        self.history(self.customer)
        debtor = self.look()
        expected = habit(add_up(self.facts()))
        self.assertEqual(debtor.profile, classify(expected, self.company._collection_thresholds()))
        self.assertEqual(debtor.profile_instalments, expected.instalments)
        self.assertEqual(Decimal(f"{debtor.profile_delay:.1f}"), expected.delay)
        self.assertEqual(Decimal(f"{debtor.profile_on_time:.2f}"), expected.on_time)
        self.assertEqual(debtor.profile_trend, expected.trend)
        self.assertEqual(debtor.profile_on, TODAY)

    def test_due_on_saturday_and_paid_on_monday_is_on_time(self):
        for due, on in (
            ("2026-05-16", "2026-05-18"),
            ("2026-05-09", "2026-05-11"),
            ("2026-05-23", "2026-05-25"),
        ):
            self.paid(due, on)
        self.invoice("2026-07-01")
        debtor = self.look()
        self.assertEqual((debtor.profile, debtor.profile_on_time), ("punctual", 1.0))
        self.company.collection_bank_days = False
        debtor = self.look("2026-06-02")
        self.assertEqual((debtor.profile, debtor.profile_on_time), ("punctual", 0.0))
        self.assertEqual(debtor.profile_delay, 2.0)

    def test_another_date_agreed_later_makes_nobody_punctual(self):
        move = self.invoice("2026-04-08", 100.0)
        self.look("2026-04-15")
        with self.at("2026-04-15 13:00"):
            move.invoice_date_due = "2026-05-06"
            self.env.flush_all()
        self.pay(move, date="2026-05-06")
        self.look()
        ((half_year),) = self.sums()
        self.assertEqual((half_year.on_time, half_year.amount_days), (0, Decimal(28 * 100)))

    def test_seven_days_are_not_three_months(self):
        classes = {}
        for late, name in ((0, "Ana"), (7, "Bea"), (30, "Cleo"), (90, "Dora")):
            partner = self.person(name)
            self.always(late, partner=partner)
            self.invoice("2026-07-01", partner=partner)
            classes[name] = partner
        self.look()
        self.assertEqual(
            [self.debtor(partner).profile for partner in classes.values()],
            ["punctual", "forgetful", "late", "chronic"],
        )

    def test_history_from_before_the_first_ruler_counts(self):
        self.always(7, 5)
        self.invoice("2026-07-01")
        debtor = self.look()
        self.assertFalse(debtor.instalment_ids - debtor.instalment_ids.filtered("is_open"))
        self.assertEqual((debtor.profile, debtor.profile_instalments), ("forgetful", 5))

    def test_a_payment_counts_with_the_refresh_after_it(self):
        self.always(0)
        move = self.invoice("2026-05-04", 900.0)
        self.assertEqual(self.look().profile, "late")  # 27 days, and nothing came
        with self.at("2026-06-01 13:00"):
            self.pay(move, date="2026-05-05")
        debtor = self.look("2026-06-01", "track")
        self.assertEqual(debtor.profile, "punctual")
        with self.at("2026-06-01 14:00"):
            self.undo(move.matched_payment_ids)
        self.assertEqual(self.look("2026-06-01", "track").profile, "late")

    def test_once_a_day_each_profile_is_made_anew(self):
        self.always(0)
        self.invoice("2026-07-01")
        debtor = self.look()
        with self.at("2026-06-01 18:00"):
            self.assertEqual(self.env["collection.profile"]._todo(self.company), [])
        with self.at("2026-06-02 08:00"):
            self.assertEqual(self.env["collection.profile"]._todo(self.company), debtor.ids)
            self.run_ruler("profile")
            self.assertEqual(self.env["collection.profile"]._todo(self.company), [])
        self.assertEqual(str(debtor.profile_on), "2026-06-02")

    def test_nothing_is_written_to_the_chatter(self):
        self.always(30)
        move = self.invoice("2026-07-01")
        debtor = self.look()
        before = debtor.message_ids
        self.pay(move, date="2026-05-05")
        self.look("2026-06-02")
        self.assertEqual(debtor.message_ids, before)

    def test_other_thresholds_hold_with_the_next_run(self):
        self.always(7)
        self.invoice("2026-07-01")
        debtor = self.look()
        self.assertEqual(debtor.profile, "forgetful")
        self.company.write({"collection_punctual_days": 7, "collection_forgetful_days": 20})
        self.assertEqual(self.look("2026-06-01", "profile").profile, "punctual")
        self.company.collection_profile_instalments = 4
        self.assertEqual(self.look("2026-06-01", "profile").profile, "new")

    def test_thresholds_that_do_not_rise_are_refused(self):
        for values in (
            {"collection_punctual_days": -1},
            {"collection_punctual_days": 10},
            {"collection_late_days": 10},
            {"collection_profile_instalments": 0},
        ):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.company.write(values)
                self.env.flush_all()

    def test_customers_who_can_never_be_contacted_have_a_profile(self):
        self.always(7)
        self.invoice("2026-07-01")
        # no time zone of the world shows both sides' hours
        self.customer.write({"country_id": self.env.ref("base.us").id, "tz": False})
        debtor = self.look()
        self.assertEqual(debtor.profile, "forgetful")

    def test_a_branch_shares_the_history_and_another_company_does_not(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        other = self._create_company(name="Other").with_env(self.env)
        receivable = self.company_data["default_account_receivable"]
        self.customer.with_company(branch).property_account_receivable_id = receivable
        self.always(7, 2)
        for company, due, on in (
            (branch, "2026-04-07", "2026-04-14"),
            (branch, "2026-05-06", "2026-05-13"),
            (other, "2026-04-07", "2026-05-30"),
        ):
            companies = (self.company + company).ids
            move = self.invoice_in(company, companies, due)
            wizard = (
                self.env["account.payment.register"]
                .with_context(
                    active_model="account.move", active_ids=move.ids, allowed_company_ids=companies
                )
                .create({"payment_date": on})
            )
            wizard._create_payments()
        self.invoice("2026-07-01")
        debtor = self.look()
        self.assertEqual((debtor.profile, debtor.profile_instalments), ("forgetful", 4))

    def invoice_in(self, company, companies, due):
        move = (
            self.env["account.move"]
            .with_company(company)
            .with_context(allowed_company_ids=companies)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "company_id": company.id,
                    "invoice_date": "2026-03-02",
                    "invoice_date_due": due,
                    "invoice_line_ids": [
                        Command.create({"name": "Lessons", "price_unit": 100.0, "tax_ids": []})
                    ],
                }
            )
        )
        move.action_post()
        return move

    # words

    def test_the_debtor_explains_the_class(self):
        self.always(6, 5)
        self.paid("2025-05-06", "2025-06-03")
        self.paid("2025-06-06", "2025-07-04")
        self.paid("2025-07-07", "2025-07-07")
        self.invoice("2026-07-01")
        debtor = self.look()
        self.assertEqual(
            debtor.profile_text,
            "Forgetful: on average 8 days late over 8 instalments of the last two years, 13 % on time, "
            "getting better.",
        )
        self.assertIn("Up to 2 days late on average is punctual", debtor.profile_rule)

    def test_new_customers_are_told_from_unknown_ones(self):
        self.invoice("2026-07-01")
        with self.at("2026-06-01 12:00"):
            self.run_ruler("enrol")
        self.assertIn("Not known yet", self.debtor().profile_text)
        debtor = self.look()
        self.assertIn("New: nothing of the last two years was paid", debtor.profile_text)
        self.paid("2026-05-05", "2026-05-05")
        self.look("2026-06-02")
        self.assertIn("seen so far: 1 of the 3 instalments", debtor.profile_text)

    def test_a_persons_own_word_stands_beside_it_and_stays(self):
        self.customer.with_company(self.company).trust = "good"
        self.always(90)
        self.invoice("2026-07-01")
        debtor = self.look()
        self.assertEqual((debtor.profile, debtor.trust_text), ("chronic", "Good Debtor"))
        self.assertEqual(self.customer.with_company(self.company).trust, "good")

    def test_people_do_not_write_a_profile(self):
        self.invoice("2026-07-01")
        debtor = self.look()
        collector = new_test_user(
            self.env,
            login="profile_collector",
            groups="base.group_user,collection_ruler.collection_ruler_group_collector",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        mine = debtor.with_env(self.env(user=collector, su=False))
        self.assertIn("New", mine.profile_text)
        self.assertTrue(mine.trust_text)
        with self.assertRaises(AccessError):
            mine.write({"profile": "chronic"})

    def test_no_template_may_use_it(self):
        """C7: what we think of a customer is never sent to them."""
        offered = self.env["collection.followup"].mail_allowed_qweb_expressions()
        self.assertFalse([e for e in offered if "profile" in e or "trust" in e or "expected" in e])

    # expected payments

    def test_open_instalments_are_expected_by_the_habit(self):
        self.always(7)
        coming = self.invoice("2026-07-04")  # a Saturday
        self.invoice("2026-05-29", 1.0)
        debtor = self.look()
        self.assertEqual(debtor.profile_delay, 7.0)
        with self.at("2026-06-01 12:00"):
            found = self.instalments(coming)
            self.assertEqual(str(found.expected_date), "2026-07-13")
            self.assertEqual(found.expected_text, "07/13/2026")
        with self.at("2026-07-14 12:00"):
            found.invalidate_recordset()
            self.assertFalse(found.expected_date)
            self.assertEqual(found.expected_text, "later than usual")

    def test_of_new_customers_nothing_is_usual(self):
        move = self.invoice("2026-07-04")
        self.look()
        with self.at("2026-06-01 12:00"):
            found = self.instalments(move)
            self.assertEqual(str(found.expected_date), "2026-07-06")
        with self.at("2026-07-14 12:00"):
            found.invalidate_recordset()
            self.assertFalse(found.expected_date or found.expected_text)

    def test_expected_days_of_many_cost_no_query_each(self):
        self.always(7)
        moves = [self.invoice(f"2026-07-{day:02}") for day in range(1, 21)]
        self.look()
        with self.at("2026-06-01 12:00"):
            few, many = self.instalments(*moves[:2]), self.instalments(*moves)

            def queries(records):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                records.mapped("expected_text")
                return self.env.cr.sql_log_count - before

            queries(many)  # what is read once for all
            self.assertEqual(queries(many), queries(few))
