from collections import defaultdict
from contextlib import suppress
from datetime import UTC
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...dunning.calendar import CalendarError, NeverOpen
from ...dunning.choice import opening
from ...dunning.drawing import Taken, draw
from ...dunning.ladder import LadderError
from ...dunning.reason import Reason
from ..common import clock
from ..common.instalment_key import same_instalment
from ..common.memo import Memo
from ..common.reason_labels import reason_label
from ..instalment.collection_instalment import NOTHING_SAID
from .banner_facts import spoken_to

# without dependencies: they would be followed at each payment, for a picture that few look at
LINE = {
    "string": "Ruler drawn",
    "compute": "_compute_ruler_line",
    "compute_sudo": True,
    "groups": "collection_ruler.collection_ruler_group_reader",
    "help": "The steps of the ruler around the due date, what became of them, and what comes next.",
}


class LineFacts(NamedTuple):
    """What is read once for all instalments.

    :param taken: what the ledger knows: {instalment id: {step id: (state, UTC instant or None)}}
    :param waits: why what is planned waits, by instalment id
    :param to_approve: {(instalment id, step id)} that wait for approval
    :param held: ids of the instalments that a hold pauses today
    :param spoken_to: ids of the debtors to whom a reminder ever left
    :param steps: what is the same of a step for all of them, by its id
    """

    taken: dict
    waits: dict
    to_approve: set
    held: set
    spoken_to: set
    steps: dict


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
        drawn = self.with_context(collection_memo=Memo())
        instalments = instalments.with_env(drawn.env).filtered("ruler_id")
        facts = drawn._facts(instalments)
        result = {}
        for instalment in instalments:
            # a ruler or hours that make no sense yet: that is said where they are corrected
            with suppress(CalendarError, LadderError, NeverOpen):
                result[instalment.id] = drawn._picture(instalment, facts)
        return result

    def _facts(self, instalments):
        """What is read once for all instalments that are drawn, or of which is said why they wait."""
        taken, waits, to_approve = self._taken(instalments)
        return LineFacts(
            taken,
            waits,
            to_approve,
            self._held(instalments),
            spoken_to(instalments.debtor_id),
            self._steps(instalments.ruler_id),
        )

    def _picture(self, instalment, facts):
        """One instalment on its ruler, as `_draw` has it.

        :raise CalendarError, LadderError, NeverOpen: its ruler cannot be drawn
        """
        debtor, ladder = instalment.debtor_id, instalment.ruler_id._ladder()
        was_spoken_to, taken = debtor.id in facts.spoken_to, facts.taken[instalment.id]
        calendar = instalment.ruler_id._contact_calendar(instalment.calendar_key)
        today = calendar.local_day(clock.now(self.env))
        drawing = draw(
            ladder,
            calendar,
            instalment.anchor_date or instalment.due_date,
            today,
            None if instalment.watermark == NOTHING_SAID else instalment.watermark,
            {
                step: Taken(state, at and calendar.local_day(at.replace(tzinfo=UTC)))
                for step, (state, at) in taken.items()
            },
            was_spoken_to,
            instalment.is_open,
            bool(instalment.delivered_on or instalment.move_id.is_move_sent),
            debtor.profile,
        )
        step = drawing.next and drawing.next.step
        if step and step.id not in taken:  # what is planned has its words
            step = opening(ladder, step, was_spoken_to, debtor.profile)
        words = step and facts.steps[step.id]
        return {
            "of": self._of(instalment),
            "here": drawing.here,
            "next": self._next_sentence(instalment, drawing.next, words, today, facts),
            "marks": [
                facts.steps[mark.step.id]
                | {"date": fields.Date.to_string(mark.day), "state": str(mark.state)}
                for mark in drawing.marks
            ],
        }

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

    def _next_sentence(self, instalment, mark, step, today, facts):
        """What comes next, in one sentence.

        :param mark: dunning Mark of what comes next, or None
        :param step: whose words are said, as `_steps` has them
        """
        why = self._why(instalment, today, facts)
        if not instalment.is_open:
            return self.env._("Nothing is owed any more.")
        if not mark or why == Reason.PAST_LIMIT:
            return self.env._("No further step for this instalment: a person decides.")
        names = {"channel": step["channel_label"], "step": step["name"]}
        if why and why != Reason.DUE:
            reason = reason_label(self.env, why)
            return self.env._("%(channel)s “%(step)s” waits: %(reason)s", reason=reason, **names)
        if (instalment.id, step["id"]) in facts.to_approve:
            return self.env._("%(channel)s “%(step)s” waits for approval", **names)
        if mark.day == today:
            return self.env._("%(channel)s “%(step)s” today", **names)
        day = format_date(self.env, mark.day, date_format="EEE d MMM")
        return self.env._("%(channel)s “%(step)s” on %(day)s", day=day, **names)

    def _why(self, instalment, today, facts):
        """Why nothing is said, or `Reason.DUE` for what leaves as planned, or False."""
        silent = self._why_silent(instalment, today, facts.held)
        if silent in (Reason.PAUSED, Reason.RULER_STOPPED, Reason.HELD):
            return silent  # whatever is planned
        return facts.waits.get(instalment.id) or silent

    def _why_silent(self, instalment, today, held):
        """Why the next step does not come on its day, or False."""
        if instalment.company_id.root_id._collection_is_paused():
            return Reason.PAUSED
        if not instalment.ruler_id._speaks_on(today):
            return Reason.RULER_STOPPED
        if instalment.id in held:
            return Reason.HELD
        return instalment.waiting_reason

    def _taken(self, instalments):
        """What the ledger knows of the steps.

        :return: {instalment id: {step id: (state, UTC instant or None)}}; {instalment id: why what is
            planned waits}; {(instalment id, step id)} that wait for approval
        """
        taken, waits, to_approve = defaultdict(dict), {}, set()
        for model in ("collection.instalment", "collection.followup", "collection.followup.item"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id, t.step_id, t.state, f.state, f.reason,
                       coalesce(f.delivered_at, f.handed_at, f.scheduled_at)
                  FROM collection_instalment i
                  JOIN collection_followup_item t
                    ON %s
                   AND t.state IN ('planned', 'sent', 'skipped')
                   -- what is said again after a payment came back is not said yet
                   AND (t.occurrence = i.occurrence OR t.offset_days <= i.watermark)
                  LEFT JOIN collection_followup f ON f.id = t.followup_id
                 WHERE i.id IN %s
                 ORDER BY t.occurrence, t.id
                """,
                same_instalment("t", "i"),
                tuple(instalments.ids) or (0,),
            )
        )
        for instalment, step, state, followup, reason, at in rows:
            taken[instalment][step] = state, at
            if followup == "to_approve":
                to_approve.add((instalment, step))
            elif followup in ("planned", "queued"):
                waits[instalment] = reason
        return taken, waits, to_approve

    def _held(self, instalments):
        """Ids of the instalments that a hold pauses today."""
        Hold = self.env["collection.hold"]
        today = fields.Date.context_today(self)
        holds = Hold.search(Hold._in_force(today) & Hold._domain_of(instalments.debtor_id))
        all_of = holds.filtered(lambda hold: hold.scope == "all").debtor_id
        of_debtors = instalments.filtered(lambda instalment: instalment.debtor_id in all_of)
        return {*of_debtors.ids, *holds.instalment_ids.ids}

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


class CollectionRulerLineOwner(models.AbstractModel):
    """Whoever has instalments: what is drawn is the oldest open one."""

    _name = "collection.ruler.line.owner"
    _description = "Collection: owner of a drawn ruler"

    ruler_line = fields.Json(**LINE)

    def _compute_ruler_line(self):
        Line = self.env["collection.ruler.line"]
        first = Line._first_open(self._ruler_line_owner, self.ids)
        drawn = Line._draw(self.env["collection.instalment"].union(*first.values()))
        for owner in self:
            instalment = first.get(owner._origin.id)
            owner.ruler_line = drawn.get(instalment.id, False) if instalment else False
