from datetime import datetime
from unittest.mock import patch

from lxml import html as parser
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from .common import CollectionCommon

EVERYTHING = (
    "collection.followup",
    "collection.followup.item",
    "collection.instalment",
    "collection.debtor",
    "collection.debtor.refresh",
    "mail.mail",
    "mail.message",
    "mail.activity",
    "ir.attachment",
)


@tagged("post_install", "-at_install")
class TestOutgoing(CollectionCommon):
    """What is about to leave is seen as it will leave, can be skipped for a day, and is not changed by
    looking (A13)."""

    def setUp(self):
        super().setUp()
        self.outgoing = self.env["collection.followup"]

    def leaving(self):
        return self.outgoing.search([("leaves_today", "=", True)])

    def listed(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "collection_ruler.collection_outgoing_action"
        )
        return self.outgoing.search(safe_eval(action["domain"]))

    def tile(self):
        """How many leave today, as the page Today counts them."""
        tiles = {t["key"]: t for t in self.env["collection.today"].tiles()["tiles"]}
        tile = tiles["outgoing"]
        self.assertEqual(self.outgoing.search(tile["action"]["domain"]), self.listed())
        self.assertNotIn("counted", tile["action"])
        return tile["count"]

    def planned(self, due="2026-01-30", **values):
        """A reminder "Forgot?" that is planned early on its day: Tuesday 3 February."""
        move = self.invoice(due, **values)
        self.activate()
        with self.at("2026-02-03 07:00"):
            self.run_ruler("enrol", "plan")
        return move, self.followups(state="planned")

    def test_contact_hours_are_read_as_often_for_many_as_for_one(self):
        for number in range(3):
            partner = self.env["res.partner"].create(
                {"name": f"Customer {number}", "email": f"c{number}@customer.example.com"}
            )
            self.invoice("2026-01-30", 50.0, partner)
        self.planned()
        with self.at("2026-02-03 08:00"):
            leaving = self.leaving()
            self.assertEqual(len(leaving), 4)
            self.assertEqual(self.hours_read(leaving), self.hours_read(leaving[:1]))

    def hours_read(self, followups):
        """How often the company's hours are read to look at these."""
        self.env.flush_all()
        self.env.invalidate_all()
        company = type(self.env["res.company"])
        read = company._collection_closed_days
        with patch.object(
            company, "_collection_closed_days", autospec=True, side_effect=read
        ) as times:
            followups.mapped("waits_because")
        return times.call_count

    def rows(self):
        """All that stands in the database, to be compared."""
        self.env.flush_all()
        result = {}
        for model in EVERYTHING:
            table = SQL.identifier(self.env[model]._table)
            result[model] = self.env.execute_query(SQL("SELECT * FROM %s ORDER BY id", table))
        return result

    def test_lists_what_leaves_today_and_no_task(self):
        _move, followup = self.planned()
        with self.at("2026-02-03 07:30"):
            self.assertEqual(self.leaving(), followup)
            self.assertEqual(followup.leaves_at, datetime(2026, 2, 3, 9))
            self.assertEqual(followup.amount_now, 100)
            self.assertFalse(followup.waits_because)
        followup.channel = "activity"
        with self.at("2026-02-03 07:30"):
            self.assertFalse(self.leaving(), "A task is work of ours")
        followup.channel = "email"
        with self.at("2026-02-02 23:30"):
            self.assertFalse(self.leaving(), "It leaves tomorrow")

    def test_amount_is_the_one_of_now(self):
        move, followup = self.planned()
        with self.at("2026-02-03 07:30"):
            self.pay(move, 30)
            self.assertEqual(followup.amount_due, 100, "Written at the door only")
            self.assertEqual(followup.amount_now, 70)
            self.assertIn("70.00", self.env["collection.message.preview"]._of(followup)["body"])
            self.pay(move, 70)
            followup.invalidate_recordset()
            self.assertIn("taken back", followup.waits_because)
            seen = self.env["collection.message.preview"]._of(followup)
            self.assertIn("taken back", seen["note"])
            self.assertFalse(seen["body"])

    def test_preview_is_what_the_mail_server_gets(self):
        _move, followup = self.planned()
        with self.at("2026-02-03 07:30"):
            seen = self.env["collection.message.preview"]._of(followup)
        (mail,) = self.day("2026-02-03", "09:05")
        self.assertEqual(seen["subject"].replace("\xa0", " "), mail["subject"])
        self.assertIn("Ana Example", seen["email_to"])
        body = str(seen["body"]).replace("\xa0", " ").replace("&nbsp;", " ")
        self.assertEqual(self.text_of(body), self.text_of(mail["body"]))

    def text_of(self, html):
        return " ".join(parser.fromstring(html).text_content().split())

    def test_looking_writes_and_sends_nothing(self):
        _move, followup = self.planned()
        other = self.env["res.partner"].create({"name": "Ben", "email": "ben@customer.example.com"})
        self.invoice("2026-03-30", partner=other)
        with self.at("2026-02-03 07:30"):
            self.run_ruler("enrol")
            before = self.rows()
            self.assertTrue(self.env["collection.message.preview"]._of(followup)["body"])
            self.assertTrue(
                self.env["collection.message.preview"]._next(self.debtor(other))["body"]
            )
            self.leaving().mapped("waits_because")
            self.assertEqual(self.rows(), before)

    def test_customers_text_is_escaped(self):
        self.customer.name = "<script>alert(1)</script> Example"
        _move, followup = self.planned(ref="<script>alert(2)</script>")  # their own reference
        with self.at("2026-02-03 07:30"):
            body = self.env["collection.message.preview"]._of(followup)["body"]
        self.assertNotIn("<script", body)
        self.assertIn("&lt;script", body)

    def test_hold_says_why_it_waits_and_shows_the_words(self):
        _move, followup = self.planned()
        with self.at("2026-02-03 07:30"):
            self.hold()
            self.assertEqual(followup.waits_because, "A hold pauses the ruler")
            seen = self.env["collection.message.preview"]._of(followup)
            self.assertIn("a hold pauses the ruler", seen["note"])
            self.assertIn("100.00", seen["body"])

    def test_skipped_keeps_its_place_and_asks_tomorrow(self):
        move, followup = self.planned()
        with self.at("2026-02-03 07:30"):
            collector = self.new_user(
                "outgoing_collector", "collection_ruler.collection_ruler_group_collector"
            )
            self.assertEqual(self.tile(), 1)
            followup.with_user(collector).action_skip_today()
            self.assertFalse(self.leaving(), "It leaves another day")
            self.assertEqual(self.tile(), 0)
            self.assertEqual(self.listed(), followup, "In sight, so that it can be undone")
            self.assertTrue(followup.is_skipped_today)
            self.assertEqual(followup.waits_because, "Skipped until Wed 4 Feb")
        self.assertFalse(self.day("2026-02-03"), "Nothing leaves today")
        self.assertEqual(followup.state, "planned")
        self.assertIn(("Forgot?", "planned", "due"), self.ledger(move))
        (mail,) = self.day("2026-02-04")
        self.assertIn("100.00", mail["body"])
        self.assertEqual(followup.state, "sent")

    def test_skipping_changes_no_amount(self):
        """Tomorrow one of both is due and is not announced any more: that is no news about today."""
        self.activate("2026-01-30")
        self.invoice("2026-02-04", 65.0, date="2026-02-02")
        self.invoice("2026-02-06", 100.0, date="2026-02-02")
        with self.at("2026-02-03 09:30"):
            self.run_ruler("enrol", "plan")
            followup = self.followups(state="planned")
            self.assertEqual((followup.amount_due, followup.amount_now), (165, 165))
            followup.action_skip_today()
            followup.invalidate_recordset()
            self.assertEqual((followup.amount_due, followup.amount_now), (165, 165))
            self.assertEqual(followup.leaves_at, datetime(2026, 2, 4, 9))
        with self.at("2026-02-04 07:30"):
            followup.invalidate_recordset()
            self.assertFalse(followup.is_skipped_today)
            self.assertEqual(self.leaving(), followup)
            self.assertEqual(followup.amount_now, 100)

    def test_skipping_ahead_skips_the_day_on_which_it_would_leave(self):
        _move, followup = self.planned()
        with self.at("2026-02-02 12:00"):
            followup.action_skip_today()
            self.assertEqual(followup.scheduled_at, datetime(2026, 2, 4, 9))
            followup.action_skip_today()
            self.assertEqual(followup.scheduled_at, datetime(2026, 2, 4, 9), "Once is enough")

    def test_skipping_can_be_undone(self):
        _move, followup = self.planned()
        with self.at("2026-02-03 07:30"):
            followup.action_skip_today()
            followup.action_plan_again()
            self.assertFalse(followup.is_skipped_today)
        self.assertEqual(len(self.day("2026-02-03")), 1)

    def test_what_waits_for_approval_can_be_skipped_too(self):
        self.step("Forgot?").mode = "approve"
        self.invoice("2026-01-30")
        self.activate()
        with self.at("2026-02-03 07:00"):
            self.run_ruler("enrol", "plan")
            followup = self.followups(state="to_approve")
            self.assertEqual(self.leaving(), followup)
            self.assertEqual(followup.waits_because, "It waits for approval")
            self.assertIn("100.00", self.env["collection.message.preview"]._of(followup)["body"])
            followup.action_skip_today()
        self.assertEqual(followup.state, "to_approve")
        with self.at("2026-02-04 07:00"):
            self.assertFalse(followup.is_skipped_today)
            followup.action_approve()
        self.assertEqual(len(self.day("2026-02-04")), 1)

    def test_what_has_left_cannot_be_skipped(self):
        _move, followup = self.planned()
        self.day("2026-02-03")
        with self.assertRaisesRegex(UserError, "on its way already"):
            followup.action_skip_today()

    def test_readers_look_and_change_nothing(self):
        _move, followup = self.planned()
        reader = self.new_user("outgoing_reader", "collection_ruler.collection_ruler_group_reader")
        with self.at("2026-02-03 07:30"):
            theirs = followup.with_user(reader)
            self.assertTrue(self.env["collection.message.preview"]._of(theirs)["body"])
            answer = (
                self.env["collection.preview"]
                .with_user(reader)
                .with_context(default_followup_id=followup.id)
                .onchange({}, [], {"body": {}, "subject": {}, "note": {}, "leaves": {}})
            )
            self.assertIn("100.00", answer["value"]["body"])
            for action in ("action_skip_today", "action_plan_again", "action_approve"):
                with self.assertRaises(AccessError):
                    getattr(theirs, action)()

    def test_dead_address_is_said_before_the_door_says_it(self):
        (mail,) = self.planned() and self.day("2026-02-03")
        self.invoice("2026-02-13", date="2026-02-01")
        with self.at("2026-02-06 07:00"):
            self.run_ruler("enrol", "plan")
            self.bounce(mail)  # after the next one was planned
            (followup,) = self.leaving()
            self.assertIn("came back", followup.waits_because)
            self.assertIn("came back", self.env["collection.message.preview"]._of(followup)["note"])

    def test_broken_template_is_said_in_words(self):
        _move, followup = self.planned()
        Tables = self.env.registry["collection.message.tables"]
        broken = patch.object(Tables, "_asked_groups", side_effect=ValueError("no table"))
        with self.at("2026-02-03 07:30"), broken:
            self.assertIn(
                "cannot be written", self.env["collection.message.preview"]._of(followup)["note"]
            )

    def test_next_message_before_it_is_planned(self):
        self.invoice("2026-01-30", 80)
        self.activate()
        self.assertEqual(len(self.day("2026-01-23")), 1)
        with self.at("2026-01-28 10:00"):
            seen = self.env["collection.message.preview"]._next(self.debtor())
        self.assertEqual((seen["step_name"], seen["is_planned"]), ("Due today", False))
        self.assertEqual(seen["leaves_at"], datetime(2026, 1, 30, 9))
        self.assertIn("80.00", seen["body"])

    def test_next_message_waits_for_the_call_that_comes_before_it(self):
        """The call of Monday the 16th has two working days; the 17th is a holiday."""
        self.invoice("2026-03-09", date="2026-03-02")
        self.activate("2026-03-02")
        self.day("2026-03-11")
        with self.at("2026-03-12 10:00"):
            seen = self.env["collection.message.preview"]._next(self.debtor())
        self.assertEqual(seen["step_name"], "Firm and polite")
        self.assertEqual(seen["leaves_at"], datetime(2026, 3, 19, 9))
        for day in ("2026-03-16", "2026-03-18"):
            self.assertFalse(self.day(day), day)
            self.assert_firm_on_the_19th(day)
        self.assertEqual(len(self.day("2026-03-19")), 1)

    def assert_firm_on_the_19th(self, day):
        """Banner and drawn line (A1): they know of the open call as well."""
        with self.at(f"{day} 10:00"):
            debtor = self.debtor()
            debtor.invalidate_recordset()
            if day == "2026-03-16":  # on the 18th it waits, and says why
                self.assertIn("Firm and polite", debtor.next_text)
                self.assertIn("19", debtor.next_text)
            instalment = debtor.instalment_ids
            line = self.env["collection.ruler.line"]._draw(instalment)[instalment.id]
            (coming,) = [mark for mark in line["marks"] if mark["state"] == "next"]
            self.assertEqual((coming["name"], coming["date"]), ("Firm and polite", "2026-03-19"))

    def test_next_message_of_who_owes_nothing(self):
        move = self.invoice("2026-01-30", 80)
        self.activate()
        with self.at("2026-01-19 10:00"):
            self.pay(move)
        self.day("2026-01-20")
        self.day("2026-01-21")  # with thanks
        with self.at("2026-01-22 10:00"):
            self.assertEqual(
                self.env["collection.message.preview"]._next(self.debtor())["note"],
                "Nothing is owed.",
            )

    def test_delivery_is_shown_as_odoo_writes_it(self):
        self.invoice("2026-01-30", sent=False)
        self.activate()
        with self.at("2026-01-23 07:00"):
            self.run_ruler("enrol", "plan")
            followup = self.followups(purpose="delivery", state="planned")
            seen = self.env["collection.message.preview"]._of(followup)
        self.assertIn("100.00", seen["body"].replace("\xa0", " "))
        self.assertIn(".pdf", seen["attachments"])
        self.assertIn("ana@customer.example.com", seen["email_to"])
