from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestDrop(CollectionCommon):
    """Dropping a card is an action, and never writes a stage that the next run would overwrite."""

    def setUp(self):
        super().setUp()
        self.move = self.invoice("2026-01-30")
        self.activate()
        self.day("2026-01-23")
        self.day("2026-01-30")
        self.day("2026-02-03")  # "Forgot?"

    def stage(self, name):
        return self.env.ref(f"collection_ruler.collection_stage_{name}")

    def drop(self, stage):
        """The dialog that opens when the card is dropped."""
        action = self.debtor().action_drop(self.stage(stage).id)
        return self.env[action["res_model"]].with_context(**action["context"]).create({})

    def test_settled_is_refused_with_the_reason(self):
        before = self.debtor().stage_id
        with self.assertRaisesRegex(UserError, "still owes .*100.00"):
            self.debtor().action_drop(self.stage("settled").id)
        self.assertEqual(self.debtor().stage_id, before)

    def test_stages_that_follow_facts_are_refused_in_words(self):
        for name in ("upcoming", "waiting", "review"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "put Ana Example on hold"):
                self.debtor().action_drop(self.stage(name).id)

    def test_hold_opens_its_dialog(self):
        with self.at("2026-02-04 10:00"):
            self.drop("hold")
            self.debtor().action_look_again()
            self.assertEqual(self.debtor().stage_id, self.stage("hold"))
        dispute = self.debtor().action_drop(self.stage("dispute").id)
        self.assertEqual(dispute["context"]["default_origin"], "dispute")

    def test_step_is_sent_before_its_day(self):
        with self.at("2026-02-05 10:00"):
            dialog = self.drop("firm")
            self.assertEqual(dialog.step_name, "Firm and polite")
            self.assertFalse(dialog.why_not)
            dialog.action_send()
        (mail,) = self.day("2026-02-05", "10:05")
        self.assertIn("please pay", mail["subject"])
        self.assertEqual(self.debtor().stage_id, self.stage("firm"))
        self.assertIn(("Firm and polite", "sent", "due"), self.ledger(self.move))
        self.assertIn(
            ("Call: is anything wrong?", "skipped", "overtaken"),
            self.ledger(self.move),
            "The call that comes before it gives way",
        )
        self.assertNotIn("Call: is anything wrong?", self.tasks())
        self.assertFalse(self.day("2026-02-09"), "It is not said again on its day")

    def test_cap_and_hold_are_not_overruled(self):
        with self.at("2026-02-04 10:00"):
            dialog = self.drop("firm")
            self.assertIn("too recent", dialog.why_not)
            with self.assertRaisesRegex(UserError, "too recent"):
                dialog.action_send()
        with self.at("2026-02-05 10:00"):
            self.hold()
            self.assertIn("hold", self.drop("firm").why_not)

    def test_a_call_is_work_of_ours_and_no_cap_stops_it(self):
        """ "Forgot?" left an hour ago: another message would be one too many, a call is not one."""
        with self.at("2026-02-03 11:00"):
            self.assertTrue(self.drop("firm").why_not)
            dialog = self.drop("call")
            self.assertTrue(dialog.is_task)
            self.assertFalse(dialog.why_not)
            dialog.action_send()
            self.run_ruler("send")
            self.assertFalse(self.deliver(), "The customer hears nothing of it")
            self.debtor().action_look_again()
        self.assertIn("Call: is anything wrong?", self.tasks())
        self.assertEqual(self.debtor().stage_id, self.stage("call"))

    def test_a_hold_stops_a_call_too(self):
        with self.at("2026-02-05 10:00"):
            self.hold()
            self.assertIn("hold", self.drop("call").why_not)

    def test_nobody_who_is_not_overdue_is_told_so(self):
        other = self.env["res.partner"].create({"name": "Ben", "email": "ben@customer.example.com"})
        self.invoice("2026-03-30", partner=other)
        with self.at("2026-02-05 10:00"):
            self.run_ruler("enrol", "track")
            action = self.debtor(other).action_drop(self.stage("firm").id)
            dialog = self.env["collection.drop"].with_context(**action["context"]).create({})
            self.assertIn("not overdue yet", dialog.why_not)

    def test_noted_step_is_consumed_and_nothing_leaves(self):
        with self.at("2026-02-05 10:00"):
            self.drop("firm").action_note()
            self.debtor().action_look_again()
            self.assertEqual(self.debtor().stage_id, self.stage("firm"))
        self.assertIn(("Firm and polite", "skipped", "said_by_hand"), self.ledger(self.move))
        for day in ("2026-02-05", "2026-02-09", "2026-02-10"):
            self.assertFalse(self.day(day))

    def test_what_lies_behind_is_not_said_again(self):
        with self.at("2026-02-06 10:00"):
            dialog = self.drop("reminded")
            self.assertIn("lies behind", dialog.why_not)
            with self.assertRaisesRegex(UserError, "lies behind"):
                dialog.action_send()
            with self.assertRaisesRegex(UserError, "lies behind"):
                dialog.action_note()

    def test_readers_drop_nothing(self):
        reader = self.new_user("drop_reader", "collection_ruler.collection_ruler_group_reader")
        theirs = self.debtor().with_user(reader)
        with self.assertRaises(AccessError):
            theirs.action_drop(self.stage("hold").id)
        with self.assertRaises(AccessError):
            theirs.action_look_again()
