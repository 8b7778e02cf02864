"""The simulation shows what a ruler would say, and sends nothing (A12)."""

from datetime import datetime

from lxml import html
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestSimulation(CollectionCommon):
    def simulated(self, **values):
        wizard = self.env["collection.simulation"].create(
            {"ruler_id": self.ruler.id, "due_date": "2026-03-27", **values}
        )
        return str(wizard.result)

    def test_each_step_stands_on_its_day_with_what_moved_it(self):
        result = self.simulated()
        for words in (
            "Tue 17 Mar: Saint Patrick",  # ten days before is closed, and an invoice comes earlier then
            "Mon 16 Mar 2026, 09:00",
            "Send the invoice",
            "Fri 27 Mar 2026, 09:00",
            "Forgot? (E-mail)",
        ):
            self.assertIn(words, result)

    def test_it_is_what_then_happens(self):
        """The days of the simulation are those of a real invoice that nobody pays."""
        wizard = self.env["collection.simulation"].create(
            {"ruler_id": self.ruler.id, "due_date": "2026-03-16", "is_sent": True}
        )
        self.activate("2026-03-02")
        self.invoice("2026-03-16", 100.0, date="2026-03-02")
        for day in (9, 10, 12, 13, 16, 18, 19, 20, 23, 24, 25, 26, 27, 30):
            self.day(f"2026-03-{day:02}")
        messages = self.followups().filtered(lambda f: f.channel != "activity")
        self.assertGreaterEqual(len(messages), 4)
        for followup in messages:
            day = f"{followup.scheduled_at:%a} {followup.scheduled_at.day} Mar 2026, 09:00"
            self.assertIn(f"{day}</td><td>{followup.step_name} (", str(wizard.result))

    def test_a_plan_of_twelve_names_what_each_message_is_about(self):
        result = self.simulated(instalments=12)
        self.assertIn("due 27 Mar 2026", result)
        self.assertIn("27 Feb 2027", result)

    def test_the_customers_clock_and_dates_to_avoid_count(self):
        self.customer.country_id = self.env.ref("base.jp")
        self.activate("2026-03-02")
        self.invoice("2026-03-27", 100.0, date="2026-03-02")
        with self.at("2026-03-02 09:30"):
            self.run_ruler("enrol")
        # 20 March 2026 is the day of the spring equinox in Japan
        self.assertIn("春分の日", self.simulated(partner_id=self.customer.id))
        self.env["collection.blackout"].create(
            {"debtor_id": self.debtor().id, "date_from": "2026-03-27"}
        )
        self.debtor().best_hour = 14.5
        with self.at("2026-03-03 09:30"):
            result = self.simulated(partner_id=self.customer.id)
        self.assertNotIn("Fri 27 Mar", result)
        self.assertIn("14:30", result)
        self.assertNotIn("09:00", result)

    def test_a_reader_may_look(self):
        reader = new_test_user(
            self.env,
            "reader of simulations",
            "account.group_account_readonly,collection_ruler.collection_ruler_group_reader",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        wizard = self.env(user=reader)["collection.simulation"].create(
            {"ruler_id": self.ruler.id, "due_date": "2026-03-27"}
        )
        self.assertIn("Forgot?", str(wizard.result))

    def test_nobody_looks_at_the_ruler_of_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger to the ruler",
            "account.group_account_readonly,collection_ruler.collection_ruler_group_reader",
            company_id=elsewhere.id,
            company_ids=elsewhere.ids,
        )
        env = self.env(user=stranger, context={"allowed_company_ids": elsewhere.ids})
        values = {"ruler_id": self.ruler.id, "due_date": "2026-03-27"}
        for way in ("new", "create"):  # in the dialog, and by RPC
            with self.subTest(way), self.assertRaises(AccessError):
                self.assertFalse(getattr(env["collection.simulation"], way)(values).result)

    def test_two_rulers_stand_side_by_side(self):
        gentle = self.ruler.copy({"name": "Gentle"})
        self.step("Forgot?", gentle).offset_days = 4
        self.step("Call: is anything wrong?", gentle).unlink()
        result = self.simulated(due_date="2026-03-16", is_sent=True, other_ruler_id=gentle.id)
        table = html.fromstring(result)
        head = [cell.text for cell in table.findall(".//thead//th")]
        self.assertEqual(head, ["When", self.ruler.name, "Gentle"])
        rows = {row[0].text: row[1:] for row in table.findall("tbody/tr")}
        self.assertEqual(sorted(rows, key=self.as_date), list(rows), "in the order of the days")
        self.assertIn("Forgot?", rows["Wed 18 Mar 2026"][0].text_content())
        self.assertNotIn("Forgot?", rows["Wed 18 Mar 2026"][1].text_content())
        self.assertIn("09:00 Forgot?", rows["Fri 20 Mar 2026"][1].text_content())
        # on a phone what is empty takes no room, and each word has the name of its ruler
        self.assertIn("d-none", rows["Wed 18 Mar 2026"][1].get("class"))
        self.assertIn("Gentle", rows["Fri 20 Mar 2026"][1].text_content())
        sums = {
            row[0].text: [c.text_content() for c in row[1:]] for row in table.findall("tfoot/tr")
        }
        self.assertEqual(
            [
                cell.removeprefix(name)
                for name, cell in zip(head[1:], sums["Calls and tasks"], strict=True)
            ],
            ["2", "1"],
        )
        self.assertIn("2 days after due", sums["First overdue word"][0])
        self.assertIn("4 days after due", sums["First overdue word"][1])

    def as_date(self, text):
        return datetime.strptime(text, "%a %d %b %Y")

    def test_totals_stand_below_one_ruler_too(self):
        result = self.simulated()
        for words in ("Messages", "Calls and tasks", "First overdue word", "Last contact"):
            self.assertIn(words, result)

    def test_a_ruler_that_says_nothing_is_compared_all_the_same(self):
        silent = self.ruler.copy({"name": "Silent", "step_ids": False})
        result = self.simulated(other_ruler_id=silent.id)
        self.assertIn("Nothing would be said", result)
        self.assertIn("Forgot?", result)

    def test_rulers_of_two_companies_are_not_compared(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.ruler.copy({"name": "Theirs", "company_id": elsewhere.id})
        with self.assertRaisesRegex(UserError, "of one company"):
            self.simulated(other_ruler_id=theirs.id)
        # who may see the one only is not shown the other
        reader = self.new_user(
            "reader of one company",
            "account.group_account_readonly",
            "collection_ruler.collection_ruler_group_reader",
        )
        env = self.env(user=reader, context={"allowed_company_ids": self.company.ids})
        values = {"ruler_id": self.ruler.id, "other_ruler_id": theirs.id, "due_date": "2026-03-27"}
        for way in ("new", "create"):
            with self.subTest(way), self.assertRaises(UserError):
                self.assertFalse(getattr(env["collection.simulation"], way)(values).result)

    def test_nothing_is_written_and_nothing_sent(self):
        before = self.env["collection.followup"].search_count([])
        self.simulated(instalments=12)
        self.assertEqual(self.env["collection.followup"].search_count([]), before)

    def test_what_makes_no_sense_is_said_in_words(self):
        with self.assertRaisesRegex(UserError, "from 1 to 60"):
            self.simulated(instalments=100)
        self.assertIn(
            "Nothing would be said",
            self.simulated(ruler_id=self.ruler.copy({"step_ids": False}).id),
        )
        self.assertIn("No hour is", self.simulated(partner_id=self.in_russia().id))

    def in_russia(self):
        return self.env["res.partner"].create(
            {"name": "Somewhere", "country_id": self.env.ref("base.ru").id}
        )
