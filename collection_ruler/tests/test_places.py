"""Customers are written to by their own clock, on days that are open for both sides (B1)."""

from odoo.tests import tagged

from ..models.common import clock
from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestPlaces(CollectionCommon):
    """The school is in Dublin, its hours are 9 to 18 from Monday to Friday."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def living_in(self, country, state=None, **values):
        country = self.env.ref(f"base.{country}")
        found = self.env["res.country.state"].search(
            [("country_id", "=", country.id), ("code", "=", state)]
        )
        self.customer.write({"country_id": country.id, "state_id": found.id, **values})
        return self.customer

    def hours_of(self, due="2026-03-10"):
        """When "Due today" is planned for, local time of Dublin."""
        self.invoice(due, date="2026-03-02")
        with self.at(f"{due} 07:30"):
            self.run_ruler()
        said = self.followups(step_name="Due today")
        return said and f"{said.scheduled_at:%m-%d %H:%M}"  # Dublin keeps UTC in winter

    def test_customer_in_california_is_written_to_by_californian_clock(self):
        self.living_in("us", "CA")
        self.assertEqual(self.hours_of(), "03-10 16:00")  # nine in the morning there
        self.assertEqual(self.debtor().calendar_key, "America/Los_Angeles|US|CA")

    def test_nothing_leaves_while_it_is_night_where_they_are(self):
        self.living_in("us", "CA")
        self.hours_of()
        self.assertFalse(self.day("2026-03-10", "15:30"))
        self.assertEqual(len(self.day("2026-03-10", "16:05")), 1)

    def test_door_two_knows_their_clock(self):
        self.living_in("in")
        self.invoice("2026-03-06", date="2026-03-02")
        with self.at("2026-03-10 12:05"):  # half past five in India; soon it is late there
            self.run_ruler()
            self.assertEqual(self.said(), [("Forgot?", "queued")])
        with self.at("2026-03-10 12:40"):
            self.assertFalse(self.deliver())
            self.run_ruler("track")
        followup = self.followups()[-1]
        self.assertEqual((followup.state, followup.reason), ("planned", "closed"))
        self.assertEqual(str(followup.scheduled_at), "2026-03-11 03:30:00")

    def test_door_two_says_nothing_that_their_next_morning_makes_untrue(self):
        self.living_in("in")
        self.invoice("2026-03-10", date="2026-03-02")
        with self.at("2026-03-10 12:05"):
            self.run_ruler()
            self.assertEqual(self.said(), [("Due today", "queued")])
        with self.at("2026-03-10 12:40"):
            self.assertFalse(self.deliver())
            self.run_ruler("track")
        followup = self.followups()[-1]
        self.assertEqual((followup.state, followup.reason), ("cancelled", "overtaken"))

    def test_their_day_may_be_another_one(self):
        self.living_in("nz", "AUK")
        # Monday evening in Dublin is Tuesday morning in Auckland
        self.invoice("2026-03-10", date="2026-03-02")
        sent = self.day("2026-03-09", "20:30")
        self.assertIn("Today is the due date of", sent[0]["body"])

    def test_holiday_of_either_side_is_closed(self):
        self.living_in("de", "DE-BY")
        self.assertEqual(self.debtor_key(), "Europe/Berlin Europe/Busingen|DE|BY")
        calendar = self.debtor()._calendar()
        with self.at("2026-06-04 10:00"):  # Corpus Christi, in Bavaria
            self.assertFalse(calendar.is_open(clock.now(self.env)))
        with self.at("2026-03-17 10:00"):  # Saint Patrick's Day is ours
            self.assertFalse(calendar.is_open(clock.now(self.env)))

    def test_nothing_leaves_on_a_day_that_is_closed_for_one_side_nor_half_an_hour_early(self):
        """Gandhi's birthday, a Friday, is theirs; our outing on Monday is ours."""
        self.living_in("in")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Works outing",
                "calendar_id": self.company.collection_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-10-04 23:00:00",
                "date_to": "2026-10-05 22:59:59",
            }
        )
        self.invoice("2026-09-30", date="2026-09-01")
        for day in ("2026-09-23", "2026-09-30"):
            self.assertEqual(len(self.day(day)), 1)
        self.assertFalse(self.day("2026-10-02"), "said on their holiday")
        self.assertFalse(self.day("2026-10-05"), "said on our closed day")
        self.assertFalse(self.day("2026-10-06", "04:25"), "it is five to nine there")
        (mail,) = self.day("2026-10-06", "04:31")
        self.assertIn("slip through", mail["subject"])

    def test_where_nobody_set_hours_they_are_nine_to_six_on_working_days(self):
        self.company.write({"collection_calendar_id": False})
        self.company.partner_id.tz = "Europe/Dublin"
        self.living_in("ie")
        self.assertEqual(self.hours_of(), "03-10 09:00")
        calendar = self.debtor()._calendar()
        for moment, is_open in (
            ("2026-03-10 17:59", True),
            ("2026-03-10 18:00", False),
            ("2026-03-14 12:00", False),
            ("2026-03-15 12:00", False),
        ):
            with self.subTest(moment), self.at(moment):
                self.assertIs(calendar.is_open(clock.now(self.env)), is_open)

    def debtor_key(self):
        self.invoice("2026-03-10", date="2026-03-02")
        with self.at("2026-03-02 09:30"):
            self.run_ruler("enrol")
        return self.debtor().calendar_key

    def test_northern_ireland_keeps_its_own_holidays(self):
        self.living_in("xi")  # a country of its own in Odoo, and nowhere else
        # 13 July, in lieu of Orangemen's Day on a Sunday, is no holiday in Dublin
        self.assertFalse(self.hours_of("2026-07-13"))
        self.assertEqual(self.debtor().calendar_key, "Europe/London|GB|NIR")

    def test_whoever_moves_is_written_to_where_they_live_now(self):
        self.living_in("ie")
        self.assertEqual(self.debtor_key(), "Europe/Dublin|IE|")
        self.living_in("jp")
        with self.at("2026-03-03 09:30"):
            self.run_ruler("enrol")
        self.assertEqual(self.debtor().calendar_key, "Asia/Tokyo|JP|")
        keys = self.debtor().instalment_ids.mapped("calendar_key")
        self.assertEqual(set(keys), {"Asia/Tokyo|JP|"})

    def test_customer_whom_no_hour_suits_is_told_to_a_person_once(self):
        self.living_in("ru")
        self.assertFalse(self.hours_of())
        with self.at("2026-03-11 09:30"):
            self.run_ruler()
        tasks = self.debtor()._open_tasks("Find out when this customer can be contacted")
        self.assertEqual(len(tasks), 1)
        self.assertIn("give the contact a time zone", tasks.note)
        self.assertIn("Complete the address", self.debtor().why)
        # a bystander is not kept waiting
        self.assertEqual(len(self.at_home()), 1)
        self.customer.state_id = self.env.ref("base.state_ru_mow", raise_if_not_found=False) or (
            self.env["res.country.state"].search(
                [("country_id.code", "=", "RU"), ("code", "=", "MOW")]
            )
        )
        self.assertTrue(self.day("2026-03-12"), "nothing was said although the address is complete")

    def at_home(self):
        bert = self.env["res.partner"].create(
            {"name": "Bert", "email": "bert@customer.example.com"}
        )
        self.invoice("2026-03-11", 50.0, bert, date="2026-03-02")
        return self.day("2026-03-11")

    def test_address_without_state_shows_all_the_times_that_it_may_be_there(self):
        self.living_in("us")
        self.assertEqual(self.hours_of(), "03-10 19:00")  # nine in Honolulu, 15 in New York
        with self.at("2026-03-10 15:30"):
            self.assertEqual(self.debtor().local_time, "05:30–11:30 · closed until 15:00")

    def test_thanks_come_by_their_clock_too(self):
        self.living_in("us", "CA")
        move = self.invoice("2026-03-10", date="2026-03-02")
        self.day("2026-03-10", "16:05")
        with self.at("2026-03-10 17:00"):
            self.pay(move)
            self.run_ruler()
        thanks = self.followups(purpose="thanks")
        self.assertEqual(str(thanks.scheduled_at), "2026-03-11 16:00:00")

    def test_many_places_cost_no_query_each(self):
        def plan(day):
            with self.at(f"{day} 09:30"):
                self.run_ruler("enrol", "track")
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                self.run_ruler("plan")
                return self.cr.sql_log_count - before

        states = self.env.ref("base.us").state_ids.filtered(lambda s: s.code in "CA TX NY WA UT")
        for number, state in enumerate(states):
            partner = self.env["res.partner"].create(
                {
                    "name": f"Customer {number}",
                    "email": f"c{number}@customer.example.com",
                    "country_id": state.country_id.id,
                    "state_id": state.id,
                }
            )
            self.invoice("2026-03-10", 50.0, partner, date="2026-03-02")
        in_one_place = self.env["res.partner"].create(
            [
                {"name": f"Neighbour {n}", "email": f"n{n}@customer.example.com"}
                for n in range(len(states))
            ]
        )
        for partner in in_one_place:
            self.invoice("2026-03-09", 50.0, partner, date="2026-03-02")
        neighbours = plan("2026-03-09")
        self.assertLessEqual(plan("2026-03-10"), neighbours + 2)
        self.assertEqual(
            len(self.env["collection.followup"].search([("company_id", "=", self.company.id)])), 10
        )
