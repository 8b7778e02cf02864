from datetime import datetime

from odoo import api, models

from ...dunning import explanation
from ...dunning.explanation import Explanation, Kind, explain
from ...dunning.outlook import Outlook
from ...dunning.purpose import rules_of
from ...dunning.reason import Reason
from ..common.memo import Memo
from . import banner_sentences as sentences
from .banner_facts import facts_of
from .banner_sentences import Sentence
from .dates_in_words import local_day, on_day_label
from .last_word import say_last
from .messages_under_way import explained


class CollectionBanner(models.AbstractModel):
    """Says in one plain sentence what comes next for a debtor, or why nothing does (F1)."""

    _name = "collection.banner"
    _description = "Collection: banner of a debtor"

    @api.model
    def _say(self, debtors):
        """What card and form show of debtors, in a number of queries that does not depend on how many.

        :param debtors: ``collection.debtor``
        :return: {debtor id: {``next_text``, ``next_contact``, ``why``, ``is_waiting``, ``last_text``,
            ``currency_text``, ``instalment_count``}}; new records are left out
        """
        result = {}
        # hours are read once for all
        debtors = debtors.sudo().with_context(collection_memo=Memo())
        for company, own in debtors.grouped("company_id").items():
            settings = own.env["collection.snapshot"]._settings(company.id)
            known = self.env["collection.explanation"]._of_company(company)
            found = facts_of(own, settings.today)
            ahead = self._look_ahead(own, found)
            for facts in found:
                debtor, outlook = own.browse(facts.debtor_id), ahead.get(facts.debtor_id, Outlook())
                why = self._explain(debtor, facts, settings, known, outlook)
                said = self._say_next(facts, settings, why, outlook)
                result[debtor.id] = {
                    "next_text": said.short,
                    "next_contact": self._day_of(why, outlook),
                    "why": said.long,
                    "is_waiting": why.stops,
                    "last_text": say_last(
                        self.env, facts, bool(debtor.amount_overdue), settings.today
                    ),
                    "currency_text": self._say_currencies(facts, company),
                    "instalment_count": facts.open_count,
                }
        return result

    def _is_followed(self, why, outlook):
        """Whether something comes by itself after what waits now, also if nobody approves that; of old bank
        data nobody knows when it is up to date again."""
        waits = why.kind in (Kind.SILENT, Kind.TO_APPROVE)
        return waits and outlook.first and why.reason != Reason.STALE_BANK

    def _day_of(self, why, outlook):
        """The day that the answer names, or False.

        :param why: `dunning.explanation.Explanation`
        :param outlook: dunning Outlook
        """
        if why.kind == Kind.COMING or self._is_followed(why, outlook):
            return outlook.first.day
        if why.kind == Kind.PLANNED:
            return local_day(self.env, datetime.fromisoformat(why.about.at))
        return False

    def _look_ahead(self, debtors, found):
        """What comes next where nothing is under way by itself: {debtor id: dunning Outlook}.

        :param found: list of Facts
        """
        ids = [
            facts.debtor_id
            for facts in found
            if facts.ruled and (not facts.pending or facts.pending.state == "to_approve")
        ]
        return self.env["collection.outlook"]._of(debtors.browse(ids))

    def _say_currencies(self, facts, company):
        """That something is owed in other currencies as well, or False."""
        count = len(set(facts.currencies) - {company.currency_id.id})
        if not count:
            return False
        return self.env._("+1 currency") if count == 1 else self.env._("+%s currencies", count)

    def _explain(self, debtor, facts, settings, known, outlook):
        """Why this customer hears from us or not.

        :param facts: Facts
        :param settings: of the company, see `collection.snapshot`
        :param known: CompanyFacts
        :param outlook: dunning Outlook
        :return: `dunning.explanation.Explanation`
        """
        calendar = settings.calendars[None, debtor.calendar_key]
        missed, pending = (
            explained(self.env, message, calendar, known.is_stopped_by_breaker)
            for message in (facts.failed, facts.pending)
        )
        return explain(
            explanation.Facts(
                is_open=bool(facts.open_count),
                hold=facts.hold,
                is_paused=known.is_paused,
                is_stopped=facts.ruled and not facts.is_running,
                failed=missed,
                pending=pending,
                waiting=Reason(facts.waiting) if facts.waiting else outlook.why,
                nobody=None if facts.ruled else known.nobody(),
                is_never_open=self.env["collection.explanation"]._is_never_open(calendar),
                coming=outlook.first,
            )
        )

    def _say_next(self, facts, settings, why, outlook):
        """The one answer in a plain sentence.

        :param facts: Facts
        :param why: what `_explain` answered
        :return: Sentence
        """
        if why.kind == Kind.COMING:
            return self._say_coming(outlook.first, settings.today)
        said = sentences.say(self.env, why, settings.today)
        if why.kind == Kind.HOLD and facts.pending and _leaves_all_the_same(facts.pending):
            leaves = Explanation(Kind.PLANNED, Reason.DUE, facts.pending)
            following = sentences.say_pending(self.env, leaves, settings.today)
            said = said._replace(long=f"{said.long} {following.long}")
        if self._is_followed(why, outlook):
            following = self._say_coming(outlook.first, settings.today)
            said = said._replace(long=f"{said.long} {following.long}")
        return said

    def _say_coming(self, first, today):
        """What comes first.

        :param first: dunning Said
        """
        _, contact = self.env._, first.contact
        when = on_day_label(self.env, first.day, today)
        step = self.env["collection.ruler.step"].sudo().browse(contact.tone.id)
        name = step._name_at(contact.tone.offset)
        what = sentences.channel_and_step(self.env, contact.tone.channel, name)
        if contact.tone.mode == "approve":
            what = _("%s (for approval)", what)
        return Sentence(
            _("%(what)s %(when)s", what=what, when=when),
            _("Next: %(what)s, %(when)s.", what=what, when=when),
        )


def _leaves_all_the_same(message):
    """Whether a planned message is one that no hold stops: thanks, or the invoice itself (F5)."""
    is_planned = message.state == "planned" and message.reason == Reason.DUE
    return is_planned and not rules_of(message.purpose).may_be_held
