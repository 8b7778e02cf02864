from zoneinfo import ZoneInfo

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestOutgoingFarAway(CollectionCommon):
    """A company in New Zealand, where today began half a day before it does in UTC (A13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zone = ZoneInfo("Pacific/Auckland")
        country = cls.env.ref("base.nz").id
        cls.company.country_id = country
        cls.company.collection_calendar_id.tz = "Pacific/Auckland"
        cls.customer.write({"tz": "Pacific/Auckland", "country_id": country})

    def outgoing(self, tz, name):
        """What leaves today, or was skipped for today, for somebody whose clock is another one."""
        return self.env["collection.followup"].with_context(tz=tz).search([(name, "=", True)])

    def test_today_is_the_companys_whatever_the_users_time_zone(self):
        self.invoice("2026-01-09", 100.0)
        self.invoice("2026-01-30", 65.0)
        self.activate()
        with self.at("2026-02-03 07:00"):
            self.run_ruler("enrol", "plan")
        followup = self.followups(state="planned")
        for tz in ("UTC", "Pacific/Auckland", "America/New_York"):
            for hour in ("00:30", "10:00", "17:30"):
                with self.subTest(tz, hour=hour), self.at(f"2026-02-03 {hour}"):
                    self.env.invalidate_all()
                    self.assertEqual(self.outgoing(tz, "leaves_today"), followup)
                    followup.with_context(tz=tz).action_skip_today()
                    self.env.invalidate_all()
                    self.assertFalse(self.outgoing(tz, "leaves_today"))
                    seen = self.outgoing(tz, "is_skipped_today")
                    self.assertEqual(seen, followup)
                    self.assertTrue(seen.is_skipped_today)
                    self.assertEqual((seen.amount_now, seen.amount_due), (165, 165))
                    self.assertEqual(seen.waits_because, "Skipped until Wed 4 Feb")
                    followup.with_context(tz=tz).action_plan_again()
