"""Which ruler an instalment gets, and keeps (A6)."""

from odoo.tests import tagged

from .plan_case import PlanCase


@tagged("post_install", "-at_install", "quick")
class TestWhichRuler(PlanCase):
    def setUp(self):
        super().setUp()
        self.vip = self.another_ruler("Gentle", sequence=1, partner_domain="[('ref', '=', 'VIP')]")
        self.gentle_customer = self.person("Gentle Guest", ref="VIP")

    def enrol(self, *moves):
        with self.at("2026-03-02 08:00"):
            self.run_ruler("enrol")
        return self.instalments(*moves).mapped("ruler_id")

    def activate_both(self):
        self.activate("2026-03-01")
        with self.at("2026-03-01 08:00"):
            self.vip._activate()

    def test_a_filter_whose_field_is_gone_takes_nobody_and_stops_no_other_ruler(self):
        self.activate_both()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE collection_ruler SET partner_domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", self.vip.id],
        )
        self.vip.invalidate_recordset()
        move = self.invoice("2026-03-09", partner=self.gentle_customer)
        self.assertEqual(self.enrol(move), self.ruler)
        tasks = (self.vip | self.ruler).activity_ids.mapped("summary")
        self.assertEqual(tasks.count("The filter of the ruler “Gentle” cannot be read"), 1)

    def test_first_ruler_that_matches_is_taken(self):
        self.activate_both()
        self.assertEqual(
            self.enrol(self.invoice("2026-03-09", partner=self.gentle_customer)), self.vip
        )
        self.assertEqual(self.enrol(self.invoice("2026-03-09")), self.ruler)

    def test_contact_of_a_company_matches_by_its_company(self):
        self.activate_both()
        contact = self.person("Colleague", parent_id=self.gentle_customer.id)
        self.assertEqual(self.enrol(self.invoice("2026-03-09", partner=contact)), self.vip)

    def test_invoice_overrides_customer_who_overrides_the_match(self):
        self.activate_both()
        third = self.another_ruler("Third", sequence=99)
        with self.at("2026-03-01 08:00"):
            third._activate()
        self.customer.with_company(self.company).collection_ruler_id = self.vip
        self.assertEqual(self.enrol(self.invoice("2026-03-09")), self.vip)
        self.assertEqual(
            self.enrol(self.invoice("2026-03-09", collection_ruler_id=third.id)), third
        )

    def test_once_taken_it_stays(self):
        self.activate_both()
        move = self.invoice("2026-03-09", partner=self.gentle_customer)
        self.assertEqual(self.enrol(move), self.vip)
        self.gentle_customer.ref = "ordinary"
        self.customer.with_company(self.company).collection_ruler_id = self.ruler
        self.assertEqual(
            self.enrol(move), self.vip, "a changed customer moved an enrolled instalment"
        )

    def test_a_persons_word_on_the_invoice_moves_it_and_repeats_nothing(self):
        self.activate_both()
        move = self.invoice("2026-03-09")
        self.assertEqual(
            self.days_said(2, 11), [(2, "A week before"), (9, "Due today"), (11, "Forgot?")]
        )
        with self.at("2026-03-11 12:00"):
            move.collection_ruler_id = self.vip
        self.assertEqual(self.instalments(move).ruler_id, self.vip)
        self.assertEqual(self.days_said(12, 20), [], "+2 was said already, under the other ruler")

    def test_ruler_outside_its_dates_takes_nobody_and_says_nothing(self):
        self.vip.write({"date_from": "2026-03-10", "date_to": "2026-03-20"})
        self.activate_both()
        early = self.invoice("2026-03-09", partner=self.gentle_customer)
        self.assertEqual(self.enrol(early), self.ruler, "taken before its first day")
        with self.at("2026-03-10 08:00"):
            late = self.invoice("2026-03-19", partner=self.gentle_customer)
            self.run_ruler("enrol")
        self.assertEqual(self.instalments(late).ruler_id, self.vip)
        self.vip.date_to = "2026-03-18"
        for day in ("2026-03-23", "2026-03-24"):
            self.day(day)
        self.assertFalse(self.followups(self.gentle_customer, ruler_id=self.vip.id))

    def test_two_rulers_for_one_customer_speak_once_a_day(self):
        self.activate_both()
        self.invoice("2026-03-09")
        self.invoice("2026-03-09", collection_ruler_id=self.vip.id)
        self.day("2026-03-02")
        self.day("2026-03-09")
        sent = self.day("2026-03-11")
        self.assertEqual(len(sent), 1)
        self.assertEqual(self.followups()[-1].amount_due, 200.0)
