"""What a person does to a debtor is seen on the page that is shown next, not after the next run (F1, F5)."""

from odoo import Command
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestAtOnce(CollectionCommon):
    """Ana is three days overdue and was reminded of it; a collector looks at her."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        for day in ("2026-03-02", "2026-03-09", "2026-03-11"):
            self.day(day)
        with self.at("2026-03-12 09:30"):
            self.run_ruler()
        self.collector = self.new_user(
            "at_once_collector", "collection_ruler.collection_ruler_group_collector"
        )
        self.mine = self.debtor().with_user(self.collector)
        self.mine = self.mine.with_context(allowed_company_ids=self.company.ids)

    def begin(self, **values):
        return self.mine.env["collection.hold"].create({"debtor_id": self.mine.id, **values})

    def look(self):
        self.mine.env.invalidate_all()
        return self.mine.stage_kind, self.mine.why

    def test_a_hold_begins_and_ends_before_their_eyes(self):
        before = self.mine.stage_id
        self.assertEqual(before.kind, "reminder")
        with self.at("2026-03-12 10:00"):
            hold = self.begin(note="The boss is away")
            self.assertEqual(self.look()[0], "hold")
            hold.action_end()
            self.look()
            self.assertEqual(self.mine.stage_id, before)
            self.assertIn("Next: ", self.mine.why)

    def test_the_only_hold_ends_above_the_form_and_of_several_one_is_chosen(self):
        debtor = self.debtor()
        self.assertFalse(debtor.only_hold_id)
        hold = self.hold(note="first")
        self.assertEqual(debtor.only_hold_id, hold)
        second = self.hold(note="second")
        self.assertFalse(debtor.only_hold_id)
        second.action_end()
        debtor.action_end_hold()
        self.assertEqual(hold.state, "ended")
        self.assertFalse(debtor.only_hold_id)

    def test_a_hold_is_in_force_by_the_companys_day_wherever_the_reader_is(self):
        hold = self.hold(date_to="2026-03-12")
        for tz in ("Pacific/Auckland", "Pacific/Honolulu"):
            debtor = self.debtor().with_context(tz=tz)
            for day, in_force in (("2026-03-12", hold), ("2026-03-13", hold.browse())):
                for hour in ("00:30", "12:00", "23:30"):
                    with self.subTest(tz, day=day, hour=hour), self.at(f"{day} {hour}"):
                        self.env.invalidate_all()
                        self.assertEqual(debtor.only_hold_id, in_force)

    def test_what_waited_for_a_hold_waits_for_it_no_longer(self):
        with self.at("2026-03-12 10:00"):
            hold = self.begin(
                scope="instalments",
                instalment_ids=[Command.set(self.instalments(self.move).ids)],
            )
        self.day("2026-03-17")
        with self.at("2026-03-20 10:00"):
            self.run_ruler()
            self.assertEqual(self.instalments(self.move).waiting_reason, "held")
            self.assertIn("until somebody ends the hold", self.look()[1])
            hold.action_end()
            self.assertFalse(self.instalments(self.move).waiting_reason)
            self.assertIn("Next: ", self.look()[1])
        self.assertFalse(self.followups(state="planned"), "nothing is planned by ending a hold")

    def test_what_another_hold_silences_goes_on_waiting(self):
        with self.at("2026-03-12 10:00"):
            hold = self.begin()
            self.begin(note="A second reason")
        with self.at("2026-03-20 10:00"):
            self.run_ruler()
            hold.action_end()
            self.assertEqual(self.instalments(self.move).waiting_reason, "held")

    def test_another_instalment_is_put_on_hold_instead(self):
        other = self.invoice("2026-03-10", 50.0, date="2026-03-02")
        with self.at("2026-03-12 10:00"):
            self.run_ruler()
            hold = self.begin(
                scope="instalments",
                instalment_ids=[Command.set(self.instalments(self.move).ids)],
            )
            kinds = self.instalments(self.move, other).mapped("stage_id.kind")
            self.assertEqual(kinds, ["hold", "upcoming"])
            hold.instalment_ids = [Command.set(self.instalments(other).ids)]
            self.look()
            kinds = self.instalments(self.move, other).mapped("stage_id.kind")
            self.assertEqual(kinds, ["reminder", "hold"])

    def test_a_new_due_date_takes_the_overdue_amount_away(self):
        self.assertEqual(self.mine.amount_overdue, 100.0)
        with self.at("2026-03-12 10:00"):
            self.mine.env["collection.reschedule"].create(
                {"debtor_id": self.mine.id, "due_date": "2026-04-02", "why": "Salary"}
            ).action_agree()
            self.assertEqual(self.look()[0], "upcoming")
            self.assertEqual((self.mine.amount_overdue, self.mine.amount_due), (0.0, 100.0))
            self.assertFalse(self.mine.oldest_due_date)

    def test_the_verbs_and_the_mail_gate_do_not_do_it_twice(self):
        """Track ends holds of thousands, and refreshes them by itself in one go."""
        with self.at("2026-03-12 10:00"):
            self.env["collection.hold"].create({"debtor_id": self.debtor().id, "origin": "reply"})
            self.assertEqual(self.look()[0], "reminder", "left to the run")
            self.run_ruler("track")
            self.assertEqual(self.look()[0], "waiting_for_us")

    def test_many_are_left_to_the_run(self):
        """Who selects a whole list does not wait for all of them."""
        partners = [self.person(f"Person {n}") for n in range(21)]
        for partner in partners:
            self.invoice("2026-03-09", partner=partner, date="2026-03-02")
        with self.at("2026-03-12 10:00"):
            self.run_ruler()
            debtors = self.mine.union(*(self.debtor(partner) for partner in partners))
            holds = self.mine.env["collection.hold"].create(
                [{"debtor_id": debtor.id} for debtor in debtors]
            )
            self.env.invalidate_all()
            self.assertNotIn("hold", debtors.mapped("stage_kind"))
            self.run_ruler("track")
            self.assertEqual(set(debtors.mapped("stage_kind")), {"hold"})
            holds[:20].write({"state": "ended"})
            self.env.invalidate_all()
            self.assertNotIn("hold", holds[:20].debtor_id.mapped("stage_kind"))
