from collections import defaultdict
from datetime import UTC

from odoo import api, models
from odoo.tools import format_date

from ...dunning.calendar import NeverOpen
from ...dunning.reason import Reason
from ...dunning.recheck import foresee
from ..common import clock
from ..common.clock import AsOf
from ..common.memo import Memo
from ..common.reason_labels import reason_label


class CollectionOutgoing(models.AbstractModel):
    """Looks ahead at messages that have not left: when they would, for how much, and why they would not
    (A13). It asks door 1, and writes nothing."""

    _name = "collection.outgoing"
    _description = "Collection: what is about to leave"

    @api.model
    def _look(self, followups):
        """What Today's outgoing shows of messages that have not left.

        :param followups: ``collection.followup``, planned or to be approved, no tasks
        :return: {follow-up as superuser: {``leaves_today``, ``is_put_off``, ``leaves_at``: naive UTC,
            ``amount_now``, ``currency_now_id``, ``waits_because``}}
        """
        # hours are read once for all
        known = followups.sudo().with_context(collection_memo=Memo())
        unreachable = self._unreachable(known)
        # what was skipped shows the amount that it showed before
        skipped = known.filtered(lambda f: f.reason == Reason.PUT_OFF)
        unskipped = self._foreseen(skipped, skipped=False)
        flooded = {c: c._collection_is_flooded() for c in known.debtor_id.company_id}
        result = {}
        for followup, (check, lifted, at) in self._foreseen(known).items():
            seen = self._seen_day(followup)
            if seen["is_put_off"]:
                _check, lifted, _at = unskipped[followup]
            seen |= self._seen_amount(followup, lifted)
            seen["leaves_at"] = at.astimezone(UTC).replace(tzinfo=None)
            words = unreachable.get(followup.id)
            is_flooded = flooded[followup.debtor_id.company_id]
            words = self._say_why(followup, check, seen["is_put_off"], words, is_flooded)
            seen["waits_because"] = words and words[:1].upper() + words[1:]
            result[followup] = seen
        return result

    def _seen_day(self, followup):
        """Whether it is planned for today where the customer lives."""
        calendar = followup.debtor_id._calendar()
        today = calendar.local_day(clock.now(self.env))
        planned_for = calendar.local_day(followup.scheduled_at.replace(tzinfo=UTC))
        return {
            "leaves_today": planned_for <= today,
            "is_put_off": followup.reason == Reason.PUT_OFF and planned_for > today,
        }

    def _seen_amount(self, followup, lifted):
        """What it would ask for if nothing held it.

        :param lifted: dunning Recheck without holds and caps
        """
        settings = followup.env["collection.snapshot"]._settings(followup.debtor_id.company_id.id)
        names = {name: key for key, name in settings.currencies.items()}
        asks = lifted.verdict == "go" and followup._asks_for_money()
        amount = float(lifted.amount) if asks else followup.amount_due
        currency = asks and names.get(lifted.currency)
        return {
            "amount_now": 0 if lifted.verdict == "cancel" else amount,
            "currency_now_id": currency or followup.currency_id.id,
        }

    def _say_why(self, followup, check, is_put_off, unreachable, is_flooded):
        """Why it does not leave at once, or False.

        :param check: dunning Recheck, what door 1 would say
        :param unreachable: why the customer cannot be reached, as a sentence, or None
        :param is_flooded: the circuit breaker holds whatever asks for money
        """
        if check.verdict == "cancel":
            reason = reason_label(self.env, check.reason)
            return self.env._("It will be taken back: %s", reason)
        if is_put_off:
            day = followup.debtor_id._calendar().local_day(
                followup.scheduled_at.replace(tzinfo=UTC)
            )
            until = format_date(self.env, day, date_format="EEE d MMM")
            return self.env._("Skipped until %s", until)
        if unreachable:
            return unreachable
        if followup._asks_for_money() and is_flooded:
            return self.env._("Far more than usual want to leave: a manager has to allow it")
        if followup.state == "to_approve":
            return reason_label(self.env, followup._asks_because())
        if check.verdict in ("wait", "ask"):
            return reason_label(self.env, check.reason)
        return False

    @api.model
    def _foreseen(self, followups, skipped=True):
        """What door 1 would say of each when it leaves, and what it would say if nothing held it.

        :param skipped: False for the instant at which it would leave if nobody had skipped it
        :return: {follow-up: (Recheck, Recheck without holds and caps, the aware UTC instant)}
        """
        by_instant = defaultdict(followups.browse)
        for followup in followups:
            by_instant[self._next_open(followup, skipped)] += followup
        result = {}
        for at, own in sorted(by_instant.items()):
            # a memo of its own: whatever is kept there was read as of another day
            then = own.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
            pairs = then._pairs()
            Send = then.env["collection.send"]
            checks = dict(Send._check(then, at, pairs))
            for followup, snapshot, planned in Send._facts_of(then, pairs):
                check = lifted = checks[followup]
                if check.verdict in ("wait", "ask") and followup.purpose != "thanks":
                    lifted = foresee(snapshot, planned, at, followup.purpose)
                result[followups.browse(followup.id)] = (check, lifted, at)
        return result

    @api.model
    def _unreachable(self, followups):
        """Why those cannot be sent by e-mail that have no address, or one that does not work.

        :return: {follow-up id: sentence}
        """
        mails = followups.filtered(lambda f: f._way() == "email")
        dead = mails._bounced_before() if mails else ()
        result = {}
        for followup in mails:
            email = followup.partner_id.email_normalized
            if not email:
                result[followup.id] = self.env._("There is no e-mail address to send it to")
            elif (followup.debtor_id.id, email) in dead:
                result[followup.id] = self.env._("The last message to %s came back", email)
        return result

    @api.model
    def _next_open(self, followup, skipped=True):
        """The first open instant (aware UTC) at which it may leave; now when there is none.

        :param skipped: False to leave aside that it was skipped for a day
        """
        now = clock.now(followup.env)
        planned = max(now, followup.scheduled_at.replace(tzinfo=UTC)) if skipped else now
        try:
            return followup._contact_calendar().first_instant(planned)
        except NeverOpen:
            return now
