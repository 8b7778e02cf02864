from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import NamedTuple

from odoo import api, models

from ...dunning.calendar import NeverOpen
from ...dunning.explanation import Facts, explain
from ...dunning.reason import Reason
from ...dunning.sending import Sending
from ..common import clock
from ..common.memo import with_memo
from ..facts.of_instalments import unsent
from .messages_under_way import explained, of_instalments


class CompanyFacts(NamedTuple):
    """What holds for all customers of a root company at this moment.

    :param today: its local day
    :param is_paused: all sending is paused (A13)
    :param is_stopped_by_breaker: far more than usual want to leave
    :param nobody: asks why no ruler takes what none has taken (A6)
    """

    today: date
    is_paused: bool
    is_stopped_by_breaker: bool
    nobody: Callable[[], Reason]


class CollectionExplanation(models.AbstractModel):
    """Gathers what `dunning/explanation.py` asks about instalments, for the drawn ruler and lists; what it
    has of companies serves the banner and today's outgoing too."""

    _name = "collection.explanation"
    _description = "Collection: why somebody is written to or not"

    @api.model
    def _of(self, instalments):
        """Why each is spoken about or not, in a number of queries that does not depend on how many.

        :param instalments: ``collection.instalment``
        :return: {instalment id: `dunning.explanation.Explanation`}
        """
        instalments = with_memo(instalments)
        held, messages = self._held(instalments), of_instalments(instalments)
        left = unsent(self.env, instalments.ids)
        result = {}
        for company, own in instalments.grouped(lambda i: i.debtor_id.company_id).items():
            known = self._of_company(company)
            is_never_open = cache(self._is_never_open)  # the same for all who live in one place
            for one in own:
                calendar = company._collection_calendar(key=one.calendar_key)
                pending, missed = (
                    explained(self.env, message, calendar, known.is_stopped_by_breaker)
                    for message in messages.get(one.id, (None, None))
                )
                facts = Facts(
                    is_open=one.is_open,
                    hold=one.id in held or None,
                    is_paused=known.is_paused,
                    is_stopped=bool(one.ruler_id) and not one.ruler_id._is_running_on(known.today),
                    failed=missed,
                    pending=pending,
                    waiting=self._why_waiting(one, left),
                    nobody=None if one.ruler_id else known.nobody(),
                    is_never_open=is_never_open(calendar),
                    coming=one.next_date or None,
                )
                result[one.id] = explain(facts)
        return result

    def _why_waiting(self, instalment, left):
        """Why its due step waits, or why none will come by itself (A3).

        :param left: what did not reach anybody, as `of_instalments.unsent` has it
        """
        if instalment.waiting_reason:
            return Reason(instalment.waiting_reason)
        if not instalment.ruler_id or instalment.id not in left:
            return None
        sending = Sending(True, left[instalment.id])
        ladder = instalment._ladder()
        return Reason.NOT_SENT if sending.is_left_to_people(ladder, instalment.watermark) else None

    @api.model
    def _of_company(self, company):
        """What holds for all customers of a root company.

        :return: CompanyFacts
        """
        return CompanyFacts(
            company._collection_today(),
            company._collection_is_paused(),
            company._collection_is_stopped_by_breaker(),
            cache(partial(self._why_nobody, company)),
        )

    @api.model
    def _why_nobody(self, company):
        """Why no ruler of a root company takes what none has taken: none is switched on, or none matches."""
        runs = [("company_id", "=", company.id), ("state", "=", "running")]
        is_running = self.env["collection.ruler"].sudo().search_count(runs, limit=1)
        return Reason.NO_MATCH if is_running else Reason.NO_RULER

    @api.model
    def _is_never_open(self, calendar):
        """Whether a contact calendar has no hour in the time to come (B1)."""
        try:
            calendar.first_instant(clock.now(self.env))
        except NeverOpen:
            return True
        return False

    @api.model
    def _held(self, instalments):
        """Ids of the instalments that a hold pauses today, by the days of their companies (F5)."""
        Hold = self.env["collection.hold"]
        held = set()
        for company, own in instalments.grouped(lambda i: i.company_id.root_id).items():
            in_force = Hold._in_force(company._collection_today())
            holds = Hold.search(in_force & Hold._domain_of(own.debtor_id))
            all_of = set(holds.filtered(lambda hold: hold.scope == "all").debtor_id)
            held.update(i.id for i in own if i.debtor_id in all_of)
            held.update(holds.instalment_ids.ids)
        return held
