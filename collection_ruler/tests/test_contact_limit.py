"""Limits on contact hours, by law or by one's own rule (B1)."""

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install", "quick")
class TestContactLimit(CollectionCommon):
    """Contact hours from 5 to 23 h on all days; a consumer in New York, five hours behind Dublin."""

    def setUp(self):
        super().setUp()
        self.company.collection_calendar_id.write(
            {
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": str(day),
                                "dayofweek": str(day),
                                "hour_from": 5,
                                "hour_to": 23,
                                "day_period": "full_day",
                            }
                        )
                        for day in range(7)
                    ),
                ]
            }
        )
        self.customer.write(self.address("base.us", "base.state_us_27"))
        self.law = self.env.ref("collection_ruler.collection_contact_limit_us")

    def address(self, country, state):
        return {"country_id": self.env.ref(country).id, "state_id": self.env.ref(state).id}

    def limit(self, **values):
        return self.env["collection.contact.limit"].create(
            {"name": "Decency", "source": "the board", "company_id": self.company.id, **values}
        )

    def planned_at(self, partner=None):
        """Dublin time of the message planned on 11 March, asked for shortly after midnight there."""
        self.activate("2026-02-24")
        self.invoice("2026-03-09", 100.0, partner, date="2026-02-24")
        with self.at("2026-03-11 04:30"):
            self.run_ruler("enrol", "plan")
        return self.followups(partner)[-1].scheduled_at.strftime("%d %H:%M")

    def test_consumers_in_the_united_states_sleep_until_eight(self):
        # New York is four hours behind in that week
        self.assertEqual(self.planned_at(), "11 12:00")

    def test_companies_are_no_consumers(self):
        self.customer.is_company = True
        self.assertEqual(self.planned_at(), "11 09:00")

    def test_a_law_about_calls_moves_no_mail(self):
        self.customer.write(self.address("base.br", "base.state_br_sp"))
        self.assertEqual(self.planned_at(), "11 08:00")  # five in the morning, as we allow

    def test_a_stricter_rule_of_ones_own_counts(self):
        self.limit(channel="email", week_from=10, week_to=12)
        self.assertEqual(self.planned_at(), "11 14:00")

    def test_another_companys_rule_is_its_own(self):
        other = self.env["res.company"].create({"name": "Other Example"})
        self.limit(week_from=10, week_to=12, company_id=other.id)
        self.assertEqual(self.planned_at(), "11 12:00")

    def test_a_limit_for_northern_ireland_finds_its_customers(self):
        xi = self.env.ref("base.xi")  # a country of its own in Odoo, and nowhere else
        self.customer.write({"country_id": xi.id, "state_id": False})
        self.limit(country_id=xi.id, week_from=12, week_to=13)
        self.assertEqual(self.planned_at(), "11 12:00")

    def test_no_limit_is_made_for_a_state_that_no_customer_is_told_apart_by(self):
        # the holiday library knows no region of these, so the place of a customer keeps none either
        for state in ("state_mx_jal", "state_ie_1", "state_es_m", "state_nl_gr", "state_jp_jp-13"):
            state = self.env.ref(f"base.{state}")
            with (
                self.subTest(state.display_name),
                self.assertRaisesRegex(ValidationError, "make the limit for the whole country"),
                self.env.cr.savepoint(),
            ):
                self.limit(country_id=state.country_id.id, state_id=state.id)

    def test_each_state_that_may_be_chosen_is_one_that_customers_keep(self):
        states = self.env["res.country.state"].search([])
        for state in states:
            country = state.country_id
            values = {"country_id": country.id, "state_id": state.id}
            limit = self.env["collection.contact.limit"].new(values)
            place = self.company._collection_locate(None, country.code, state.code)
            try:
                limit._check_state()
            except ValidationError:
                self.assertFalse(place.state, state.display_name)
            else:
                plain = limit._to_limit()
                self.assertEqual((plain.country, plain.state), (place.country, place.state))

    def test_branches_share_the_limits_of_their_main_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch Example", "parent_id": self.company.id}
        )
        with self.assertRaisesRegex(ValidationError, f"choose {self.company.name}"):
            self.limit(week_from=12, week_to=13, company_id=branch.id)

    def test_an_archived_limit_counts_for_nobody_whoever_asks_first(self):
        limits = self.env["collection.contact.limit"]
        before = limits._of_company(self.company.id)
        self.limit(active=False)
        shown = limits.with_context(active_test=False)._of_company(self.company.id)
        self.assertEqual(shown, before)

    def test_what_stands_in_the_outbox_after_hours_waits_for_the_morning(self):
        self.limit(channel="email", week_from=10, week_to=12)
        self.planned_at()
        with self.at("2026-03-11 15:20"):
            self.run_ruler("send")
        followup = self.followups()[-1]
        self.assertEqual(followup.state, "queued")
        with self.at("2026-03-11 16:05"):  # five past twelve in New York
            self.assertFalse(self.deliver())
        self.assertEqual((followup.state, followup.reason), ("planned", "closed"))
        self.assertEqual(followup.scheduled_at.strftime("%d %H:%M"), "12 14:00")

    def test_where_no_hour_is_left_the_debt_waits_and_says_why(self):
        self.limit(week_from=1, week_to=2)
        self.activate("2026-02-24")
        move = self.invoice("2026-03-09", date="2026-02-24")
        with self.at("2026-03-11 09:30"):
            self.run_ruler("enrol", "plan")
        self.assertFalse(self.followups())
        self.assertEqual(self.instalments(move).waiting_reason, "never_open")

    def test_nobody_widens_a_law(self):
        manager = self.new_user("limit-manager", "account.group_account_manager")
        law = self.law.with_user(manager)
        for change in ({"week_to": 23}, {"active": False}, {"is_law": False}):
            with self.subTest(change), self.assertRaisesRegex(UserError, "is law"):
                law.write(change)
        with self.assertRaises(UserError):  # laws are shared: the administrator's
            law.unlink()
        administrator = self.new_user(
            "limit-administrator", "account.group_account_manager,base.group_system"
        )
        with self.assertRaisesRegex(UserError, "is law"):
            self.law.with_user(administrator).unlink()
        own = law.create({"name": "Own", "source": "us", "is_law": True, "week_to": 24})
        self.assertFalse(own.is_law)
        own.week_to = 12  # one's own may change
        own.unlink()

    def test_lists_say_where_for_whom_and_when_in_words(self):
        call = self.env.ref("collection_ruler.collection_contact_limit_br_sp_phone")
        self.assertEqual(call.place, "São Paulo (BR)")
        self.assertEqual(call.whom, "Companies and persons, Phone")
        self.assertEqual(call.hours_text, "Mon–Fri 08:00–20:00 · Sat 08:00–14:00 · Sun never")

    def test_each_law_names_its_source(self):
        laws = self.env["collection.contact.limit"].search([("is_law", "=", True)])
        self.assertTrue(laws)
        for law in laws:
            self.assertTrue(law.country_id)
            self.assertTrue(law.source_url.startswith("https://"))

    def test_bad_hours_are_refused(self):
        for hours in (
            {"week_from": 18, "week_to": 9},
            {"week_to": 25},
            {"saturday_from": -1, "saturday_to": 3},
            {"week_from": 0, "week_to": 0},
        ):
            with self.subTest(hours), self.assertRaises(ValidationError):
                self.limit(**hours)
        with self.assertRaisesRegex(ValidationError, "another country"):
            self.limit(
                country_id=self.env.ref("base.ie").id,
                state_id=self.env.ref("base.state_br_sp").id,
            )

    def test_the_debtors_clock_knows_the_law(self):
        self.planned_at()
        with self.at("2026-03-11 11:00"):  # seven in the morning in New York
            self.env.invalidate_all()
            self.assertEqual(self.debtor().local_time, "07:00 · closed until 08:00")
            self.customer.is_company = True
            self.env.invalidate_all()
            self.assertEqual(self.debtor().local_time, "07:00 · open until 23:00")
