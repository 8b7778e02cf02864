from contextlib import suppress
from datetime import date

from odoo import api, models

from ...dunning import explanation
from ...dunning.calendar import NeverOpen
from ...dunning.explanation import Kind, explain
from ...dunning.next_step import Coming, next_step, soonest
from ...dunning.reason import Reason
from ...dunning.sending import Sending
from ..common.memo import Memo
from ..facts.of_instalments import free_day
from . import banner_sentences as sentences
from .banner_facts import facts_of, spoken_to
from .banner_sentences import Sentence
from .dates_in_words import on_day_label
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
        :return: {debtor id: {``next_text``, ``why``, ``is_waiting``, ``last_text``,
            ``currency_text``, ``instalment_count``}}; new records are left out
        """
        result = {}
        # hours are read once for all
        debtors = debtors.sudo().with_context(collection_memo=Memo())
        for company, own in debtors.grouped("company_id").items():
            settings = own.env["collection.snapshot"]._settings(company.id)
            known = self.env["collection.explanation"]._of_company(company)
            heard = spoken_to(own)
            for facts in facts_of(own, settings.today):
                debtor = own.browse(facts.debtor_id)
                why = self._explain(debtor, facts, settings, known)
                said = self._say_next(debtor, facts, settings, why, debtor.id in heard)
                result[debtor.id] = {
                    "next_text": said.short,
                    "why": said.long,
                    "is_waiting": why.stops,
                    "last_text": say_last(
                        self.env, facts, bool(debtor.amount_overdue), settings.today
                    ),
                    "currency_text": self._say_currencies(facts, company),
                    "instalment_count": facts.open_count,
                }
        return result

    def _say_currencies(self, facts, company):
        """That something is owed in other currencies as well, or False."""
        count = len(set(facts.currencies) - {company.currency_id.id})
        if not count:
            return False
        return self.env._("+1 currency") if count == 1 else self.env._("+%s currencies", count)

    def _explain(self, debtor, facts, settings, known):
        """Why this customer hears from us or not.

        :param facts: Facts
        :param settings: of the company, see `collection.snapshot`
        :param known: CompanyFacts
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
                waiting=self._why_waiting(facts, settings),
                nobody=None if facts.ruled else known.nobody(),
                is_never_open=self.env["collection.explanation"]._is_never_open(calendar),
                coming=facts.coming or None,
            )
        )

    def _say_next(self, debtor, facts, settings, why, was_spoken_to):
        """The one answer in a plain sentence.

        :param why: what `_explain` answered
        :return: Sentence
        """
        if why.kind == Kind.COMING:
            return self._say_coming(debtor, facts, settings, was_spoken_to)
        return sentences.say(self.env, why, settings.today)

    def _say_coming(self, debtor, facts, settings, was_spoken_to):
        """The next step by the ladders, or only its day where they cannot tell it."""
        env, _, today = self.env, self.env._, settings.today
        coming = soonest(self._coming(debtor, facts, settings, was_spoken_to))
        if not coming:
            next_date = min(one.next_date for one in facts.coming if one.next_date)
            when = on_day_label(env, max(date.fromisoformat(next_date), today), today)
            return Sentence(_("Next step %s", when), _("The next step comes %s.", when))
        first = min(coming, key=lambda one: one.due_date)
        when = on_day_label(env, first.day, today)
        name = env["collection.ruler.step"].sudo().browse(first.step.id)._name_at(first.step.offset)
        what = sentences.channel_and_step(env, first.step.channel, name)
        return Sentence(
            _("%(what)s %(when)s", what=what, when=when),
            _("Next: %(what)s, %(when)s.", what=what, when=when),
        )

    def _coming(self, debtor, facts, settings, was_spoken_to):
        """The next step of each instalment that may decide, as dunning Coming."""
        found = []
        for one in facts.coming:
            with suppress(NeverOpen, KeyError):  # its ruler is a draft again, or never speaks
                ladder = settings.ladders[one.ruler_id].agreed(one.said_before)
                calendar = settings.calendars[one.ruler_id, debtor.calendar_key]
                following = one.next_date and next_step(
                    ladder,
                    calendar,
                    date.fromisoformat(one.counts_from),
                    one.watermark,
                    settings.today,
                    one.delivered,
                    debtor.profile,
                    was_spoken_to,
                    _sending(one),
                    free_day(calendar, one.task),
                )
                due = date.fromisoformat(one.due_date)
                found.append(Coming(ladder, calendar, due, one.watermark, *(following or ())))
        return found

    def _why_waiting(self, facts, settings):
        """Why the step that is due waits, or why none will come by itself: somebody has to send the invoice
        first (A3), or a review decides (A13)."""
        if facts.waiting:
            return Reason(facts.waiting)
        if facts.coming and all(one.task and one.task.is_review for one in facts.coming):
            return Reason.TASK_OPEN
        left_to_people = (
            _sending(one).is_left_to_people(
                settings.ladders[one.ruler_id].agreed(one.said_before), one.watermark
            )
            for one in facts.coming
            if one.ruler_id in settings.ladders
        )
        return Reason.NOT_SENT if facts.coming and all(left_to_people) else None


def _sending(one):
    """How the invoice of a ComingUp reaches its customer."""
    went = one.delivered_on and date.fromisoformat(one.delivered_on)
    return Sending(one.unsent, one.by_hand, went or None)
