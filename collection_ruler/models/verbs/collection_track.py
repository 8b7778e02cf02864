from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..common import clock
from ..doors.second_door import RETRY_AFTER
from .collection_verb import Tally

# a gateway that was handed a message and has not answered for so long never will
ANSWER_LIMIT = timedelta(minutes=10)


class CollectionTrack(models.AbstractModel):
    """Fourth verb: what became of messages and of money; thanks, returns, totals, stages."""

    _name = "collection.track"
    _inherit = ["collection.verb"]
    _description = "Collection: track outcomes"

    @api.model
    def _todo(self, company):
        """Debtors that something happened to, and those whose outbox needs a look."""
        self.env["collection.followup"].flush_model()
        self.env["mail.mail"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.debtor_id FROM collection_debtor_refresh t
                  JOIN collection_debtor d ON d.id = t.debtor_id WHERE d.company_id = %(company)s
                UNION
                SELECT f.debtor_id FROM collection_followup f
                  LEFT JOIN mail_mail m ON m.mail_message_id = f.mail_message_id
                 WHERE f.company_id = %(company)s AND f.state = 'queued'
                   AND (f.handed_at < %(limit)s OR m.state IN ('exception', 'cancel', 'sent')
                        OR (m.id IS NULL AND f.scheduled_at < %(limit)s))
                UNION
                SELECT debtor_id FROM collection_hold
                 WHERE company_id = %(company)s AND state = 'active' AND date_to < %(today)s
                UNION
                -- a due date passed, and nothing else happened: figures go by the day
                SELECT d.id FROM collection_debtor d JOIN collection_instalment i ON i.debtor_id = d.id
                 WHERE d.company_id = %(company)s AND i.is_open AND i.due_date < %(today)s
                   AND (d.refreshed_on IS NULL OR (d.refreshed_on < %(today)s
                        AND i.due_date >= d.refreshed_on - 7))
                """,
                today=company._collection_calendar().local_day(clock.now(self.env)),
                company=company.id,
                limit=self._answer_limit(),
            )
        )
        return sorted(row[0] for row in rows)

    @api.model
    def _batch(self, company, debtor_ids):
        """Bring these debtors up to date."""
        debtors = self._take_debtors(debtor_ids)
        if not debtors:
            return Tally()
        touches = self.env.execute_query(
            SQL(
                "DELETE FROM collection_debtor_refresh WHERE id IN (SELECT id FROM "
                "collection_debtor_refresh WHERE debtor_id IN %s FOR UPDATE SKIP LOCKED) "
                "RETURNING debtor_id, money",
                tuple(debtors.ids),
            )
        )
        self._end_holds(company, debtors)
        self._follow_outbox(debtors)
        self._try_other_addresses(company, debtors)
        self.env["collection.track.money"]._follow(company, debtors)
        self.env["collection.standing"]._refresh(company, debtors)
        paid = debtors.browse(sorted({debtor for debtor, money in touches if money}))
        self.env["collection.profile"]._refresh(company, paid)
        return Tally(done=len(debtors))

    def _answer_limit(self):
        return (clock.now(self.env) - ANSWER_LIMIT).replace(tzinfo=None)

    def _end_holds(self, company, debtors):
        """Holds whose last day has passed are over."""
        today = company._collection_calendar().local_day(clock.now(self.env))
        over = self.env["collection.hold"].search(
            [("debtor_id", "in", debtors.ids), ("state", "=", "active"), ("date_to", "<", today)]
        )
        over.state = "ended"

    # ------------------------------------------------------------------
    # the outbox
    # ------------------------------------------------------------------

    def _follow_outbox(self, debtors):
        """What Odoo's queue left undecided: unanswered becomes uncertain, unasked is planned again."""
        queued = self.env["collection.followup"].search(
            [("debtor_id", "in", debtors.ids), ("state", "=", "queued")]
        )
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("mail_message_id", "in", queued.mail_message_id.ids)])
        )
        mail_of = {mail.mail_message_id: mail for mail in mails}
        now = clock.naive_now(self.env)
        limit = self._answer_limit()
        for followup in queued:
            mail = mail_of.get(followup.mail_message_id)
            if mail and mail.state == "sent":
                followup._sent(followup.handed_at or now)
            elif followup.handed_at:
                if followup.handed_at < limit:
                    followup._fail("uncertain")
            elif followup.purpose == "delivery":
                self._follow_delivery(followup, mail, now, limit)
            elif not mail:
                followup._replan("due", now)
            elif mail.state == "cancel":
                followup._cancel("by_hand")  # by a person, in Odoo's own queue
            elif mail.state == "exception":
                self._unreachable(followup, mail, now)

    def _unreachable(self, followup, mail, now):
        """Nobody was handed this mail, since the server could not be reached: its queue tries again."""
        mail.state = "outgoing"
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(at=now + RETRY_AFTER)
        followup._met_no_server(mail.failure_reason)

    def _follow_delivery(self, followup, mail, now, limit):
        """An invoice in the hands of Odoo's own sending."""
        move = followup.item_ids.move_id[:1]
        if mail:
            if mail.state == "cancel":
                followup._cancel("by_hand")
            elif mail.state == "exception":
                self._unreachable(followup, mail, now)
        elif move.sending_data:
            return
        elif move.is_move_sent:
            followup._sent(now)  # sent another way than by e-mail
        elif followup.write_date < limit:
            followup._fail("error", self.env._("Odoo could not send %s.", move.name))
