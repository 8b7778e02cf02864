"""What the tests of door 2 share: a message that stands in the outbox."""

from .common import CollectionCommon

MAIL = "odoo.addons.mail.models.mail_mail"


SERVER = "odoo.addons.base.models.ir_mail_server"


class DoorCase(CollectionCommon):
    """ "Due today" of 100 for Ana stands in the outbox at half past nine on the 9th of March."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        with self.at("2026-03-09 09:30"):
            self.run_ruler()
        self.followup = self.followups()[-1]
        self.assertEqual((self.followup.step_name, self.followup.state), ("Due today", "queued"))

    def mail(self, followup=None):
        """The newest mail.mail of a follow-up."""
        return self.env["mail.mail"].search(
            [("collection_followup_id", "=", (followup or self.followup).id)],
            order="id desc",
            limit=1,
        )

    def assert_said(self, state, reason):
        self.assertEqual((self.followup.state, self.followup.reason), (state, reason))

    def queue_at(self, when, answer=None):
        with self.at(when):
            return self.deliver(answer)
