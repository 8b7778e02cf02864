from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...dunning.calendar import CalendarError, NeverOpen
from ...dunning.drawing import Taken, draw
from ...dunning.explanation import Kind
from ...dunning.ladder import LadderError
from ...dunning.outlook import Outlook
from ...dunning.reason import Reason
from ..common import clock
from ..common.instalment_key import same_instalment
from ..common.memo import Memo
from ..common.reason_labels import reason_label
from ..instalment.collection_instalment import NOTHING_SAID
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
    :param steps: what is the same of a step for all, by its id
    :param ahead: what comes next, by debtor id: dunning Outlook
    """

    taken: dict
    explained: dict
    steps: dict
    ahead: dict


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
        ahead = self.env["collection.outlook"]._of(instalments.debtor_id, instalments)
        # a message about several debts may have the words of another ruler
        words = {
            one.words.id
            for outlook in ahead.values()
            for all_ in outlook.of.values()
            for one in all_
        }
        return LineFacts(
            self._taken(instalments),
            self.env["collection.explanation"]._of(instalments),
            self._steps(
                instalments.ruler_id.step_ids.union(instalments.ruler_id.step_ids.browse(words))
            ),
            ahead,
        )

    def _picture(self, instalment, facts):
        """One instalment on its ruler, as `_draw` has it.

        :raise CalendarError, LadderError, NeverOpen: its ruler cannot be drawn
        """
        calendar = instalment.ruler_id._contact_calendar(instalment.calendar_key)
        today = calendar.local_day(clock.now(self.env))
        outlook = facts.ahead.get(instalment.debtor_id.id, Outlook())
        coming = outlook.of.get(instalment.id, ())
        drawing = self._drawing(instalment, facts, calendar, today, outlook)
        step, day = drawing.next and drawing.next.step, drawing.next and drawing.next.day
        if step and step.id not in facts.taken[instalment.id]:  # what is planned has its words
            step = coming[0].words
        words = step and facts.steps[step.id] | {"mode": step.mode}
        why = facts.explained[instalment.id]
        if why.kind == Kind.PLANNED:  # perhaps thanks, which are no step of the line
            day = calendar.local_day(datetime.fromisoformat(why.about.at).replace(tzinfo=UTC))
        waits = coming[0].waits if coming else outlook.waits.get(instalment.id)
        return {
            "of": self._of(instalment),
            "here": drawing.here,
            "next": self._next_sentence(instalment, day, words, today, why, waits),
            "marks": [
                facts.steps[mark.step.id]
                | {"date": fields.Date.to_string(mark.day), "state": str(mark.state)}
                for mark in drawing.marks
            ],
        }

    def _drawing(self, instalment, facts, calendar, today, outlook):
        """The dunning Drawing, by the dunning Outlook of the debtor."""
        return draw(
            *(instalment.ruler_id._to_ladder(), calendar),
            *(instalment.anchor_date or instalment.due_date, today),
            None if instalment.watermark == NOTHING_SAID else instalment.watermark,
            {
                step: Taken(state, at and calendar.local_day(at.replace(tzinfo=UTC)))
                for step, (state, at) in facts.taken[instalment.id].items()
            },
            instalment.is_open,
            bool(instalment.delivered_on or instalment.move_id.is_move_sent),
            instalment.debtor_id.profile,
            outlook.of.get(instalment.id, ()),
            instalment.id in outlook.waits,
        )

    def _of(self, instalment):
        """Which instalment it is, for whoever has several."""
        return self.env._(
            "%(invoice)s, due on %(date)s",
            invoice=instalment.move_id.name,
            date=format_date(self.env, instalment.due_date),
        )

    def _steps(self, steps):
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
            for step in steps
        }

    def _next_sentence(self, instalment, day, step, today, why, waits):
        """What comes next, in one sentence.

        :param day: on which something comes next, or None
        :param step: whose words are said, as `_steps` has them
        :param why: `dunning.explanation.Explanation`
        :param waits: what holds it for as long as anybody knows, though the plan has not met it yet, or None
        """
        if not instalment.is_open:
            return self.env._("Nothing is owed any more.")
        if why.kind in (Kind.FAILED, Kind.UNCERTAIN):
            return say(self.env, why, today).short
        what = self._what(why, step)
        if why.kind == Kind.QUEUED:
            return self.env._("%s is in the outbox", what)
        if not day and why.reason == Reason.NOT_SENT:
            return say(self.env, why, today).short
        if not day or Reason.PAST_LIMIT in (why.reason, waits):
            return self.env._("No further step for this instalment: a person decides.")
        if why.kind == Kind.TO_APPROVE:
            return self.env._("%s waits for approval", what)
        if why.kind == Kind.BREAKER:
            return self.env._("%s waits for a manager", what)
        if held := why.reason if why.stops and why.reason else waits:
            reason = reason_label(self.env, held)
            return self.env._("%(what)s waits: %(reason)s", what=what, reason=reason)
        if day == today:
            return self.env._("%s today", what)
        day = format_date(self.env, day, date_format="EEE d MMM")
        return self.env._("%(what)s on %(day)s", what=what, day=day)

    def _what(self, why, step):
        """The message that is under way, or the step that comes, in words."""
        if why.kind in UNDER_WAY:
            return channel_and_step(self.env, why.about.channel, why.about.step_name)
        what = step and f"{step['channel_label']} “{step['name']}”"
        return self.env._("%s (for approval)", what) if step and step["mode"] == "approve" else what

    def _taken(self, instalments):
        """What the ledger knows of the steps.

        :return: {instalment id: {step id: (state, UTC instant or None)}}
        """
        taken = defaultdict(dict)
        for model in ("collection.instalment", "collection.followup", "collection.followup.item"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id, t.step_id, t.state,
                       coalesce(f.delivered_at, f.handed_at, f.scheduled_at)
                  FROM collection_instalment i
                  JOIN collection_followup_item t
                    ON %s
                   AND t.state IN ('planned', 'sent', 'skipped')
                   -- what is said again after a payment came back is not said yet
                   AND (t.occurrence = i.occurrence OR t.offset_days <= i.watermark)
                  LEFT JOIN collection_followup f ON f.id = t.followup_id
                 WHERE i.id IN %s
                 ORDER BY t.occurrence, t.attempt, t.id
                """,
                same_instalment("t", "i"),
                tuple(instalments.ids) or (0,),
            )
        )
        for instalment, step, state, at in rows:
            taken[instalment][step] = state, at
        return taken

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
