"""What words may state rests on what was said and heard: read from the database, asked at the door (C8)."""

from datetime import date

from odoo.tests import tagged

from ..models.common.memo import Memo
from .message_case import MessageCase

HOLDS = {
    "reply": True,
    "promise": True,
    "dispute": True,
    "receipt": True,
    "says_paid": True,
    "manual": False,
    "our_fault": False,
}


@tagged("post_install", "-at_install", "quick")
class TestHistory(MessageCase):
    """It is Thursday 12 March; invoices were due on Monday."""

    def history(self, *partners, leaving=()):
        """{customer: what was said and heard}"""
        with self.at("2026-03-12 10:00"):
            self.env.flush_all()
            debtors = {self.debtor(partner).id: partner for partner in partners}
            facts = self.env["collection.snapshot"].with_context(collection_memo=Memo())
            found = facts._take(self.company.id, list(debtors), leaving=leaving)
        return {partner: found[key].history for key, partner in debtors.items()}

    def owing(self, *names):
        """Customers with an invoice each."""
        who = [self.person(name) for name in names]
        for partner in who:
            self.invoice("2026-03-09", 100.0, partner, date="2026-03-02")
        self.day("2026-03-02")
        return who

    def test_whatever_a_customer_tells_us_counts_as_heard_and_what_we_do_does_not(self):
        who = dict(zip(HOLDS, self.owing(*HOLDS), strict=True))
        called, agreed, written, silent = self.owing("Called", "Agreed", "Written", "Silent")
        writer = self.new_user("writer", "collection_ruler.collection_ruler_group_collector")
        with self.at("2026-03-11 10:00"):
            for origin, partner in who.items():
                self.hold(partner=partner, origin=origin)
            call = self.debtor(called).activity_schedule("mail.mail_activity_data_call")
            call.action_feedback("She pays on Friday.")
            self.debtor(written).with_user(writer).message_post(
                body="Dear customer", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            wizard = self.env["collection.reschedule"].create(
                {"debtor_id": self.debtor(agreed).id, "due_date": "2026-03-27", "why": "Salary"}
            )
            wizard.instalment_ids = self.debtor(agreed).instalment_ids
            wizard.action_agree()
        heard = {**dict(zip(who.values(), HOLDS.values(), strict=True)), called: True, agreed: True}
        self.assertEqual(self.followups(written, purpose="talk").channel, "email")
        found = self.history(*heard, written, silent)
        for partner, history in found.items():
            day = date(2026, 3, 11) if heard.get(partner) else None
            self.assertEqual(history.heard_on, day, partner.name)

    def test_a_reply_counts_as_heard_after_it_was_answered_too(self):
        self.owing()
        mail, _move = self.due_today()
        with self.at("2026-03-09 12:00"):
            self.reply(mail)
            hold = self.debtor().hold_ids
            hold.action_end()
            hold.unlink()
        self.assertEqual(self.history(self.customer)[self.customer].heard_on, date(2026, 3, 9))

    def test_what_was_written_is_what_left_and_asked_for_money_and_to_whom(self):
        other = self.person("Other")
        _mail, move = self.due_today()
        (first,) = self.instalments(move)
        desk = self.contact("collection")
        paid = self.invoice("2026-03-30", 70.0, other, date="2026-03-02")
        with self.at("2026-03-10 12:00"):
            self.run_ruler("enrol", "track")
            self.pay(paid, 20.0)
            self.run_ruler("track")
        self.day("2026-03-11")
        left = self.followups(other, state="sent").mapped("purpose")
        self.assertEqual(set(left), {"thanks"})
        found = self.history(self.customer, other)
        mine = found[self.customer]
        self.assertEqual(dict(mine.written), {first.id: date(2026, 3, 2)})
        self.assertEqual(dict(mine.readers), {first.id: {self.customer.id, desk.id}})
        self.assertFalse(found[other].written, "thanks ask for nothing")
        newest = self.followups(state="sent")[-1]
        at_door = self.history(self.customer, leaving=newest.ids)[self.customer]
        self.assertEqual(at_door.readers[first.id], {self.customer.id}, "that is being said only")


@tagged("post_install", "-at_install")
class TestAtTheDoor(MessageCase):
    def states(self, *codes):
        """From now on the words of the overdue step "Forgot?" state these."""
        words = self.words_that_state_nothing()
        words.collection_claim_ids = self.env["collection.claim"].search([("code", "in", codes)])
        self.step("Forgot?").mail_template_id = words

    def forgot(self, before=None):
        """What became of the step of the 11th; notices of the 2nd and the 9th went to the customer.

        :param before: what happens in between
        """
        self.due_today()
        if before:
            before()
        self.day("2026-03-11")
        followup = self.followups(step_name="Forgot?")
        return followup.state, followup.reason

    def test_each_statement_that_is_so_lets_the_message_go(self):
        self.states("overdue", "no_payment", "slipped", "wrote_before", "not_heard")
        self.assertEqual(self.forgot(), ("sent", "due"))

    def test_colleagues_are_others_than_the_reader(self):
        self.states("colleagues")
        self.assertEqual(self.forgot(), ("to_approve", "untrue_colleagues"))

    def test_colleagues_had_no_answer_where_another_reads_it(self):
        self.states("colleagues")
        self.assertEqual(self.forgot(lambda: self.contact("collection")), ("sent", "due"))

    def test_who_heard_nothing_yet_is_not_told_that_we_wrote(self):
        self.states("wrote_before")
        (self.step("A week before") + self.step("Due today")).unlink()
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-11")
        followup = self.followups(step_name="Forgot?")
        self.assertEqual((followup.state, followup.reason), ("to_approve", "untrue_wrote_before"))

    def test_nobodys_approval_makes_it_true(self):
        self.states("returned")
        self.assertEqual(self.forgot(), ("to_approve", "untrue_returned"))
        with self.at("2026-03-11 10:00"):
            self.followups(step_name="Forgot?").action_approve()
        self.assertFalse(self.day("2026-03-11", "10:30"))
        followup = self.followups(step_name="Forgot?")
        self.assertEqual((followup.state, followup.reason), ("to_approve", "untrue_returned"))
