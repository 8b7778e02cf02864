from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, models

from ...dunning.calendar import NeverOpen
from ...dunning.decision import decide
from ...dunning.facts import asked_of_us
from ...dunning.ladder import LadderError
from ..common import clock
from ..common.clock import AsOf
from ..common.memo import Memo

# the next message is looked for so many open days ahead
LOOK_AHEAD = 60


class CollectionNextMessage(models.AbstractModel):
    """What the ruler would say next to a customer: the plan verb is played for the coming days (A13)."""

    _name = "collection.next.message"
    _description = "Collection: the next message"

    @api.model
    def _imagine(self, debtor):
        """Play the coming days for a customer until the ruler says something; to be rolled back.

        :param debtor: ``collection.debtor``
        :return: ``collection.followup``, empty when nothing is said within LOOK_AHEAD open days
        """
        debtor.ensure_one()
        self.env.flush_all()
        calendar = debtor._calendar()
        now = clock.now(self.env)
        nothing = self.env["collection.followup"]
        asked = {}  # tasks of the days in between, which nobody does: (step, day) by instalment id
        for _day in range(LOOK_AHEAD):
            try:
                at = calendar.first_instant(now)
                then = self.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
                followup = then._imagine_day(debtor.with_env(then.env), at, asked)
            except (NeverOpen, LadderError):
                return nothing
            if followup:
                return nothing.browse(followup.id)
            self.env.invalidate_all()
            day = self._next_day(debtor, calendar.local_day(at) + timedelta(days=1))
            if day is None:
                return nothing
            now = datetime.combine(day, time(), ZoneInfo(calendar.timezone)).astimezone(UTC)
        return nothing

    def _next_day(self, debtor, tomorrow):
        """The next day on which something may be said; None when nothing will be."""
        open_ones = debtor.instalment_ids.filtered("is_open")
        steps = [i.next_date for i in open_ones if i.next_date and i.next_date >= tomorrow]
        waiting = any(open_ones.mapped("waiting_reason"))
        if waiting:
            return tomorrow
        return min(steps, default=None)  # nothing happens until then

    def _imagine_day(self, debtor, at, asked):
        """What the plan verb would do for a customer at an instant.

        :param asked: {instalment id: (dunning Step of an open task, the day on which it was made)}; what
            people are asked for at this instant is added
        """
        Plan = self.env["collection.plan"]
        company = debtor.company_id
        due = Plan._due(company, debtor.ids)
        if not due:
            return None
        reached = {instalment: offset for instalment, _debtor, offset in due}
        snapshot = self.env["collection.snapshot"]._take(company.id, debtor.ids, reached)[debtor.id]
        claims = (asked_of_us(c, *asked[c.id]) if c.id in asked else c for c in snapshot.claims)
        snapshot = replace(snapshot, claims=tuple(claims))
        decision = decide(snapshot, at)
        hearing = self.env["collection.channel"]._hearing()
        for contact in decision.contacts:
            about = contact.tone, snapshot.calendar.local_day(at)
            asked.update((c.id, about) for c, _step in contact.pairs if about[0].mode == "task")
        decision.contacts = [c for c in decision.contacts if c.channel in hearing][:1]
        if decision.contacts:
            decision.skipped = []
            Ledger = self.env["collection.ledger"]
            ((_key, followup),) = Ledger._write_decisions(company, [(debtor, decision)]).items()
            return followup
        claims = {claim.id: claim for claim in snapshot.claims}
        Plan._write_instalments(company, [(debtor, decision)], claims, at)
        return None
