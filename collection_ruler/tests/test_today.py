from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install", "quick")
class TestToday(CollectionCommon):
    """Where Monday starts: each tile counts what its worklist shows, to those who may see it."""

    def tiles(self, user=None):
        Today = self.env["collection.today"]
        if user:
            # as his browser asks
            Today = Today.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        return {tile["key"]: tile for tile in Today.tiles()["tiles"]}

    def counts(self, user=None):
        return {key: tile["count"] for key, tile in self.tiles(user).items() if tile["count"]}

    def test_nobody_is_followed_up_yet(self):
        answer = self.env["collection.today"].with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(self.counts(), {})
        self.assertEqual(len(answer.tiles()["tiles"]), 10)

    def test_a_reply_and_what_was_sent_since_friday(self):
        self.invoice("2026-01-30")
        self.activate()
        (mail,) = self.day("2026-01-23")  # a Friday
        with self.at("2026-01-25 12:00"):
            self.reply(mail)
        with self.at("2026-01-26 08:00"):
            counts = self.counts()
            self.assertEqual((counts["replies"], counts["tasks"], counts["sent"]), (1, 1, 1))
            self.assertEqual(self.tiles()["sent"]["title"], "Sent since Friday")
        with self.at("2026-01-27 08:00"):
            self.assertNotIn("sent", self.counts(), "Only since the last working day")

    def test_a_pause_is_said_first(self):
        """Else "nothing waits for you" reads as if all went on by itself."""
        Today = self.env["collection.today"]
        with self.at("2026-02-02 08:00"):
            self.assertEqual(Today.tiles()["notices"], [])
            self.company.collection_paused_until = "2026-02-10"
            (notice,) = Today.tiles()["notices"]
            self.assertIn("All sending is paused until", notice)
            other = self.env["res.company"].create({"name": "Other"})
            other.collection_test_email = "test@school.example.com"
            both = Today.with_context(allowed_company_ids=(self.company + other).ids)
            notices = both.tiles()["notices"]
        self.assertRegex(notices[0], "Example Guitar School: All sending")
        self.assertRegex(notices[1], "Other: Test mode: every message goes to test@")

    def test_leaving_and_to_approve(self):
        self.step("Forgot?").mode = "approve"
        other = self.env["res.partner"].create({"name": "Ben", "email": "ben@customer.example.com"})
        self.invoice("2026-01-30")
        self.invoice("2026-02-10", partner=other)
        self.activate()
        with self.at("2026-02-03 07:00"):
            self.run_ruler("enrol", "plan")
            counts = self.counts()
        self.assertEqual((counts["approve"], counts["outgoing"]), (1, 2))

    def test_address_that_failed_and_what_failed_otherwise(self):
        self.customer.email = False
        self.invoice("2026-01-30")
        self.activate()
        self.day("2026-01-23")
        with self.at("2026-01-26 08:00"):
            self.assertEqual(self.counts()["addresses"], 1)
            self.assertNotIn("failed", self.counts())
            self.followups(state="failed").reason = "template_error"
            self.assertEqual(self.counts()["failed"], 1)
            self.assertNotIn("addresses", self.counts())

    def test_money_to_match(self):
        self.invoice("2026-01-30")
        self.credit_note(40)
        self.activate()
        with self.at("2026-01-10 10:00"):
            self.run_ruler("enrol", "track")
            self.assertEqual(self.counts()["money"], 1)

    def test_each_tile_opens_what_it_counts(self):
        self.invoice("2026-01-30")
        self.activate()
        self.day("2026-01-23")
        reader = self.new_user("today_reader", "account.group_account_readonly")
        with self.at("2026-01-26 08:00"):
            for key, tile in self.tiles(reader).items():
                with self.subTest(key):
                    action = tile["action"]
                    Model = self.env[action["res_model"]].with_user(reader)
                    found = Model.search(action["domain"])
                    self.assertEqual(len(found), tile["count"])
                    Model.get_views([*action["views"], (False, "search")])

    def test_other_companies_are_not_counted(self):
        self.invoice("2026-01-30")
        self.activate()
        self.day("2026-01-23")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        with self.at("2026-01-26 08:00"):
            ours, theirs = (
                self.new_user(login, "account.group_account_invoice", company=company)
                for login, company in (("today_ours", self.company), ("today_theirs", elsewhere))
            )
            self.assertTrue(self.counts(ours))
            self.assertEqual(self.counts(theirs), {})

    def test_only_who_can_make_a_ruler_is_offered_to(self):
        group = "collection_ruler.collection_ruler_group_"
        for name, may in (("reader", False), ("collector", False), ("manager", True)):
            user = self.new_user(f"today_{name}", group + name)
            Today = self.env["collection.today"].with_user(user)
            self.assertEqual(Today.tiles()["may_propose"], may, name)

    def test_nobody_else_sees_it(self):
        with self.assertRaises(AccessError):
            self.tiles(self.new_user("today_stranger", "base.group_partner_manager"))

    def test_costs_the_same_however_much_waits(self):
        self.activate()
        costs = []
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@customer.example.com"} for n in range(8)]
        )
        for some in (partners[:2], partners[2:]):
            for partner in some:
                self.invoice("2026-01-30", partner=partner)
            with self.at("2026-01-23 07:00"):
                self.run_ruler("enrol", "plan")
                self.counts()
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.counts()
                costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(costs[0], costs[1])
        self.assertLess(costs[1], 40)
