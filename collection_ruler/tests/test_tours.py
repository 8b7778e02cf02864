from odoo import fields
from odoo.tests import tagged

from .common import ScreenCase


@tagged("post_install", "-at_install")
class TestTours(ScreenCase):
    """What people do on the screens, in a real browser."""

    browser_size = "2600x1080"  # all columns of the board in sight: a tour drags no further

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, group in (
            ("tour_reader", "account.group_account_readonly"),
            ("tour_collector", "account.group_account_invoice"),
        ):
            cls.new_user(login, group)

    def setUp(self):
        super().setUp()
        self.activate()
        today = fields.Date.today()
        with self.at(f"{fields.Date.subtract(today, days=30)} 10:00"):  # it went out long ago
            self.invoice(fields.Date.subtract(today, days=20))
        # whatever hour it is, the ruler plans: an action that comes often would leave it to the next opening
        self.env.ref("collection_ruler.ir_cron_follow_up").interval_type = "days"
        self.run_ruler("enrol", "plan", "track")
        self.followup = self.followups(channel="email", state="planned")
        # whatever day and hour it is, it is due
        self.followup.scheduled_at = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        self.debtor().profile = "late"  # what most cards show after some weeks

    def test_collector_reads_skips_and_plans_again(self):
        self.start_tour(
            "/odoo/collections-today", "collection_ruler_collector", login="tour_collector"
        )
        self.assertEqual((self.followup.state, self.followup.reason), ("planned", "due"))

    def test_reader_looks_and_finds_no_button_that_would_fail(self):
        self.start_tour("/odoo/collections-today", "collection_ruler_reader", login="tour_reader")

    def test_dropping_a_card_opens_a_dialog(self):
        self.start_tour("/odoo/debtors", "collection_ruler_drop", login="tour_collector")
        self.assertEqual(self.debtor().stage_id.kind, "hold")

    def test_reader_looks_ahead(self):
        for number in range(3):
            late = fields.Date.subtract(fields.Date.today(), days=1)
            self.invoice(late, partner=self.person(f"Late Payer {number}"))
        self.run_ruler("enrol")
        self.company.collection_capacity = 1
        self.start_tour(
            "/odoo/collections-forecast", "collection_ruler_forecast", login="tour_reader"
        )

    def test_in_two_companies_each_has_its_debtors_and_its_rulers(self):
        other = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        user = self.new_user(
            "tour_two", "account.group_account_invoice", "base.group_partner_manager"
        )
        user.company_ids += other
        self.ruler.name = "Ruler of the school"
        self.ruler.copy({"name": "Ruler of Elsewhere", "company_id": other.id})
        theirs = self.person("Ben Elsewhere")
        self.env["collection.debtor"].create(
            {
                "partner_id": theirs.id,
                "company_id": other.id,
                "stage_id": self.debtor().stage_id.id,
            }
        )
        self.start_tour("/odoo/debtors", "collection_ruler_two_companies", login="tour_two")

    def test_all_of_it_is_reached_beside_the_menus_of_accounting(self):
        self.new_user(
            "tour_accountant", "account.group_account_user", "account.group_account_manager"
        )
        self.start_tour(
            "/odoo/collections-today",
            "collection_ruler_all_menus",
            login="tour_accountant",
        )

    def test_a_hold_dialog_that_is_left_by_leaving_the_page_holds_nothing(self):
        self.start_tour(
            f"/odoo/debtors/{self.debtor().id}",
            "collection_ruler_left_dialog",
            login="tour_collector",
        )
        self.assertFalse(self.debtor().hold_ids)
