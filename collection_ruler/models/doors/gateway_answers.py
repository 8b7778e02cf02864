from datetime import UTC, datetime

from odoo import models
from odoo.tools import SQL

from ...dunning.addresses import mailboxes
from ...dunning.answers import Answer, of_refusals, pause_after, refusals_in_words
from ...dunning.mail_answers import Meaning, meaning_of, take_apart
from ...dunning.reason import Reason
from ..common import clock

# so often a message may meet trouble of ours while others pass; then it is something about this one
SINGLED_OUT = 3


class CollectionGateway(models.AbstractModel):
    """What becomes of a follow-up by what the gateway said (H3)."""

    _inherit = "collection.gateway"

    def _is_held(self):
        """Whether trouble of ours holds the follow-up `f` back, as ``SQL``; NULL where there is none.

        Of those that wait, one that was tried least often is tried first: it may be about one message.
        """
        return SQL(
            """
            (SELECT x.next_try_at IS NULL OR x.next_try_at > %s
                    OR EXISTS (
                        SELECT FROM collection_followup o
                         WHERE o.company_id = f.company_id AND o.state = 'queued'
                           AND o.handed_at IS NULL AND o.channel = f.channel AND o.id != f.id
                           AND (o.purpose = 'delivery') = (f.purpose = 'delivery')
                           AND coalesce(o.attempts, 0) < coalesce(f.attempts, 0))
               FROM collection_trouble x
              WHERE x.company_id = f.company_id
                AND x.channel = CASE WHEN f.purpose = 'delivery' THEN 'delivery' ELSE f.channel END)
            """,
            clock.naive_now(self.env),
        )

    def _for_whom(self, followup, verdict, said, refused):
        """The answer as it concerns the customer, where recipients were refused one by one.

        Copies to colleagues do not count; where one of several addresses of the customer was taken, the
        message arrived, and a person hears of the others.

        :param refused: {address: (code, text)}
        :return: (dunning ``Answer``, what was said)
        """
        if not refused:
            return verdict, said
        own = set(mailboxes(followup.address))
        theirs = {a: answer for a, answer in refused.items() if own.intersection(mailboxes(a))}
        if not theirs or len(theirs) < len(own):
            if theirs and verdict == Answer.ACCEPTED:
                self._tell_of_refused(followup, theirs)
            # a tester's address that is not there says nothing about the customer's
            is_elsewhere = refused and not theirs and verdict == Answer.BAD_ADDRESS
            return Answer.REFUSED if is_elsewhere else verdict, said
        answer = of_refusals(theirs)
        if verdict == Answer.ACCEPTED and answer == Answer.OURS:
            answer = Answer.DEFERRED  # it left to somebody, so it is written anew
        return answer, refusals_in_words(theirs)

    def _tell_of_refused(self, followup, refused):
        """One task for a person, whatever was refused: that an address is gone, or what was said of it."""
        note = self.env._(
            "The message went to the other addresses. The mail server said: %s",
            refusals_in_words(refused),
        )
        gone = [
            a for a, answer in refused.items() if of_refusals({a: answer}) == Answer.BAD_ADDRESS
        ]
        failed = self.env["collection.failed.addresses"]
        if gone and failed._reached_others(followup, ", ".join(gone), note):
            refused = {a: answer for a, answer in refused.items() if a not in gone}
        if refused:
            followup.debtor_id._schedule_task(
                self.env._("Correct an e-mail address: %s was refused", ", ".join(refused)),
                note,
                followup.ruler_id,
                once=True,
            )

    def _write_answer(self, followup, verdict, said):
        """Sent, again later, failed, or nobody knows."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        if verdict == Answer.ACCEPTED:
            followup._accepted(now)
        elif followup.state == "failed":
            return  # it came back before the gateway's answer did, and that says more
        elif verdict == Answer.UNCERTAIN:
            followup._fail(Reason.UNCERTAIN, said)
        elif verdict == Answer.OURS and not self._is_about_this_one(followup, said):
            self._hold_back(followup, said)
            self.env["collection.trouble"]._met(followup, said)
        elif verdict in (Answer.DEFERRED, Answer.UNASKED) and (
            pause := pause_after(followup.attempts + 1)
        ):
            if followup.purpose == "delivery":
                self._hold_back(followup, said)
            else:
                values = {"attempts": followup.attempts + 1, "failure": said}
                followup._replan(Reason.DUE, now + pause, **values)
        else:
            is_bad = verdict == Answer.BAD_ADDRESS
            followup._fail(Reason.REFUSED, said, is_bad_address=is_bad, handed_at=False)

    def _hold_back(self, followup, said):
        """It stays in the outbox, and is tried again as it is."""
        attempts = followup.attempts + 1
        followup.write({"handed_at": False, "attempts": attempts, "failure": said})

    def _is_about_this_one(self, followup, said):
        """Whether what looks like trouble of ours is something about one message: it meets it again and
        again, and others pass. A limit may well be like that."""
        if followup.attempts < SINGLED_OUT - 1:
            return False
        if meaning_of(take_apart(said)) == Meaning.LIMIT:
            return False
        passed = [
            ("company_id", "=", followup.company_id.id),
            ("channel", "=", followup.channel),
            ("state", "=", "sent"),
            ("handed_at", ">", followup.queued_at),
        ]
        return bool(self.env["collection.followup"].search_count(passed, limit=1))
