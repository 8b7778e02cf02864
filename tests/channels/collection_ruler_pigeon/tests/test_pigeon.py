"""A channel that the core never heard of passes both doors."""

from odoo import Command
from odoo.addons.collection_ruler.tests.common import CollectionCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPigeon(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.customer.city = "Dublin"
        self.ruler.step_ids.unlink()
        self.ruler.step_ids = [
            Command.create({"name": name, "offset_days": offset, "channel": "pigeon"})
            for name, offset in (("Coo", 3), ("Coo again", 10))
        ]

    def on_its_way(self, **values):
        """A letter in the dovecote, about 90 owed since 9 February."""
        move = self.invoice("2026-02-09", 90, **values)
        self.activate()
        with self.at("2026-02-12 09:30"):
            self.run_ruler()
        (followup,) = self.followups()
        self.assertEqual(followup.state, "queued")
        return move, followup

    def fly(self, at="2026-02-12 09:40"):
        with self.at(at):
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self.letters()._fly()
            self.env.invalidate_all()

    def letters(self):
        return self.env["pigeon.letter"].search([])

    def test_it_leaves_once_and_the_ledger_says_so(self):
        move, followup = self.on_its_way()
        self.assertIn("90.00", followup.mail_message_id.body)
        self.fly()
        self.fly()
        self.assertEqual((followup.state, len(self.letters())), ("sent", 1))
        self.assertEqual(self.ledger(move)[-1], ("Coo", "sent", "due"))

    def test_paid_between_the_doors_it_stays(self):
        move, followup = self.on_its_way()
        with self.at("2026-02-12 09:35"):
            self.pay(move)
        self.fly()
        self.assertEqual((followup.state, followup.reason), ("cancelled", "paid"))

    def test_after_hours_it_waits_for_the_morning(self):
        _move, followup = self.on_its_way()
        self.fly("2026-02-12 19:30")
        self.assertEqual((followup.state, followup.reason), ("planned", "closed"))
        self.assertFalse(self.letters().filtered(lambda letter: not letter.has_left))

    def test_refused_it_is_tried_at_another_address(self):
        self.customer.city = "Nowhere"
        _move, followup = self.on_its_way()
        self.fly()
        self.assertEqual((followup.state, followup.reason), ("failed", "refused"))
        self.env["collection.debtor.refresh"].search([]).unlink()
        self.customer.city = "Cork"
        with self.at("2026-02-12 10:30"):
            self.run_ruler("track", "send")
        self.assertEqual((followup.state, followup.address), ("queued", "Cork"))

    def test_a_refusal_that_is_not_about_the_address_silences_nobody(self):
        """What a gateway lacks, credit for example, is ours to mend: the customer's address is good."""
        self.customer.city = "Nowhere"
        _move, followup = self.on_its_way()
        self.fly()
        self.assertEqual((followup.state, followup.reason), ("failed", "refused"))
        dead = self.env["collection.failed.addresses"]._of(self.debtor().ids)
        self.assertFalse(dead.get("pigeon"))
        with self.at("2026-02-19 09:30"):
            self.run_ruler("plan")
        # in the words of the first: they have heard nothing yet
        self.assertIn(("Coo", "planned"), self.said())

    def test_by_a_person_it_is_a_task_and_a_contact_when_it_was_done(self):
        self.ruler.step_ids.mode = "task"
        _move, followup = self.on_its_way()
        self.assertFalse(self.letters())
        self.assertEqual(self.tasks(), ["Coo"])
        snapshot = self.env["collection.snapshot"]
        self.assertFalse(
            snapshot._take(self.company.id, self.debtor().ids)[self.debtor().id].contacts
        )
        with self.at("2026-02-13 09:30"):
            followup.activity_id.action_feedback()
            self.run_ruler("track")
            self.assertEqual(followup.state, "sent")
            taken = snapshot._take(self.company.id, self.debtor().ids)[self.debtor().id]
        self.assertEqual(len(taken.contacts), 1)

    def test_what_waits_at_a_door_is_overtaken_by_the_next_step(self):
        self.env["collection.contact.limit"].create(
            {"name": "Mondays", "source": "Ours", "week_from": 9, "week_to": 18}
        )
        move = self.invoice("2026-02-09", 90)
        self.activate()
        with self.at("2026-02-12 09:30"):
            self.run_ruler("enrol", "plan")
            (first,) = self.followups()
            first._replan("too_soon", "2026-02-27 10:00:00")
        with self.at("2026-02-19 09:30"):
            self.run_ruler("plan")
        self.assertEqual((first.state, first.reason), ("cancelled", "overtaken"))
        self.assertEqual(
            self.ledger(move), [("Coo", "skipped", "overtaken"), ("Coo again", "planned", "due")]
        )

    def test_with_its_own_hours_it_leaves_later_the_same_day_and_both_count_once(self):
        self.env["collection.contact.limit"].create(
            {
                "name": "Pigeons",
                "source": "Ours",
                "channel": "pigeon",
                "week_from": 11,
                "week_to": 13,
            }
        )
        words = self.words_that_state_nothing()
        self.ruler.step_ids = [
            Command.create(
                {"name": "Mail", "offset_days": 3, "channel": "email", "mail_template_id": words.id}
            )
        ]
        self.ruler.max_contacts = 2
        self.invoice("2026-02-09", 90)
        self.activate()
        sent = self.day("2026-02-12")
        self.assertEqual(len(sent), 1)
        with self.at("2026-02-12 11:10"):
            self.run_ruler("track", "send")
        self.fly("2026-02-12 11:20")
        self.assertEqual(set(self.said()), {("Mail", "sent"), ("Coo", "sent")})
        with self.at("2026-02-19 09:30"):  # a week of two contacts has room for one more day
            self.run_ruler()
        self.assertIn(("Coo again", "planned"), self.said())
