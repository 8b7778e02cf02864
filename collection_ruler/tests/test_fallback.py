"""A second attempt by another channel has a key of its own, and nothing is said twice by it (A11)."""

from datetime import datetime

import psycopg2
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..dunning.states import Forbidden
from .door_case import DoorCase


@tagged("post_install", "-at_install")
class TestFallback(DoorCase):
    """ "Due today" for Ana did not arrive; the activity stands for a channel of another add-on."""

    def setUp(self):
        super().setUp()
        self.ledger = self.env["collection.ledger"]
        self.refuse()

    def refuse(self, reason="refused"):
        self.followup._fail(reason)
        self.env.flush_all()

    def fall_back(self, followup=None, channel="activity"):
        at = datetime(2026, 3, 9, 10, tzinfo=self.zone)
        return self.ledger._plan_fallback(followup or self.followup, channel, at)

    def rows(self):
        """(attempt, state) of each row about "Due today", the first attempt first."""
        items = self.env["collection.followup.item"].search(
            [("move_id", "=", self.move.id), ("step_id", "=", self.followup.step_id.id)],
            order="attempt, id",
        )
        return [(item.attempt, item.state) for item in items]

    def test_it_stands_beside_what_failed(self):
        fallback = self.fall_back()
        self.assertEqual((fallback.state, fallback.channel), ("planned", "activity"))
        self.assertEqual(fallback.fallback_of_id, self.followup)
        self.assertEqual(self.followup.state, "failed")
        self.assertEqual(self.followup.item_ids.mapped("attempt"), [0])
        self.assertEqual(self.rows(), [(0, "planned"), (1, "planned")])
        with self.at("2026-03-09 10:05"):
            self.run_ruler("send")
        self.assertEqual(fallback.state, "sent")
        self.assertEqual(self.rows(), [(0, "planned"), (1, "sent")])

    def test_there_is_one_and_no_more(self):
        fallback = self.fall_back()
        self.assertFalse(self.fall_back())
        self.assertEqual(self.rows(), [(0, "planned"), (1, "planned")])
        fallback._fail("error")
        self.assertFalse(self.fall_back(), "also where it failed itself")
        with self.assertRaises(Forbidden):
            self.fall_back(fallback)

    @mute_logger("odoo.sql_db")
    def test_the_same_attempt_twice_is_refused_by_the_database(self):
        item = self.fall_back().item_ids
        for one in (item, self.followup.item_ids):
            with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
                one.copy()
                self.env.flush_all()

    def test_somebody_else_was_faster(self):
        """The row is there, though nobody saw it when it was looked for."""
        first = self.fall_back()
        rows = [(self.instalments(self.move).id, self.followup.step_id.id, 0)]
        with self.at("2026-03-09 10:00"):
            self.patch(type(self.ledger), "_without_fallback", lambda *_args: rows)
            self.assertFalse(self.fall_back())
        self.assertEqual(self.rows(), [(0, "planned"), (1, "planned")])
        self.assertEqual(first.state, "planned")

    def test_only_what_did_not_arrive_has_one(self):
        for state in ("planned", "to_approve", "queued", "sent", "cancelled"):
            self.followup.invalidate_recordset()
            self.env.cr.execute(
                "UPDATE collection_followup SET state = %s WHERE id = %s", (state, self.followup.id)
            )
            with self.subTest(state=state), self.assertRaises(Forbidden):
                self.fall_back()
            self.assertEqual(self.rows(), [(0, "planned")])

    def test_what_nobody_knows_and_what_came_back_have_one(self):
        self.followup._retry(datetime(2026, 3, 9, 10))
        self.followup._move_to("queued", "due")
        self.followup._fail("uncertain")
        fallback = self.fall_back()
        self.assertEqual(self.rows(), [(0, "sent"), (1, "planned")])
        fallback._cancel("by_hand")
        self.followup._fail("bounced")
        self.assertTrue(self.fall_back())
        self.assertEqual(self.rows(), [(0, "sent"), (1, "cancelled"), (1, "planned")])

    def test_what_was_paid_has_none(self):
        self.pay(self.move, date="2026-03-09")
        self.env.flush_all()
        self.assertFalse(self.fall_back())

    def test_gentler_words_do_not_follow_firmer_ones(self):
        """A later step is on its way by now: what failed before it is not said by another channel (A9)."""
        with self.at("2026-03-12 10:00"):
            self.run_ruler("plan")
        self.assertTrue(self.followups(state="planned"))
        self.assertFalse(self.fall_back())

    def test_a_channel_is_not_asked_for_what_it_cannot_say(self):
        self.followup.purpose = "delivery"
        self.assertFalse(self.fall_back())

    def test_it_goes_to_whom_its_own_channel_reaches(self):
        billing = self.env["res.partner"].create(
            {
                "parent_id": self.customer.id,
                "type": "invoice",
                "name": "Billing",
                "email": "billing@customer.example.com",
            }
        )
        self.assertEqual(self.fall_back(channel="email").partner_id, billing)

    def test_an_answer_that_comes_late_takes_it_back(self):
        self.followup._retry(datetime(2026, 3, 9, 10))
        self.followup._move_to("queued", "due")
        self.followup._fail("uncertain")
        fallback = self.fall_back()
        self.env["collection.gateway"]._write_answer(self.followup, "accepted", "")
        with self.at("2026-03-09 10:05"):
            self.run_ruler("send")
        self.assertEqual((fallback.state, fallback.reason), ("cancelled", "replaced"))
        self.assertEqual(self.rows(), [(0, "sent"), (1, "cancelled")])

    def test_who_tries_again_takes_back_what_has_not_left(self):
        fallback = self.fall_back()
        self.followup.action_retry()
        self.assertEqual((fallback.state, fallback.reason), ("cancelled", "replaced"))
        self.assertEqual(self.followup.state, "planned")

    def test_what_another_channel_said_is_not_tried_again(self):
        fallback = self.fall_back()
        with self.at("2026-03-09 10:05"):
            self.run_ruler("send")
        with self.assertRaisesRegex(UserError, "another way"):
            self.followup.action_retry()
        self.assertFalse(self.followup._retry(datetime(2026, 3, 9, 11)))
        self.assertEqual((self.followup.state, fallback.state), ("failed", "sent"))
        self.followup._replan("due", datetime(2026, 3, 9, 11))
        self.assertEqual(self.followup.state, "failed", "nor by the gateway's 'later'")

    def test_the_second_door_takes_it_back_too(self):
        """It stands in the outbox when the first attempt turns out to have arrived."""
        fallback = self.fall_back(channel="email")
        with self.at("2026-03-09 10:05"):
            self.followup.partner_id.email = "ana.new@customer.example.com"
            fallback.partner_id = self.followup.partner_id
            self.run_ruler("send")
        self.assertEqual(fallback.state, "queued")
        self.followup._move_to("sent", "due")
        self.assertFalse(self.queue_at("2026-03-09 10:06"))
        self.env.invalidate_all()
        self.assertEqual((fallback.state, fallback.reason), ("cancelled", "replaced"))

    def test_a_payment_undone_has_it_said_after_all(self):
        fallback = self.fall_back()
        with self.at("2026-03-09 09:45"):
            self.pay(self.move, date="2026-03-09")
            self.run_ruler("track")
        self.assertEqual((fallback.state, fallback.reason), ("cancelled", "paid"))
        with self.at("2026-03-09 09:50"):
            self.move.line_ids.remove_move_reconcile()
            self.run_ruler("track")
        self.assertEqual(self.rows(), [(0, "planned"), (1, "planned")])
        anew = self.followups(fallback_of_id=self.followup.id, state="planned")
        self.assertEqual(anew.item_ids.mapped("attempt"), [1])

    def test_a_merge_keeps_both_rows(self):
        other = self.env["res.partner"].create(
            {"name": "Ana E.", "email": "e@customer.example.com"}
        )
        self.followup.reason = "error"  # the other address mends nothing
        self.fall_back()
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.customer | other).ids, other)
        self.env.invalidate_all()
        self.assertEqual(self.rows(), [(0, "planned"), (1, "planned")])
        with self.at("2026-03-09 10:05"):
            self.run_ruler("enrol", "track", "send")
        self.assertEqual(self.rows(), [(0, "planned"), (1, "sent")])

    def test_another_due_date_takes_both_rows_along(self):
        fallback = self.fall_back()
        with self.at("2026-03-09 10:05"):
            self.run_ruler("send")
            self.env["collection.rescheduling"]._reschedule(
                self.instalments(self.move), datetime(2026, 3, 20).date()
            )
        self.env.invalidate_all()
        items = (self.followup + fallback).item_ids
        self.assertEqual(set(items.mapped("due_date")), {datetime(2026, 3, 20).date()})
        self.assertEqual(self.rows(), [(0, "cancelled"), (1, "sent")])
