from contextlib import suppress
from datetime import date

from odoo import api, models

from ...dunning.calendar import NeverOpen
from ...dunning.next_step import Coming, next_step, soonest
from ...dunning.reason import Reason
from ..common import clock
from . import banner_sentences as sentences
from .banner_facts import facts_of, spoken_to
from .banner_sentences import Sentence
from .dates_in_words import on_day_words


class CollectionBanner(models.AbstractModel):
    """Says in one plain sentence what comes next for a debtor, or why nothing does (F1)."""

    _name = "collection.banner"
    _description = "Collection: banner of a debtor"

    @api.model
    def _say(self, debtors):
        """What card and form show of debtors, in a number of queries that does not depend on how many.

        :param debtors: ``collection.debtor``
        :return: {debtor id: {``next_words``, ``why``, ``is_waiting``, ``last_words``,
            ``currency_words``, ``instalment_count``}}; new records are left out
        """
        result = {}
        for company, own in debtors.sudo().grouped("company_id").items():
            settings = self.env["collection.snapshot"].sudo()._settings(company.id)
            heard = spoken_to(own)
            for facts in facts_of(own, settings.today):
                debtor = own.browse(facts.debtor_id)
                said = self._say_next(debtor, facts, settings, facts.debtor_id in heard)
                result[debtor.id] = {
                    "next_words": said.short,
                    "why": said.long,
                    "is_waiting": said.is_waiting,
                    "last_words": sentences.say_last(
                        self.env, facts, bool(debtor.amount_overdue), settings.today
                    ),
                    "currency_words": self._say_currencies(facts, company),
                    "instalment_count": facts.open_count,
                }
        return result

    def _say_currencies(self, facts, company):
        """That something is owed in other currencies as well, or False."""
        count = len(set(facts.currencies) - {company.currency_id.id})
        if not count:
            return False
        return self.env._("+1 currency") if count == 1 else self.env._("+%s currencies", count)

    def _say_next(self, debtor, facts, settings, was_spoken_to):
        """The next thing in one plain sentence.

        :param facts: Facts
        :param settings: of the company, see `collection.snapshot`
        :return: Sentence
        """
        env, _ = self.env, self.env._
        if facts.hold and facts.open_count:
            return sentences.say_hold(env, facts.hold, settings.today)
        if settings.is_paused and facts.open_count:
            return sentences.say_silence(env, Reason.PAUSED)
        if facts.open_count and facts.ruled and not facts.speaks:
            return sentences.say_silence(env, Reason.RULER_STOPPED)
        address_fails = facts.waiting in (Reason.BAD_ADDRESS, Reason.NO_ADDRESS)
        if facts.failed and facts.failed.state == "failed" and not address_fails:
            return sentences.say_failed(env, facts.failed)
        if facts.failed and facts.failed.state == "uncertain" and facts.open_count:
            return sentences.say_uncertain(env, facts.failed)
        if facts.pending:
            return sentences.say_pending(env, facts.pending, settings.today)
        if not facts.open_count:
            return Sentence(_("Nothing is owed"), _("Nothing is owed."), False)
        if facts.waiting:
            return sentences.say_silence(env, facts.waiting)
        if not facts.ruled:
            return Sentence(
                _("No ruler takes what is open"),
                _("No running ruler takes what is open here: nobody is reminded of it."),
                False,
            )
        try:
            settings.calendars[None, debtor.calendar_key].first_instant(clock.now(env))
        except NeverOpen:
            return sentences.say_never_open(env)
        if facts.coming:
            return self._say_coming(debtor, facts, settings, was_spoken_to)
        return Sentence(
            _("No further step"),
            _("No further step: a person decides what comes next."),
            True,
        )

    def _say_coming(self, debtor, facts, settings, was_spoken_to):
        """The next step by the ladders, or only its day where they cannot tell it."""
        env, _, today = self.env, self.env._, settings.today
        coming = soonest(self._coming(debtor, facts, settings, was_spoken_to))
        if not coming:
            next_date = min(one.next_date for one in facts.coming if one.next_date)
            when = on_day_words(env, max(date.fromisoformat(next_date), today), today)
            return Sentence(_("Next step %s", when), _("The next step comes %s.", when), False)
        first = min(coming, key=lambda one: one.due_date)
        when = on_day_words(env, first.day, today)
        name = env["collection.ruler.step"].sudo().browse(first.step.id).name
        what = sentences.channel_and_step(env, first.step.channel, name)
        return Sentence(
            _("%(what)s %(when)s", what=what, when=when),
            _("Next: %(what)s, %(when)s.", what=what, when=when),
            False,
        )

    def _coming(self, debtor, facts, settings, was_spoken_to):
        """The next step of each instalment that may decide, as dunning Coming."""
        found = []
        for one in facts.coming:
            with suppress(NeverOpen, KeyError):  # its ruler is a draft again, or never speaks
                ladder = settings.ladders[one.ruler_id]
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
                )
                due = date.fromisoformat(one.due_date)
                found.append(Coming(ladder, calendar, due, one.watermark, *(following or ())))
        return found
