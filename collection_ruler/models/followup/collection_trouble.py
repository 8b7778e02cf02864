from contextlib import suppress

import psycopg2
from odoo import api, fields, models

from ...dunning.answers import pause_after
from ...dunning.mail_answers import clean
from ..common import clock
from ..common.memo import memo_of


class CollectionTrouble(models.Model):
    """A channel that does not work for our own sake: our server, sender, limit or login (H2).

    What waits stays in the outbox. After pauses that grow, one message is tried; once it passes, all follow.
    After two days nothing is tried until a person says that it is mended, by marking the task as done.
    """

    _name = "collection.trouble"
    _description = "Trouble of ours with a channel"
    _rec_name = "said"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    channel = fields.Char(required=True, help="Its code; delivery of invoices is one of its own.")
    attempts = fields.Integer(help="How often it was met since it began.")
    next_try_at = fields.Datetime(
        help="When a message is tried again; empty: when the task is done."
    )
    said = fields.Char(help="What our server said last.")
    activity_id = fields.Many2one("mail.activity", ondelete="set null")

    _one_each = models.Constraint(
        "UNIQUE(company_id, channel)", "This trouble is noted for the channel already."
    )

    @api.model
    def _met(self, followup, said, is_answer=True):
        """Note that a message met trouble of ours, and tell whoever answers for the rulers: one task, however
        many messages wait.

        :param followup: ``collection.followup`` in the outbox
        :param said: what is known of the reason
        :param is_answer: a server said so; else none could be reached
        """
        company, code = followup.company_id, followup._channel_code()
        noted = memo_of(self.env).setdefault("troubles", set())
        if (company.id, code) in noted:
            return
        noted.add((company.id, code))
        # who notes it at the same time notes the same
        with (
            suppress(psycopg2.OperationalError, psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.sudo()._of(company, code)._note(company, code, clean(said), is_answer)

    @api.model
    def _of(self, company, code):
        return self.search([("company_id", "=", company.id), ("channel", "=", code)])

    def _note(self, company, code, said, is_answer):
        now = clock.naive_now(self.env)
        if self and (not self.next_try_at or self.next_try_at > now):
            return  # met by one that was on its way already
        attempts = self.attempts + 1
        pause = pause_after(attempts)
        row = self or self.create({"company_id": company.id, "channel": code})
        Outbox = self.env["collection.outbox"]
        row.write(
            {
                "attempts": attempts,
                "next_try_at": pause and now + pause,
                "said": said,
                "activity_id": Outbox._tell(company.root_id, said, is_answer).id,
            }
        )
        row.flush_recordset()
        if pause:
            Outbox._try_at(now + pause)

    @api.model
    def _over(self, followup):
        """A message passed: what waits follows at once.

        :param followup: ``collection.followup`` that the gateway took
        """
        with suppress(psycopg2.OperationalError), self.env.cr.savepoint():
            self.sudo()._of(followup.company_id, followup._channel_code()).unlink()
            self.env["collection.outbox"]._try_at(clock.naive_now(self.env))

    def _try_again_where_mended(self):
        """Where the task was done, a message is tried at once, and the two days begin anew."""
        mended = self.filtered(lambda row: row.attempts and not row.activity_id.active)
        if mended:
            now = clock.naive_now(self.env)
            mended.write({"next_try_at": now, "attempts": 0})
            self.env["collection.outbox"]._try_at(now)
