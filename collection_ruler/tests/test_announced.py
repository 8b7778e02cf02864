"""Law 1 in the database: at one moment banner, card, drawn line, lists, outgoing, preview and forecast are
read; then the days are lived, and what left is compared (A1, A2, A12, A14, F1)."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from odoo import Command
from odoo.tests import tagged

from .plan_case import PlanCase
from .test_forecast import ForecastCase

# the scheduled action runs all day long; these are the moments at which it can come to another decision
HOURS = ("00:10", "09:00", "14:00", "18:10")
LIVED = [str(date(2026, 3, 24) + timedelta(days=n)) for n in range(15)]


class Left(NamedTuple):
    """What left, or was asked of us.

    :param at: naive UTC, None for a task
    :param steps: {instalment: id of its step}
    """

    followup: object
    day: date
    at: datetime | None
    kind: str
    steps: dict


@tagged("post_install", "-at_install")
class TestAnnounced(PlanCase, ForecastCase):
    """It is Tuesday, 24 March 2026, at eight in the morning."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.slow = self.another_ruler("Slow")
        self.slow.step_ids.unlink()
        for offset, mode in ((1, "automatic"), (4, "approve"), (7, "automatic")):
            self.add_step(offset, f"Slow {offset}", ruler_id=self.slow.id, mode=mode)
        with self.at("2026-03-02 08:30"):
            self.slow._activate()

    def owes(self, name, *dues, ruler=None, **values):
        """A customer with invoices due on these days of March, 100 each."""
        partner = self.person(name)
        for due in dues:
            day = str(date(2026, 3, 1) + timedelta(days=due - 1))
            move = self.invoice(day, 100.0, partner, date="2026-03-02", **values)
            move.collection_ruler_id = ruler
        return partner

    def instalments_of(self, partner):
        return self.debtor(partner).instalment_ids.sorted("due_date")

    def in_parts(self, name, *days):
        """A customer with one invoice in parts, due so many days after 2 March."""
        shares = zip((40, 30, 30), days, strict=True)
        parts = [{"value": "percent", "value_amount": n, "nb_days": day} for n, day in shares]
        terms = self.env["account.payment.term"].create(
            {"name": name, "line_ids": [Command.create(part) for part in parts]}
        )
        partner = self.person(name)
        self.invoice(False, 300.0, partner, "2026-03-02", invoice_payment_term_id=terms.id)
        return partner

    def people(self):
        """Customers of many kinds, followed up until the moment."""
        who = [
            self.in_parts("In Review", 7, 29, 60),
            self.in_parts("In Parts", 14, 21, 28),
            self.owes("Call And Firm", 16, 12, 30),
            self.owes("Held", 21, 30),
            self.owes("Replied", 16, 30),
            self.owes("Covered", 16, 30),
            self.owes("Waits For Approval", 20, ruler=self.slow),
            self.owes("Slow", 25, 22, ruler=self.slow),
            self.owes("Limit Reached", 16, 18, 20, 22, 24, 26),
            self.owes("Paid In Part", 20, 31),
            self.owes("Spoken To", 22, 33, ruler=self.slow),
            self.owes("Two Rulers", 23, 25),
            self.owes("Plain", 31),
            self.owes("At Two", 23, 26),
            self.owes("Not Sent", 41, sent=False),
            self.owes("By Hand", 26, 35, sent=False),
            self.owes("Far Away", 150),
        ]
        who = {partner.name: partner for partner in who}
        who["By Hand"].with_company(self.company).invoice_sending_method = "manual"
        with self.at("2026-03-02 09:00"):
            self.run_ruler("enrol")
        self.debtor(who["At Two"]).best_hour = 14.0
        second = self.instalments_of(who["Two Rulers"])[1]
        second.move_id.collection_ruler_id = self.slow
        return who

    def lead_up(self, who):
        """What happened until the moment."""
        day = date(2026, 3, 2)
        while day < date(2026, 3, 24):
            sent = self.day(str(day), "14:05") if day.weekday() < 5 else []
            if day == date(2026, 3, 18):  # "Forgot?" about what was due on Monday
                (mail,) = (m for m in sent if "replied@" in m["EmailMessage"]["To"])
                with self.at("2026-03-18 15:00"):
                    self.reply(mail)
            day += timedelta(days=1)
        with self.at("2026-03-23 15:00"):
            self.hold(partner=who["Held"], date_to="2026-03-25", note="they look into it")
            self.credit_note(100.0, who["Covered"], "2026-03-23")
            self.pay(self.instalments_of(who["Paid In Part"])[0].move_id, 40.0, "2026-03-23")
            self.talk(who["Spoken To"])
            self.run_ruler()
        with self.at("2026-03-24 00:10"):
            self.run_ruler()

    def talk(self, partner):
        self.debtor(partner).activity_schedule("mail.mail_activity_data_call").action_feedback()

    def read_all(self, who):
        """What each surface announces at the moment, by name."""
        seen = {}
        for name, partner in who.items():
            debtor, own = self.debtor(partner), self.instalments_of(partner)
            preview = self.env["collection.message.preview"]._next(debtor)
            outgoing = self.followups(partner).filtered("leaves_at")
            seen[name] = {
                "why": debtor.why,
                "next": debtor.next_contact,
                "list": {i: i.next_contact for i in own},
                "line": {i: i.ruler_line for i in own},
                "preview": (preview.get("step_name"), preview.get("leaves_at")),
                "outgoing": {f: f.leaves_at for f in outgoing if not f.waits_because},
            }
        return seen

    def live_on(self, who):
        """Live the days: what left, in order, by name."""
        gone = ("sent", "queued")
        known = self.env["collection.followup"].search([("state", "in", gone)])
        names = {self.debtor(partner): name for name, partner in who.items()}
        left = {name: [] for name in who}
        for day in LIVED:
            for hour in HOURS:
                with self.at(f"{day} {hour}"):
                    self.run_and_approve()
                    self.run_odoo_sending()
                    self.deliver()
                    self.run_ruler("track")
                new = self.env["collection.followup"].search([("state", "in", gone)]) - known
                known |= new
                for one in map(self.seen_leaving, new):
                    left[names[one.followup.debtor_id]].append(one)
        for own in left.values():  # of one day what is said is named before what is done
            own.sort(key=lambda one: (one.day, not one.at))
        return left

    def seen_leaving(self, followup):
        calendar = self.company._collection_calendar()
        day = calendar.local_day(followup.scheduled_at.replace(tzinfo=UTC))
        steps = {}
        for item in followup.item_ids.filtered(lambda item: item.state in ("planned", "sent")):
            domain = [("move_id", "=", item.move_id.id), ("due_date", "=", item.due_date)]
            steps[self.env["collection.instalment"].search(domain)] = item.step_id.id
        if not followup.customer_hears:
            return Left(followup, calendar.next_open_day(day), None, "task", steps)
        kind = "approval" if followup.approved_at else "message"
        kind = "delivery" if followup.purpose == "delivery" else kind
        return Left(followup, day, followup.scheduled_at, kind, steps)

    def test_what_is_announced_leaves(self):
        who = self.people()
        self.lead_up(who)
        with self.at("2026-03-24 08:00"):
            self.env.invalidate_all()
            seen, foreseen = self.read_all(who), self.foresee(len(LIVED))
        left = self.live_on(who)
        for name, announced in seen.items():
            with self.subTest(name):
                self.assert_first(announced, left[name])
                self.assert_each(announced, left[name])
        happened = Counter(
            (str(one.day), one.followup.channel, one.kind)
            for own in left.values()
            for one in own
            if LIVED[0] <= str(one.day) <= LIVED[-1]
        )
        self.assertForeseen(foreseen, happened)

    def assert_first(self, announced, left):
        """Banner, card, outgoing and preview."""
        first = next(iter(left), None)
        if announced["next"]:
            if str(announced["next"]) > LIVED[-1]:
                self.assertFalse(left)
                return
            self.assertEqual(announced["next"], first.day)
            self.assertIn(f"“{first.followup.step_name}”", announced["why"])
            self.assertEqual("for approval" in announced["why"], first.kind == "approval")
        elif until := re.search(r"paused for this customer until (\w+ \d+ \w+)", announced["why"]):
            self.assertEqual(until[1], "Wed 25 Mar")
            self.assertEqual(str(first.day), "2026-03-26")
        else:
            self.assertRegex(announced["why"], "A reply waits|was not sent to the customer yet")
        said = next((one for one in left if one.at), None)
        expected = said and (said.followup.step_name, said.at)
        self.assertEqual(announced["preview"], expected or (None, None))
        for followup, at in announced["outgoing"].items():
            self.assertEqual((followup.state, followup.scheduled_at), ("sent", at))

    def assert_each(self, announced, left):
        """Lists and drawn lines, instalment by instalment, up to the last step."""
        for instalment, day in announced["list"].items():
            own = [one for one in left if instalment in one.steps]
            if not own:
                self.assertTrue(not day or str(day) > LIVED[-1])
                continue
            self.assertEqual(day, own[0].day)
            line = announced["line"][instalment]
            if str(day) == LIVED[0] and own[0].at:
                self.assertIn(f"“{own[0].followup.step_name}” today", line["next"])
            elif " waits: " not in line["next"]:
                self.assertIn(f"“{own[0].followup.step_name}”", line["next"])
                self.assertIn(f"{day:%a} {day.day} {day:%b}", line["next"])
            drawn = [
                (mark["date"], mark["id"])
                for mark in line["marks"]
                if mark["state"] in ("next", "ahead") and mark["date"] <= LIVED[-1]
            ]
            lived = [
                (str(one.day), one.steps[instalment])
                for one in own
                if str(one.day) <= LIVED[-1] and one.followup.purpose != "thanks"
            ]
            self.assertEqual(sorted(drawn), sorted(lived))

    def test_what_would_be_untrue_is_announced_for_approval(self):
        """They were spoken to: "did it slip through?" is a person's word."""
        partner = self.owes("Spoken To", 22)
        for day in ("2026-03-16", "2026-03-23"):
            self.day(day)
        with self.at("2026-03-23 15:00"):
            self.talk(partner)
            self.run_ruler()
        with self.at("2026-03-24 08:00"):
            debtor = self.debtor(partner)
            words = "E-mail “Forgot?” (for approval)"
            self.assertEqual(debtor.why, f"Next: {words}, on Fri 27 Mar.")
            self.assertEqual(debtor.ruler_line["next"], f"{words} on Fri 27 Mar")
        self.day("2026-03-27")
        self.assertEqual(self.said(partner)[-1], ("Forgot?", "to_approve"))
