from collections import defaultdict
from datetime import UTC

from odoo import api, models
from odoo.tools import format_date

from ...dunning.calendar import NeverOpen
from ...dunning.explanation import Facts, Kind, Message, explain
from ...dunning.purpose import rules_of
from ...dunning.reason import ASKS_A_PERSON, Reason
from ...dunning.recheck import foresee
from ..common import clock
from ..common.clock import AsOf
from ..common.memo import Memo
from ..common.reason_labels import reason_label

# what is named only where no hold is
SILENCES_ALL = (Reason.PAUSED, Reason.RULER_STOPPED)


class CollectionOutgoing(models.AbstractModel):
    """Looks ahead at messages that have not left: when they would, for how much, and why they would not
    (A13). It asks door 1, and writes nothing."""

    _name = "collection.outgoing"
    _description = "Collection: what is about to leave"

    @api.model
    def _look(self, followups):
        """What Today's outgoing shows of messages that have not left.

        :param followups: ``collection.followup``, planned or to be approved, no tasks
        :return: {follow-up as superuser: {``leaves_today``, ``is_skipped_today``, ``leaves_at``: naive UTC,
            ``amount_now``, ``currency_now_id``, ``waits_because``}}
        """
        # hours are read once for all
        known = followups.sudo().with_context(collection_memo=Memo())
        unreachable = {}
        for channel, own in known.env["collection.channel"]._each(known):
            unreachable |= channel._why_unreachable(own)
        # what was skipped shows the amount that it showed before
        skipped = known.filtered(lambda f: f.reason == Reason.SKIPPED_TODAY)
        unskipped = self._foreseen(skipped, skipped=False)
        foreseen = self._foreseen(known)
        why = self._explain({f: check for f, (check, *_rest) in foreseen.items()}, unreachable)
        result = {}
        for followup, (_check, lifted, at) in foreseen.items():
            seen = self._seen_day(followup)
            if seen["is_skipped_today"]:
                _check, lifted, _at = unskipped[followup]
            seen |= self._seen_amount(followup, lifted)
            seen["leaves_at"] = at.astimezone(UTC).replace(tzinfo=None)
            words = self._say_why(followup, why[followup], unreachable)
            seen["waits_because"] = words and words[:1].upper() + words[1:]
            result[followup] = seen
        return result

    def _explain(self, checks, unreachable):
        """Why each leaves or not.

        :param checks: {follow-up: dunning Recheck}, what door 1 would say
        :param unreachable: {follow-up id: sentence} of those that reach nobody
        :return: {follow-up: `dunning.explanation.Explanation`}
        """
        held = self._held([f for f, check in checks.items() if check.reason in SILENCES_ALL])
        companies, result = {}, {}
        for followup, check in checks.items():
            company = followup.debtor_id.company_id
            if company not in companies:
                companies[company] = self.env["collection.explanation"]._of_company(company)
            waits = check.reason if check.verdict in ("wait", "ask") else None
            facts = Facts(
                hold=followup if followup in held or waits == Reason.HELD else None,
                is_paused=waits == Reason.PAUSED,
                is_stopped=waits == Reason.RULER_STOPPED,
                pending=Message(
                    followup,
                    followup.state,
                    self._reason(followup, waits),
                    unreachable=Reason.NO_ADDRESS if followup.id in unreachable else None,
                    taken_back=check.reason if check.verdict == "cancel" else None,
                    is_stopped_by_breaker=followup._asks_for_money()
                    and companies[company].is_stopped_by_breaker,
                ),
            )
            result[followup] = explain(facts)
        return result

    def _held(self, followups):
        """Those whose instalments are all paused by holds, where a hold stops such messages (F5)."""
        held = [f for f in followups if rules_of(f.purpose).may_be_held]
        if not held:
            return set()
        pairs = self.env["collection.ledger"]._pairs(self.env["collection.followup"].union(*held))
        instalments = {
            followup: {pair.instalment_id for pair in pairs[followup.id]} for followup in held
        }
        every = self.env["collection.instalment"].sudo().browse(set().union(*instalments.values()))
        paused = self.env["collection.explanation"]._held(every)
        return {followup for followup, own in instalments.items() if own and own <= paused}

    def _reason(self, followup, waits):
        """What it waits for: a person's word, or what door 1 would say.

        :param waits: why door 1 would not let it go now, or None
        """
        if self._seen_day(followup)["is_skipped_today"]:
            return Reason.SKIPPED_TODAY
        if followup.state == "to_approve" and waits not in ASKS_A_PERSON:
            return followup._asks_because()
        return waits or Reason.DUE

    def _seen_day(self, followup):
        """Whether it is planned for today where the customer lives."""
        calendar = followup.debtor_id._calendar()
        today = calendar.local_day(clock.now(self.env))
        planned_for = calendar.local_day(followup.scheduled_at.replace(tzinfo=UTC))
        return {
            "leaves_today": planned_for <= today,
            "is_skipped_today": followup.reason == Reason.SKIPPED_TODAY and planned_for > today,
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

    def _say_why(self, followup, why, unreachable):
        """Why it does not leave at once, or False.

        :param why: `dunning.explanation.Explanation`
        :param unreachable: {follow-up id: sentence} of those that reach nobody
        """
        if why.kind == Kind.TAKEN_BACK:
            return self.env._("It will be taken back: %s", reason_label(self.env, why.reason))
        if why.kind == Kind.UNREACHABLE:
            return unreachable[followup.id]
        if why.kind == Kind.SKIPPED_TODAY:
            at = followup.scheduled_at.replace(tzinfo=UTC)
            day = followup.debtor_id._calendar().local_day(at)
            until = format_date(self.env, day, date_format="EEE d MMM")
            return self.env._("Skipped until %s", until)
        if why.kind == Kind.BREAKER:
            return self.env._("Far more than usual want to leave: a manager has to allow it")
        return why.stops and reason_label(self.env, why.reason)

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
            pairs = then.env["collection.ledger"]._pairs(then)
            Door = then.env["collection.door"]
            checks = dict(Door._check(then, at, pairs))
            for followup, snapshot, planned in Door._facts_of(then, pairs):
                check = lifted = checks[followup]
                if check.verdict in ("wait", "ask") and followup.purpose != "thanks":
                    lifted = foresee(snapshot, planned, at, followup.purpose)
                result[followups.browse(followup.id)] = (check, lifted, at)
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
