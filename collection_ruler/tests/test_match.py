"""Which ruler takes an invoice, why, and what no ruler takes (A6)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install", "quick")
class TestMatch(CollectionCommon):
    """Rulers "First" with a condition, then "Default" that takes everybody; both are switched on."""

    def setUp(self):
        super().setUp()
        self.first = self.ruler.copy({"name": "First", "sequence": 1})
        self.ruler.sequence = 2
        self.other = self.env["res.partner"].create(
            {
                "name": "Bert Ltd",
                "email": "bert@customer.example.com",
                "is_company": True,
                "country_id": self.env.ref("base.ie").id,
            }
        )

    def taken(self, move=None, **conditions):
        """Which ruler takes an invoice when the first has these conditions."""
        self.first.write(conditions)
        with self.at("2026-03-02 09:30"):
            (self.first + self.ruler)._activate()
        move = move or self.invoice("2026-03-10", 100.0, date="2026-03-02")
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
        self.instalment = move.collection_instalment_ids
        return self.instalment.ruler_id.name

    def why(self, move):
        with self.at("2026-03-02 10:05"):
            move.invalidate_recordset(["collection_why"])
            return str(move.collection_why)

    def test_kind_of_customer(self):
        self.assertEqual(self.taken(customer_kind="company"), "Default")
        self.assertEqual(self.taken(self.invoice("2026-03-10", 100.0, self.other)), "First")

    def test_persons(self):
        self.assertEqual(self.taken(customer_kind="person"), "First")
        self.assertEqual(self.taken(self.invoice("2026-03-10", 100.0, self.other)), "Default")

    def test_country(self):
        self.assertEqual(
            self.taken(country_ids=[Command.set(self.env.ref("base.ie").ids)]), "Default"
        )
        self.assertEqual(self.taken(self.invoice("2026-03-10", 100.0, self.other)), "First")

    def test_amount_is_that_of_the_invoice_in_the_companys_currency(self):
        self.assertEqual(self.taken(amount_min=100.01), "Default")
        self.assertEqual(self.taken(self.invoice("2026-03-10", 100.01)), "First")
        # 150 in a currency of which two make one of ours
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        move = self.invoice("2026-03-10", 150.0, currency_id=foreign.id)
        self.assertEqual(self.taken(move), "Default")
        move = self.invoice("2026-03-10", 250.0, currency_id=foreign.id)
        self.assertEqual(self.taken(move), "First")

    def test_payment_terms(self):
        terms = self.env.ref("account.account_payment_term_30days")
        self.assertEqual(self.taken(payment_term_ids=[Command.set(terms.ids)]), "Default")
        move = self.invoice(False, date="2026-03-02", invoice_payment_term_id=terms.id)
        self.assertEqual(self.taken(move), "First")

    def test_journal(self):
        sales = self.company_data["default_journal_sale"]
        account = sales.default_account_id.id
        journal = sales.copy(
            {"name": "Export", "code": "EXP", "sequence": 99, "default_account_id": account}
        )
        self.assertEqual(self.taken(journal_ids=[Command.set(journal.ids)]), "Default")
        self.assertEqual(self.taken(self.invoice("2026-03-10", journal_id=journal.id)), "First")

    def test_all_conditions_have_to_hold(self):
        self.assertEqual(self.taken(customer_kind="person", amount_min=500.0), "Default")
        self.assertEqual(self.taken(self.invoice("2026-03-10", 500.0)), "First")

    # why, in words

    def test_why_names_the_conditions_and_the_rulers_before(self):
        move = self.invoice("2026-03-10", 100.0, date="2026-03-02")
        self.taken(move, customer_kind="company", amount_min=500.0)
        why = self.why(move)
        self.assertIn("“Default” takes what no ruler before it takes.", why)
        self.assertIn("Not “First”: it is for companies, invoices of at least $", why)
        large = self.invoice("2026-03-10", 900.0, self.other)
        self.taken(large)
        self.assertIn(
            "“First” is the first ruler that takes it: companies, invoices of", self.why(large)
        )

    def test_why_says_that_a_ruler_keeps_what_it_took(self):
        move = self.invoice("2026-03-10", 100.0, date="2026-03-02")
        self.taken(move, customer_kind="person")
        self.first.customer_kind = "company"
        self.assertIn("“First” took it; what a ruler has taken stays with it.", self.why(move))

    def test_a_customers_ruler_is_one_of_the_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        theirs = self.ruler.copy({"name": "Ruler of Elsewhere", "company_id": elsewhere.id})
        with self.assertRaisesRegex(UserError, "Ruler of Elsewhere"):
            self.customer.with_company(self.company).collection_ruler_id = theirs

    def test_why_tells_a_persons_word_from_a_match(self):
        own = self.invoice("2026-03-10", 100.0, collection_ruler_id=self.ruler.id)
        self.other.with_company(self.company).collection_ruler_id = self.ruler
        of_customer = self.invoice("2026-03-10", 100.0, self.other)
        self.assertEqual(self.taken(own), "Default")
        self.assertIn("“Default”: chosen on this invoice.", self.why(own))
        self.assertIn("“Default”: chosen for this customer.", self.why(of_customer))
        self.assertEqual(of_customer.collection_instalment_ids.ruler_source, "customer")

    def test_why_of_what_no_ruler_takes(self):
        move = self.invoice("2026-03-10", 100.0, date="2026-03-02")
        self.assertIn("No ruler is switched on yet", self.why(move))
        self.ruler.customer_kind = "company"
        self.assertFalse(self.taken(move, amount_min=500.0))
        why = self.why(move)
        self.assertIn("No ruler takes it", why)
        self.assertIn("Not “Default”: it is for companies.", why)
        self.ruler.customer_kind = False
        self.assertIn("The next run chooses a ruler for it", self.why(move))

    def test_why_is_not_asked_of_what_nobody_owes(self):
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        self.assertFalse(bill.collection_why)

    def test_why_escapes_what_people_typed(self):
        self.first.name = "<b>First</b>"
        move = self.invoice("2026-03-10", 100.0, date="2026-03-02")
        self.taken(move)
        self.assertIn("“&lt;b&gt;First&lt;/b&gt;” takes every invoice.", self.why(move))

    def test_reader_sees_why(self):
        move = self.invoice("2026-03-10", 100.0, date="2026-03-02")
        self.taken(move, partner_domain="[('ref', '=', 'VIP')]")
        reader = new_test_user(
            self.env,
            "reader of rulers",
            "account.group_account_readonly,collection_ruler.collection_ruler_group_reader",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        self.assertIn("customers of its filter", self.why(move.with_user(reader)))

    def test_customers_are_not_told_which_rulers_there_are(self):
        move = self.invoice("2026-03-10", 100.0, date="2026-03-02")
        customer = new_test_user(self.env, "customer", "base.group_portal")
        with self.assertRaises(AccessError):
            move.with_user(customer).read(["collection_why"])


@tagged("post_install", "-at_install", "quick")
class TestCoverage(CollectionCommon):
    """The report of what is overdue and reaches nobody."""

    def nobody(self):
        """{invoice: reason} on the 20th of March."""
        self.env.flush_all()
        with self.at("2026-03-20 12:00"):
            rows = self.env["collection.coverage"].search([("company_id", "=", self.company.id)])
            return {row.move_id: row.reason for row in rows}

    def test_each_overdue_receivable_is_covered_or_named_with_the_reason(self):
        moves = [
            self.invoice(due, 100.0, date="2026-03-02", collection_ruler_id=ruler.id)
            for due, ruler in (
                ("2026-03-10", self.env["collection.ruler"]),
                ("2026-03-11", self.ruler.copy({"name": "Paused"})),
                ("2026-03-12", self.ruler.copy({"name": "Ended"})),
                ("2026-03-13", self.env["collection.ruler"]),
                ("2026-03-25", self.env["collection.ruler"]),
            )
        ]
        covered, paused, ended, excluded, coming = moves
        self.assertEqual(set(self.nobody().values()), {"no_ruler"})
        (paused.collection_ruler_id + ended.collection_ruler_id).sequence = 99
        self.activate("2026-03-02")
        with self.at("2026-03-02 09:30"):
            (paused.collection_ruler_id + ended.collection_ruler_id)._activate()
        paused.collection_ruler_id.action_pause()
        ended.collection_ruler_id.date_to = "2026-03-15"
        excluded.line_ids.no_followup = True
        expected = {paused: "ruler_stopped", ended: "ended", excluded: "blocked"}
        self.assertEqual(self.nobody(), expected)
        self.assertNotIn(covered, self.nobody())
        late = self.invoice("2026-03-14", 100.0, date="2026-03-02")
        self.assertEqual(self.nobody(), {**expected, late: "not_yet"})
        for ruler in (self.ruler, paused.collection_ruler_id):  # a paused one takes too
            ruler.customer_kind = "company"
        with self.at("2026-03-20 09:30"):
            self.run_ruler("enrol")
        self.assertEqual(self.nobody(), {**expected, late: "no_match"})
        self.pay(late)
        self.assertEqual(self.nobody(), expected)
        self.assertNotIn(coming, self.nobody())

    def test_row_says_what_is_open_and_since_when(self):
        move = self.invoice("2026-03-10", 100.0, date="2026-03-02")
        self.pay(move, 40.0)
        self.env.flush_all()
        with self.at("2026-03-20 12:00"):
            row = self.env["collection.coverage"].search([("move_id", "=", move.id)])
            self.assertEqual((row.residual, row.days_overdue), (60.0, 10))
            self.assertEqual(row.action_open_move()["res_id"], move.id)

    def test_companies_see_their_own(self):
        self.invoice("2026-03-10", 100.0, date="2026-03-02")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "reader elsewhere",
            "account.group_account_readonly,collection_ruler.collection_ruler_group_reader",
            company_id=elsewhere.id,
            company_ids=elsewhere.ids,
        )
        self.env.flush_all()
        rows = self.env["collection.coverage"].with_context(allowed_company_ids=elsewhere.ids)
        self.assertFalse(rows.with_user(user).search([]))
        self.assertTrue(rows.with_context(allowed_company_ids=self.company.ids).search([]))
