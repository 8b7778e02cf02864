from contextlib import suppress
from datetime import UTC
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...dunning.calendar import CalendarError, NeverOpen
from ...dunning.choice import opening
from ...dunning.drawing import Taken, draw
from ...dunning.explanation import Kind
from ...dunning.ladder import LadderError
from ...dunning.reason import Reason
from ...dunning.sending import Sending
from ..common import clock
from ..common.memo import Memo
from ..common.reason_labels import reason_label
from ..facts.of_instalments import free_day, open_tasks, steps_taken, unsent
from ..instalment.collection_instalment import NOTHING_SAID
from .banner_facts import spoken_to
from .banner_sentences import channel_and_step, say

# what is said of an instalment is about a message of its own
UNDER_WAY = (
    Kind.TAKEN_BACK,
    Kind.UNREACHABLE,
    Kind.SKIPPED_TODAY,
    Kind.BREAKER,
    Kind.TO_APPROVE,
    Kind.QUEUED,
    Kind.WAITS,
    Kind.PLANNED,
)


class LineFacts(NamedTuple):
    """What is read once for all instalments that are drawn.

    :param taken: what the ledger knows: {instalment id: {step id: (state, UTC instant or None)}}
    :param explained: why each is spoken about or not, by its id: `dunning.explanation.Explanation`
    :param spoken_to: ids of the debtors to whom a reminder ever left
    :param steps: what is the same of a step for all, by its id
    :param unsent: those whose invoice did not reach anybody, as `of_instalments.unsent` has it
    :param tasks: of ours that nobody has done yet, as `open_tasks` has them
    """

    taken: dict
    explained: dict
    spoken_to: set
    steps: dict
    unsent: dict
    tasks: dict


class CollectionRulerLine(models.AbstractModel):
    """Draws instalments on their rulers; reads a number of queries that does not depend on how many."""

    _name = "collection.ruler.line"
    _description = "Collection: the ruler drawn"

    @api.model
    def _draw(self, instalments):
        """The pictures of instalments.

        :param instalments: ``collection.instalment``, those without ruler are left out
        :return: {instalment id: dict} with ``of`` (which instalment), ``here`` (days from the
            effective due date), ``next`` (a sentence) and ``marks`` (dicts of a step: name, offset in
            days, words, channel, channel_label, mode, date, state: said, skipped, next or ahead)
        """
        drawn, result = self.with_context(collection_memo=Memo()), {}
        instalments = instalments.with_env(drawn.env).filtered("ruler_id")
        facts = drawn._facts(instalments)
        for instalment in instalments:
            # a ruler or hours that make no sense yet: that is said where they are corrected
            with suppress(CalendarError, LadderError, NeverOpen):
                result[instalment.id] = drawn._picture(instalment, facts)
        return result

    def _facts(self, instalments):
        """What is read once for all of them."""
        return LineFacts(
            steps_taken(self.env, instalments.ids),
            self.env["collection.explanation"]._of(instalments),
            spoken_to(instalments.debtor_id),
            self._steps(instalments.ruler_id),
            unsent(self.env, instalments.ids),
            open_tasks(self.env, instalments.debtor_id.ids),
        )

    def _picture(self, instalment, facts):
        """One instalment on its ruler, as `_draw` has it.

        :raise CalendarError, LadderError, NeverOpen: its ruler cannot be drawn
        """
        debtor, ladder = instalment.debtor_id, instalment._ladder()
        was_spoken_to, taken = debtor.id in facts.spoken_to, facts.taken[instalment.id]
        calendar = instalment.ruler_id._contact_calendar(instalment.calendar_key)
        today = calendar.local_day(clock.now(self.env))
        counts_from = instalment.anchor_date or instalment.due_date
        drawing = draw(
            *(ladder, calendar, counts_from, today),
            None if instalment.watermark == NOTHING_SAID else instalment.watermark,
            {
                step: Taken(state, at and calendar.local_day(at.replace(tzinfo=UTC)))
                for step, (state, at) in taken.items()
            },
            was_spoken_to,
            instalment.is_open,
            bool(instalment.delivered_on or instalment.move_id.is_move_sent),
            debtor.profile,
            self._sending(instalment, facts, today),
            free_day(calendar, facts.tasks.get(instalment.id)),
        )
        step = drawing.next and drawing.next.step
        if step and step.id not in taken:  # what is planned has its words
            step = opening(ladder, step, was_spoken_to, debtor.profile)
        words = step and self._words(facts.steps[step.id], step)
        return {
            "of": self._of(instalment),
            "here": drawing.here,
            "next": self._next_sentence(
                instalment, drawing.next, words, today, facts.explained[instalment.id]
            ),
            "marks": [
                self._words(facts.steps[mark.step.id], mark.step)
                | {"date": fields.Date.to_string(mark.day), "state": str(mark.state)}
                for mark in drawing.marks
            ],
        }

    def _sending(self, instalment, facts, today):
        """How its invoice reaches the customer (A3)."""
        sent_on = instalment.sudo().move_id.collection_sent_on
        went = [instalment.delivered_on, sent_on and sent_on <= today and sent_on]
        key, waiting = instalment.id, facts.unsent
        return Sending(
            key in waiting, waiting.get(key, False), max(filter(None, went), default=None)
        )

    def _of(self, instalment):
        """Which instalment it is, for whoever has several."""
        return self.env._(
            "%(invoice)s, due on %(date)s",
            invoice=instalment.move_id.name,
            date=format_date(self.env, instalment.due_date),
        )

    def _steps(self, rulers):
        """What is the same of a step for all instalments: {step id: dict}."""
        return {
            step.id: {
                "id": step.id,
                "name": step.name,
                "offset": step.offset_days,
                "words": step._timing(),
                "channel": step.channel,
                "channel_label": step._channel_label(),
                "mode": step.mode,
            }
            for step in rulers.step_ids
        }

    def _words(self, known, step):
        """What is drawn of a step: where an agreed date has it on another day, it is named after that (A14).

        :param known: as `_steps` has it
        :param step: dunning Step
        """
        if step.offset == known["offset"]:
            return known
        record = self.env["collection.ruler.step"].browse(step.id)
        return known | {
            "name": record._name_at(step.offset),
            "offset": step.offset,
            "words": record._timing(step.offset),
        }

    def _next_sentence(self, instalment, mark, step, today, why):
        """What comes next, in one sentence.

        :param mark: dunning Mark of what comes next, or None
        :param step: whose words are said, as `_steps` has them
        :param why: `dunning.explanation.Explanation`
        """
        if not instalment.is_open:
            return self.env._("Nothing is owed any more.")
        if why.kind in (Kind.FAILED, Kind.UNCERTAIN):
            return say(self.env, why, today).short
        what = self._what(why, step)
        if why.kind == Kind.QUEUED:
            return self.env._("%s is in the outbox", what)
        if not mark and why.reason == Reason.NOT_SENT:
            return say(self.env, why, today).short
        if not mark or why.reason == Reason.PAST_LIMIT:
            return self.env._("No further step for this instalment: a person decides.")
        if why.kind == Kind.TO_APPROVE:
            return self.env._("%s waits for approval", what)
        if why.kind == Kind.BREAKER:
            return self.env._("%s waits for a manager", what)
        if why.stops and why.reason:
            reason = reason_label(self.env, why.reason)
            return self.env._("%(what)s waits: %(reason)s", what=what, reason=reason)
        if mark.day == today:
            return self.env._("%s today", what)
        day = format_date(self.env, mark.day, date_format="EEE d MMM")
        return self.env._("%(what)s on %(day)s", what=what, day=day)

    def _what(self, why, step):
        """The message that is under way, or the step that comes, in words."""
        if why.kind in UNDER_WAY:
            return channel_and_step(self.env, why.about.channel, why.about.step_name)
        return step and f"{step['channel_label']} “{step['name']}”"

    @api.model
    def _first_open(self, field, ids):
        """The oldest open instalment with a ruler of each owner.

        :param field: ``debtor_id`` or ``move_id``
        :return: {id of the owner: ``collection.instalment``}
        """
        self.env["collection.instalment"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (%(field)s) %(field)s, id FROM collection_instalment "
                "WHERE %(field)s IN %(ids)s AND is_open AND ruler_id IS NOT NULL "
                "ORDER BY %(field)s, due_date, id",
                field=SQL.identifier(field),
                ids=tuple(ids) or (0,),
            )
        )
        found = self.env["collection.instalment"].browse([row[1] for row in rows])
        return dict(zip([row[0] for row in rows], found, strict=True))
