"""While the conditions of a ruler are written, the page says whom all of them leave (A6)."""

from odoo.tests import Form, tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install", "quick")
class TestWho(CollectionCommon):
    """Ana owes two invoices, a company one."""

    def setUp(self):
        super().setUp()
        company = self.person("Bert Ltd", is_company=True)
        company.country_id = self.env.ref("base.ie")
        for partner, amount in ((self.customer, 100), (self.customer, 200), (company, 900)):
            self.invoice("2026-03-10", amount, partner, date="2026-03-02")

    def enrol(self):
        self.activate("2026-03-02")
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")

    def words(self, **values):
        self.ruler.write(values)
        return self.ruler.matching_text

    def test_nothing_is_counted_before_invoices_are_known(self):
        self.assertFalse(self.ruler.matching_text)

    def test_all_conditions_count_together(self):
        self.enrol()
        self.assertEqual(
            self.ruler.matching_text,
            "All of this together: 2 customers who owe now, with 3 open invoices.",
        )
        self.assertIn("1 customer who owes now, with 2 open", self.words(customer_kind="person"))
        self.assertIn("1 customer who owes now, with 1 open", self.words(amount_min=150.0))
        self.assertIn(
            "0 customers who owe now, with 0 open",
            self.words(partner_domain="[('name', '=', 'No')]"),
        )

    def test_it_follows_what_is_written_before_it_is_saved(self):
        self.enrol()
        with Form(self.ruler) as form:
            self.assertIn("2 customers", form.matching_text)
            form.customer_kind = "company"
            self.assertIn("1 customer who owes now, with 1 open invoice.", form.matching_text)
            form.country_ids.add(self.env.ref("base.us"))
            self.assertIn("0 customers", form.matching_text)

    def test_several_rulers_are_counted_in_one_query(self):
        self.enrol()
        rulers = self.ruler + self.ruler.copy({"customer_kind": "company"})
        rulers.invalidate_recordset(["matching_text"])
        rulers.mapped("customer_kind")
        both, companies = rulers.mapped("matching_text")
        self.assertIn("2 customers", both)
        self.assertIn("1 customer who", companies)
        with self.assertQueryCount(1):
            rulers._count_matching(list(rulers))

    def test_a_filter_that_is_none_yet_says_nothing(self):
        self.enrol()
        draft = self.ruler.new({"company_id": self.company.id, "partner_domain": "[('na"})
        self.assertFalse(draft.matching_text)
