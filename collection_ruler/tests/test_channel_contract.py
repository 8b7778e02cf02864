"""Every channel answers the questions of `collection.channel`, whoever brought it (B7)."""

from contextlib import closing
from datetime import date

from odoo import Command
from odoo.tests import tagged

from ..dunning.ladder import MODES
from ..dunning.purpose import Purpose
from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestChannelContract(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Channel = cls.env["collection.channel"]
        cls.customer.write({"phone": "+353 87 123 4567", "city": "Dublin"})
        cls.words = cls.words_that_state_nothing(cls)

    def for_each(self, check):
        """Check each channel of steps, in a subtest of its own that leaves nothing behind."""
        for code in self.Channel._codes():
            with self.subTest(channel=code), closing(self.env.cr.savepoint(flush=False)):
                check(self.Channel._named(code))
            self.env.invalidate_all(flush=False)

    def by_channel(self, channel, offset=3):
        """The ruler of the school with one step by this channel alone, and an invoice due on 9 February."""
        self.ruler.step_ids.unlink()
        self.ruler.step_ids = [Command.create(self.step_values(channel, offset))]
        move = self.invoice("2026-02-09", 90)
        self.activate()
        return move

    def step_values(self, channel, offset):
        return {
            "name": f"By {channel._label()}",
            "offset_days": offset,
            "channel": channel._code,
            "mode": channel._modes[0],
            "mail_template_id": self.words.id,
        }

    def test_it_says_what_it_is(self):
        def check(channel):
            self.assertTrue(channel._label())
            self.assertIn("“Forgot?”", channel._announce("Forgot?"))
            self.assertTrue(channel._modes and set(channel._modes) <= set(MODES))
            self.assertLessEqual(set(channel._purposes), {str(purpose) for purpose in Purpose})
            self.assertEqual(self.Channel._named(channel._code)._name, channel._name)

        self.for_each(check)

    def test_it_reaches_who_has_an_address(self):
        nobody = self.env["res.partner"].create({"name": "Nobody Example"})

        def check(channel):
            if channel._has_addresses:
                self.assertTrue(channel._address(self.customer))
                self.assertFalse(channel._address(nobody))
                self.assertFalse(channel._reaches(nobody))
                address = channel._address(self.customer)
                self.assertEqual(channel._normalized(address), address)

        self.for_each(check)

    def test_its_step_is_planned_on_its_day_and_can_be_read_before_it_leaves(self):
        def check(channel):
            self.by_channel(channel)
            with self.at("2026-02-12 07:00"):
                self.run_ruler("enrol", "plan")
                (followup,) = self.followups()
                self.assertEqual((followup.channel, followup.state), (channel._code, "planned"))
                self.assertEqual(followup.customer_hears, channel._customer_hears)
                seen = channel._preview(followup)
                self.assertTrue(seen.get("body") or seen.get("note") or not channel._customer_hears)
                if channel._customer_hears:
                    seen = self.env["collection.message.preview"]._of(followup)
                    self.assertTrue(seen["body"])
                    self.assertFalse(seen["note"])

        self.for_each(check)

    def test_what_left_is_in_the_outbox_once_however_often_somebody_looks(self):
        def check(channel):
            self.by_channel(channel)
            with self.at("2026-02-12 09:30"):
                self.run_ruler()
            (followup,) = self.followups()
            if not channel._customer_hears:
                self.assertEqual(followup.state, "sent")
                return
            queued = followup.state, followup.queued_at, followup.mail_message_id
            self.assertEqual(queued[0], "queued")
            for minute in (40, 50, 59):
                with self.at(f"2026-02-12 09:{minute}"):
                    self.run_ruler()
            (followup,) = self.followups()
            self.assertEqual((followup.state, followup.queued_at, followup.mail_message_id), queued)

        self.for_each(check)

    def test_who_has_no_address_is_told_to_a_person_once_and_repaired_by_itself(self):
        def check(channel):
            if not channel._has_addresses:
                return
            self.customer.write({"email": False, "phone": False, "city": False})
            self.by_channel(channel)
            with self.at("2026-02-12 09:30"):
                self.run_ruler()
            (followup,) = self.followups()
            self.assertEqual((followup.state, followup.reason), ("failed", "no_address"))
            self.assertEqual(len(self.tasks()), 1)
            self.customer.write(
                {"email": "ana@customer.example.com", "phone": "+353871234567", "city": "Cork"}
            )
            with self.at("2026-02-12 10:30"):
                self.run_ruler("track", "send")
            self.assertEqual(self.followups().mapped("state"), ["queued"])
            self.assertFalse(self.tasks())

        self.for_each(check)

    def test_what_is_taken_back_leaves_the_outbox(self):
        def check(channel):
            if not channel._customer_hears:
                return
            self.by_channel(channel)
            with self.at("2026-02-12 09:30"):
                self.run_ruler()
                (followup,) = self.followups()
                followup._cancel("by_hand")
                outcomes = channel._outcomes(followup)
            self.assertEqual(followup.state, "cancelled")
            self.assertEqual(outcomes[followup].state, "lost")

        self.for_each(check)

    def test_in_test_mode_nothing_stands_in_an_outbox_for_the_customer(self):
        def check(channel):
            self.company.collection_test_email = "tester@school.example.com"
            if not channel._customer_hears or channel._redirects_in_test_mode:
                return
            self.by_channel(channel)
            with self.at("2026-02-12 09:30"):
                self.run_ruler()
                (followup,) = self.followups()
                self.assertEqual(followup.state, "sent")
                mail = self.env["mail.mail"].search([], order="id desc", limit=1)
                self.assertEqual(mail.email_to, "tester@school.example.com")
                self.assertIn(channel._label(), mail.subject)
                self.assertEqual(channel._outcomes(followup)[followup].state, "lost")

        self.for_each(check)

    def test_its_words_are_in_the_samples(self):
        def check(channel):
            self.by_channel(channel)
            Sample = self.env["collection.sample"]
            own = self.ruler.step_ids.filtered(Sample._has_words)
            self.assertEqual(bool(own), channel._customer_hears)
            with self.at("2026-02-12 09:30"):
                for _subject, body in Sample._write(self.ruler, own.ids, self.env.user.id):
                    self.assertIn("480", body)

        self.for_each(check)

    def test_the_forecast_counts_it_on_its_day(self):
        def check(channel):
            self.by_channel(channel, 10)
            with self.at("2026-02-12 09:30"):
                forecast = self.env["collection.forecast"]._foresee(self.company)
                ((day, code, _kind, _ruler),) = forecast.counts
            self.assertEqual((day, code), (date(2026, 2, 19), channel._code))

        self.for_each(check)

    def test_with_an_e_mail_on_one_day_it_counts_once(self):
        def check(channel):
            if channel._code == self.env["collection.channel.email"]._code:
                return
            self.by_channel(channel)
            mail = self.env["collection.channel.email"]
            self.ruler.step_ids = [Command.create(self.step_values(mail, 3))]
            with self.at("2026-02-12 09:30"):
                self.run_ruler()
            self.assertEqual(
                {(f.channel, f.state) for f in self.followups()},
                {
                    ("email", "queued"),
                    (channel._code, "queued" if channel._customer_hears else "sent"),
                },
            )

        self.for_each(check)
