"""The page Instalments says why nothing comes, by what holds at this moment (A13, F5)."""

from odoo import Command
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install", "quick")
class TestWaitsBecause(CollectionCommon):
    """Two instalments of Ana's are to come."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-20", 100.0, date="2026-03-02")
        self.other = self.invoice("2026-03-24", 50.0, date="2026-03-02")
        with self.at("2026-03-03 10:00"):
            self.run_ruler()
        self.reader = self.new_user(
            "waits_reader", "collection_ruler.collection_ruler_group_reader"
        )

    def why(self, *moves, user=None):
        own = self.instalments(*(moves or (self.move, self.other)))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.at("2026-03-03 10:30"):
            return own.with_user(user or self.env.user).mapped("waits_because")

    def test_nothing_stops_them(self):
        self.assertEqual(self.why(), [False, False])

    def test_a_pause_of_the_company(self):
        self.company.collection_paused_until = "2026-03-10"
        self.assertEqual(self.why(), ["paused", "paused"])
        self.company.collection_paused_until = "2026-03-03"
        self.assertEqual(self.why(), [False, False], "the pause is over")

    def test_a_ruler_that_is_paused(self):
        self.ruler.state = "paused"
        self.assertEqual(self.why(user=self.reader), ["ruler_stopped", "ruler_stopped"])

    def test_a_hold_of_one_of_them_before_its_step_is_due(self):
        instalments = self.instalments(self.move)
        self.hold(scope="instalments", instalment_ids=[Command.set(instalments.ids)])
        self.assertFalse(instalments.waiting_reason, "nothing is due yet")
        self.assertEqual(self.why(user=self.reader), ["held", False])

    def test_what_is_paid_waits_for_nothing(self):
        self.company.collection_paused_until = "2026-03-10"
        with self.at("2026-03-03 10:10"):
            self.pay(self.move)
        self.assertEqual(self.why(), [False, "paused"])

    def test_what_is_planned_waits_for_nothing_and_a_hold_stops_it_on_the_line_too(self):
        late = self.invoice("2026-02-27", 30.0, date="2026-02-20")
        with self.at("2026-03-03 07:00"):
            self.run_ruler("enrol", "plan")
            self.run_ruler("plan")  # what comes after it waits for another day
            self.assertEqual(self.followups().mapped("state"), ["planned"])
        self.assertEqual(self.why(late), [False])
        self.hold(scope="instalments", instalment_ids=[Command.set(self.instalments(late).ids)])
        self.assertEqual(self.why(late), ["held"])
        with self.at("2026-03-03 10:30"):
            self.assertIn("waits: a hold", self.instalments(late).ruler_line["next"])

    def test_the_page_names_it_instead_of_a_day(self):
        for view in ("debtor_view_form", "instalment_view_list", "instalment_view_kanban"):
            arch = self.env.ref(f"collection_ruler.collection_{view}").arch
            self.assertIn("waits_because", arch)
            self.assertNotIn('invisible="waiting_reason"', arch)

    def test_costs_the_same_however_many_there_are(self):
        costs = []
        for count in (1, 8):
            partners = [self.person(f"Person {count} {n}") for n in range(count)]
            moves = [self.invoice("2026-03-20", partner=p, date="2026-03-02") for p in partners]
            with self.at("2026-03-03 10:15"):
                self.run_ruler("enrol")
            own = self.instalments(*moves)
            self.env.flush_all()
            self.env.invalidate_all()
            with self.at("2026-03-03 10:30"):
                before = self.env.cr.sql_log_count
                own.mapped("waits_because")
                costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*costs)
        self.assertLess(costs[0], 25)
