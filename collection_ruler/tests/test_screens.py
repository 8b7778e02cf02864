from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ScreenCase


def hoot_id(path):
    """The id by which the browser's test runner knows a folder of tests, e.g. ``@module``."""
    number = 0
    for char in path:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestScreens(ScreenCase):
    """The screens in a real browser."""

    def test_parts_of_the_screen_do_what_they_should(self):
        """The add-on's own tests of its components (``static/tests``)."""
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={hoot_id('@collection_ruler')}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )

    def test_a_person_rebuilds_a_ruler_on_the_line_and_saves_it(self):
        """Move by keyboard, add, remove, save: the database has it then, in words that make sense."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.start_tour(
            f"/odoo/collection-rulers/{self.ruler.id}",
            "collection_ruler_line_tour",
            login="admin",
        )
        self.env.invalidate_all()
        days = {
            step.name: step.offset_days for step in self.ruler.step_ids if step.trigger == "due"
        }
        self.assertEqual(days["Forgot?"], 3)
        self.assertEqual(days["Due today"], 7)
        self.assertEqual(days["Ask again"], 17)
        self.assertNotIn("A week before", days)
        self.assertEqual(self.step("Ask again").mode, "task")

    def test_from_no_ruler_to_the_first_that_runs_in_a_few_clicks(self):
        """The first ten minutes, without a manual: propose, look over, activate."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(6, 0, self.company.ids)], "company_id": self.company.id})
        self.env["collection.ruler"].with_context(active_test=False).search([]).unlink()
        today = fields.Date.today()
        late = self.person("Late Payer", is_company=True)
        self.invoice(today - timedelta(days=9), 100.0, late, date=today - timedelta(days=23))
        self.start_tour("/odoo/collection-rulers", "collection_first_ruler_tour", login="admin")
        self.env.invalidate_all()
        ruler = self.env["collection.ruler"].search([])
        self.assertEqual((ruler.state, ruler.backlog_policy), ("running", "catch_up"))
        self.assertTrue(self.debtor(late))
