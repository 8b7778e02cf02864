"""Bad input is refused where it is entered, or stops its own message and nobody else's (H2)."""

from contextlib import suppress

import psycopg2
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionCommon

SEND = "odoo.addons.collection_ruler.models.message.collection_message"


@tagged("post_install", "-at_install")
class TestRefusedWhereEntered(CollectionCommon):
    def new_step(self, **values):
        return self.env["collection.ruler.step"].create(
            {
                "ruler_id": self.ruler.id,
                "name": "New",
                "offset_days": 3,
                "channel": "email",
                "mail_template_id": self.step("Forgot?").mail_template_id.id,
                **values,
            }
        )

    def test_step_without_template(self):
        with self.assertRaisesRegex(
            ValidationError, "“New” \\(3 days after due\\).*no message yet"
        ):
            self.new_step(mail_template_id=False)
        with self.assertRaisesRegex(ValidationError, "no message yet"):
            self.step("Forgot?").mail_template_id = False

    def test_template_of_another_kind_of_record(self):
        wrong = self.env["mail.template"].create(
            {"name": "Wrong", "model_id": self.env.ref("base.model_res_partner").id}
        )
        with self.assertRaises(ValidationError):
            self.new_step(mail_template_id=wrong.id)

    def test_offset_twice_for_one_channel(self):
        self.new_step(name="Beside the call", offset_days=5)  # another channel
        with self.assertRaisesRegex(ValidationError, "both speak by E-mail 2 days after due"):
            self.new_step(offset_days=2)
        with self.assertRaisesRegex(ValidationError, "both speak"), self.env.cr.savepoint():
            self.step("Firm and polite").offset_days = 2
            self.env.flush_all()

    def test_ruler_without_steps_is_not_activated(self):
        self.ruler.step_ids.unlink()
        with self.assertRaisesRegex(UserError, "no steps yet"):
            self.ruler._activate()

    def test_running_ruler_keeps_a_step(self):
        self.activate("2026-03-02")
        with self.assertRaisesRegex(ValidationError, "needs at least one step"):
            self.ruler.write({"step_ids": [Command.clear()]})
        with self.assertRaisesRegex(ValidationError, "needs at least one step"):
            self.ruler.step_ids.unlink()

    def test_dates_reversed(self):
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "ends before it begins"):
            try:
                self.ruler.write({"date_from": "2026-03-10", "date_to": "2026-03-09"})
                self.env.flush_all()
            except psycopg2.errors.CheckViolation as error:
                # what Odoo's own translation of the constraint shows the user
                raise ValidationError(self.ruler._dates.get_error_message(self.ruler)) from error

    def test_ruler_that_has_ended(self):
        self.ruler.date_to = "2026-02-28"
        with self.at("2026-03-02 09:00"), self.assertRaisesRegex(UserError, "ended on 02/28/2026"):
            self.ruler._activate()

    def test_cap_without_days(self):
        with self.assertRaisesRegex(ValidationError, "in how many days"):
            self.ruler.max_contacts_days = 0
        self.ruler.write({"max_contacts": 0, "max_contacts_days": 0})  # no limit, and says so

    def test_country_whose_holidays_nobody_knows(self):
        self.customer.country_id = self.env["res.country"].create(
            {"name": "Examplia", "code": "ZZ"}
        )
        self.invoice("2026-03-09")
        with self.at("2026-03-02 09:00"):
            dialog = self.env["collection.ruler.activation"].create({"ruler_id": self.ruler.id})
            self.assertIn("public holidays of Examplia", dialog.summary)
            self.customer.country_id = self.env.ref("base.ie")
            self.env.invalidate_all()
            self.assertNotIn("public holidays", dialog.summary)

    def test_negative_limits(self):
        for name in (
            "min_days_between_contacts",
            "max_contacts",
            "max_contacts_days",
            "max_days_overdue",
        ):
            with (
                self.subTest(name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.ruler[name] = -1
                self.env.flush_all()

    def test_domain_that_does_not_evaluate(self):
        for text in (
            "[('no_such_field', '=', 1)]",
            "[('name', '=', ",
            "name = 1",
            "[1, 2]",
            "[('id', 'foo', 3)]",
            "{}",
            "42",
        ):
            with (
                self.subTest(text),
                self.assertRaisesRegex(ValidationError, "Default.*cannot be found"),
                self.env.cr.savepoint(),
            ):
                self.ruler.partner_domain = text
                self.env.flush_all()

    def test_domain_runs_no_code(self):
        with self.assertRaises(ValidationError):
            self.ruler.partner_domain = "[('name', '=', __import__('os').getcwd())]"

    def test_contact_hours_that_never_open(self):
        hours = self.env["resource.calendar"].create({"name": "Never", "attendance_ids": []})
        hours.attendance_ids.unlink()
        with self.assertRaisesRegex(ValidationError, "No contact window in the whole week"):
            self.company.collection_calendar_id = hours

    def test_rulers_contact_hours_that_never_open(self):
        hours = self.env["resource.calendar"].create(
            {"name": "Never", "attendance_ids": [], "company_id": self.company.id}
        )
        hours.attendance_ids.unlink()
        with self.assertRaisesRegex(UserError, "No contact window in the whole week"):
            self.ruler.resource_calendar_id = hours
            self.ruler._activate()

    def test_company_without_address_to_send_from(self):
        self.company.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address to send from"):
            self.ruler._activate()

    def test_hold_without_instalments_and_of_another_customer(self):
        self.activate("2026-03-02")
        other = self.env["res.partner"].create({"name": "Other"})
        self.invoice("2026-03-09")
        foreign = self.invoice("2026-03-09", partner=other)
        with self.at("2026-03-02 08:00"):
            self.run_ruler("enrol")
        with self.assertRaisesRegex(ValidationError, "which instalments"):
            self.hold(scope="instalments")
        with self.assertRaisesRegex(ValidationError, "of this customer"):
            self.hold(foreign)


@tagged("post_install", "-at_install")
class TestStopsItselfOnly(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.good = self.env["res.partner"].create(
            {"name": "Good", "email": "good@customer.example.com"}
        )
        for partner in (self.customer, self.good):
            self.invoice("2026-03-09", 100.0, partner, date="2026-03-02")
        self.deed = self.ruler.user_id

    def assert_only_the_good_one_is_served(self, reason, told="Not sent: A week before"):
        sent = self.day("2026-03-02")
        self.assertEqual([m["email_to"] for m in sent], [['"Good" <good@customer.example.com>']])
        followup = self.followups()
        self.assertEqual((followup.state, followup.reason), ("failed", reason))
        activity = self.debtor().activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn(told, activity.summary)
        self.assertTrue(activity.note)
        self.assertFalse(self.debtor(self.good).activity_ids)
        self.assertFalse(self.day("2026-03-02", "11:00"))
        self.assertEqual(len(self.debtor().activity_ids), 1, "told twice")
        return followup

    def test_customer_without_address(self):
        self.customer.email = False
        followup = self.assert_only_the_good_one_is_served("no_address", "Add an e-mail address")
        with self.at("2026-03-02 12:00"):
            self.customer.email = "ana@customer.example.com"
            followup.action_retry()
        self.assertEqual(len(self.day("2026-03-02", "12:10")), 1)

    def test_customer_with_nonsense_for_an_address(self):
        self.customer.email = "call me instead"
        self.assert_only_the_good_one_is_served("no_address", "Add an e-mail address")

    @mute_logger(SEND, "odoo.addons.mail.models.mail_render_mixin")
    def test_template_that_raises_for_one_customer(self):
        self.step(
            "A week before"
        ).mail_template_id.body_html = (
            "<p t-out=\"1 / (object.customer_name != 'Ana Example' and 1 or 0)\"/>"
        )
        followup = self.assert_only_the_good_one_is_served("template_error")
        self.assertIn("division", followup.failure)
        self.step("A week before").mail_template_id.body_html = "<p>Mended</p>"
        with self.at("2026-03-02 12:00"):
            followup.action_retry()
        (mail,) = self.day("2026-03-02", "12:10")
        self.assertIn("Mended", mail["body"])

    @mute_logger(SEND, "odoo.addons.mail.models.mail_render_mixin")
    def test_template_that_raises_for_everybody_fails_each_with_a_task(self):
        self.step("A week before").mail_template_id.subject = "{{ object.no_such_field }}"
        self.assertFalse(self.day("2026-03-02"))
        for partner in (self.customer, self.good):
            self.assertEqual(self.followups(partner).reason, "template_error")
            self.assertEqual(len(self.debtor(partner).activity_ids), 1)

    def test_template_deleted_while_its_message_is_planned(self):
        with self.at("2026-03-02 08:00"):
            self.run_ruler()
        with self.assertRaisesRegex(UserError, "Default: A week before.* Choose another message"):
            self.step("A week before").mail_template_id.unlink()
        self.assertEqual(len(self.day("2026-03-02")), 2)

    def test_step_deleted_while_its_message_is_planned(self):
        with self.at("2026-03-02 08:00"):
            self.run_ruler()
        self.step("A week before").unlink()
        self.assertFalse(self.day("2026-03-02"))
        self.assertEqual(self.followups().state, "cancelled")
        self.assertEqual(len(self.day("2026-03-09")), 2, "the rest of the ruler goes on")

    def test_ruler_that_spoke_cannot_be_deleted(self):
        self.day("2026-03-02")
        with self.assertRaisesRegex(UserError, "“Default” has spoken .* Archive it"):
            self.ruler.unlink()

    def test_who_edits_an_older_edition_of_a_ruler_overwrites_nothing(self):
        known = self.ruler.edition
        self.step("Due today").offset_days = 1  # by code: nobody's form is older for it
        self.ruler.write({"name": "Ana's", "edition": known})
        with self.assertRaisesRegex(UserError, "changed “Ana's” while you had it open"):
            self.ruler.write({"name": "Ben's", "edition": known})
        self.assertEqual(self.ruler.name, "Ana's")
        self.ruler.write({"name": "Ben's", "edition": known + 1})
        self.assertEqual(self.ruler.name, "Ben's")

    def test_stage_that_a_step_leads_to_is_kept(self):
        stage = self.step("Forgot?").stage_id
        with self.assertRaisesRegex(UserError, f"lead to the stage “{stage.name}”.*Forgot?"):
            stage.unlink()

    def test_stage_in_which_somebody_stands_is_kept(self):
        self.day("2026-03-02")
        stage = self.debtor().stage_id
        self.env["collection.ruler.step"].search([("stage_id", "=", stage.id)]).stage_id = False
        with self.assertRaisesRegex(UserError, "is in use: 2 customers, 2 instalments"):
            stage.unlink()

    def test_history_is_never_deleted(self):
        self.day("2026-03-02")
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.followups().unlink()
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.followups().item_ids.unlink()

    def test_deleted_stage_does_not_stop_the_run(self):
        self.step("A week before").stage_id = False
        stages = self.env["collection.stage"].search([("kind", "in", ("upcoming", "settled"))])
        for stage in stages:
            with suppress(UserError):
                stage.unlink()
        self.assertEqual(len(self.day("2026-03-02")), 2)
