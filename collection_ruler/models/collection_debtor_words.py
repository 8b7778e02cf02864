from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL, format_date, format_datetime

from ..dunning.calendar import NeverOpen
from ..dunning.ladder import next_step
from ..dunning.reason import Reason
from .collection_followup_item import reason_selection

# so many messages without an answer are worth a word
UNANSWERED = 2


class _Hold(NamedTuple):
    origin: str
    note: str | None
    date_to: str | None  # ISO date
    agency: str | None


class _Message(NamedTuple):
    step_name: str | None
    channel: str
    purpose: str
    state: str
    reason: str | None
    at: str  # naive UTC, ISO
    failure: str | None


class _Coming(NamedTuple):
    ruler_id: int
    watermark: int
    next_date: str  # ISO date
    counts_from: str
    delivered: bool  # the invoice went out: the step that would send it is skipped


class _Facts(NamedTuple):
    """What the sentences about a debtor are made of.

    :param open_count: open instalments
    :param currencies: ids, of the open instalments
    :param waiting: why the oldest instalment that is due waits, or None
    :param reminded: whether a reminder of an open instalment lies behind it, said or not
    :param ruled: whether a ruler took any of the open instalments
    """

    debtor_id: int
    open_count: int
    currencies: list
    waiting: str | None
    reminded: bool
    ruled: bool
    hold: _Hold | None
    coming: _Coming | None
    pending: _Message | None
    failed: _Message | None
    last: _Message | None
    answered_at: datetime | None
    unanswered: int


class CollectionDebtor(models.Model):
    """What stands on a card and above the form, in words; for all records of a list at once (F1)."""

    _inherit = "collection.debtor"

    why = fields.Char(string="Why (not) contacted", compute="_compute_words")
    next_words = fields.Char(string="Next", compute="_compute_words")
    last_words = fields.Char(string="Last word", compute="_compute_words")
    currency_words = fields.Char(string="Other currencies", compute="_compute_words")
    instalment_count = fields.Integer(compute="_compute_words")
    is_waiting = fields.Boolean(compute="_compute_words", help="Something stops the next message.")
    local_time = fields.Char(string="Their time", compute="_compute_local_time")
    window_open = fields.Boolean(compute="_compute_local_time")

    @api.depends(
        "followup_ids.state",
        "followup_ids.reason",
        "followup_ids.scheduled_at",
        "followup_ids.answered_at",
        "instalment_ids.waiting_reason",
        "instalment_ids.is_open",
        "instalment_ids.next_date",
        "hold_ids.state",
        "hold_ids.date_to",
    )
    @api.depends_context("lang", "tz")
    def _compute_words(self):
        for name in ("why", "next_words", "last_words", "currency_words"):
            self[name] = False
        self.instalment_count = 0
        self.is_waiting = False
        for company, own in self.sudo().grouped("company_id").items():
            settings = self.env["collection.snapshot"].sudo()._settings(company.id)
            today = settings.today
            spoken_to = own._spoken_to()
            for facts in own._facts_for_words(today):
                debtor = self.browse(facts.debtor_id)
                debtor.next_words, debtor.why, debtor.is_waiting = debtor._say_next(
                    facts, settings, today, facts.debtor_id in spoken_to
                )
                debtor.last_words = debtor._say_last(facts, today)
                debtor.instalment_count = facts.open_count
                others = set(facts.currencies) - {company.currency_id.id}
                if others:
                    debtor.currency_words = (
                        self.env._("+1 currency")
                        if len(others) == 1
                        else self.env._("+%s currencies", len(others))
                    )

    def _spoken_to(self):
        """Ids of those of these debtors to whom a reminder ever left."""
        self.env["collection.followup"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM collection_debtor d WHERE id IN %s AND EXISTS ("
                "SELECT FROM collection_followup f WHERE f.debtor_id = d.id "
                "AND f.channel != 'activity' AND f.purpose IN ('dunning', 'returned') "
                "AND f.state IN ('queued', 'sent', 'uncertain'))",
                tuple(i for i in self.ids if i) or (0,),
            )
        )
        return {row[0] for row in rows}

    def _facts_for_words(self, today):
        """Facts of debtors of one root company, in one query.

        :param today: local day of the company
        :return: [_Facts], in no order
        """
        ids = tuple(i for i in self.ids if i)
        if not ids:
            return []
        for model in ("collection.instalment", "collection.followup", "collection.hold"):
            self.env[model].flush_model()
        self.env["account.move"].flush_model(["is_move_sent"])
        message = SQL(
            "json_build_array(f.step_name, f.channel, f.purpose, f.state, f.reason, "
            "coalesce(f.delivered_at, f.handed_at, "
            "CASE WHEN f.state = 'queued' THEN f.queued_at END, f.scheduled_at), f.failure)"
        )
        heard = SQL(
            "(f.channel != 'activity' OR f.purpose = 'talk') AND f.state IN ('sent', 'uncertain')"
        )
        said_at = SQL("coalesce(f.delivered_at, f.handed_at)")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.id, i.open_count, i.currencies, i.waiting, i.reminded, i.ruled,
                       h.hold, c.coming, p.message,
                       CASE WHEN x.at > coalesce(l.at, '-infinity') THEN x.message END, l.message,
                       a.at, u.unanswered
                  FROM collection_debtor d
                 CROSS JOIN LATERAL (
                    SELECT count(*) AS open_count, array_agg(DISTINCT currency_id) AS currencies,
                           (array_agg(waiting_reason ORDER BY due_date, id)
                               FILTER (WHERE waiting_reason IS NOT NULL))[1] AS waiting,
                           coalesce(bool_or(watermark >= 0), FALSE) AS reminded,
                           coalesce(bool_or(ruler_id IS NOT NULL), FALSE) AS ruled
                      FROM collection_instalment
                     WHERE debtor_id = d.id AND is_open) i
                  LEFT JOIN LATERAL (
                    SELECT json_build_array(origin, note, date_to,
                           (SELECT name FROM res_partner WHERE id = agency_id)) AS hold
                      FROM collection_hold
                     WHERE debtor_id = d.id AND state = 'active'
                       AND (scope = 'all' OR origin = 'handover')
                       AND coalesce(date_to >= %(today)s, TRUE)
                     -- a reply asks for an answer; else the one that lasts longest
                     ORDER BY origin = 'reply' DESC, origin = 'handover' DESC,
                              date_to DESC NULLS FIRST LIMIT 1) h ON TRUE
                  LEFT JOIN LATERAL (
                    SELECT json_build_array(ii.ruler_id, ii.watermark, ii.next_date,
                                            coalesce(ii.anchor_date, ii.due_date),
                                            m.is_move_sent OR ii.delivered_on IS NOT NULL) AS coming
                      FROM collection_instalment ii JOIN account_move m ON m.id = ii.move_id
                     WHERE ii.debtor_id = d.id AND ii.is_open AND ii.next_date IS NOT NULL
                     ORDER BY ii.next_date, ii.due_date, ii.id LIMIT 1) c ON TRUE
                  LEFT JOIN LATERAL (
                    SELECT %(message)s AS message FROM collection_followup f
                     WHERE debtor_id = d.id AND state IN ('planned', 'to_approve', 'queued')
                     -- what waits for us comes first
                     ORDER BY state = 'to_approve' DESC, scheduled_at, id LIMIT 1) p ON TRUE
                  LEFT JOIN LATERAL (
                    SELECT %(message)s AS message, scheduled_at AS at FROM collection_followup f
                     WHERE debtor_id = d.id AND state IN ('failed', 'uncertain')
                     ORDER BY scheduled_at DESC, id DESC LIMIT 1) x ON TRUE
                  LEFT JOIN LATERAL (
                    SELECT %(message)s AS message, %(said_at)s AS at FROM collection_followup f
                     WHERE debtor_id = d.id AND %(heard)s
                     ORDER BY %(said_at)s DESC NULLS LAST, id DESC LIMIT 1) l ON TRUE
                 CROSS JOIN LATERAL (
                    SELECT max(answered_at) AS at FROM collection_followup
                     WHERE debtor_id = d.id) a
                 CROSS JOIN LATERAL (
                    SELECT count(*) AS unanswered FROM collection_followup f
                     WHERE debtor_id = d.id AND %(heard)s AND f.purpose = 'dunning'
                       AND %(said_at)s > coalesce(a.at, '-infinity')
                       -- who pays has answered
                       AND %(said_at)s > coalesce(
                           (SELECT max(coalesce(t.delivered_at, t.create_date))
                              FROM collection_followup t
                             WHERE t.debtor_id = d.id AND t.purpose = 'thanks'
                               AND t.state != 'cancelled'), '-infinity')) u
                 WHERE d.id IN %(ids)s
                """,
                today=today,
                message=message,
                heard=heard,
                said_at=said_at,
                ids=ids,
            )
        )
        types = {6: _Hold, 7: _Coming, 8: _Message, 9: _Message, 10: _Message}
        result = []
        for row in rows:
            values = [
                types[n](*value) if n in types and value is not None else value
                for n, value in enumerate(row)
            ]
            values[2] = values[2] or []
            result.append(_Facts(*values))
        return result

    def _say_next(self, facts, settings, today, spoken_to):
        """The next thing in one plain sentence.

        :param settings: of the company, see `collection.snapshot`
        :return: (short, for the card; long, for the banner; whether something stops it)
        """
        _ = self.env._
        if facts.hold and facts.open_count:
            return self._say_hold(facts.hold, today)
        if settings.is_paused and facts.open_count:
            reason = self._reason(Reason.PAUSED)
            return _("Silent: %s", reason), _("Nothing is said now: %s.", reason), True
        address_fails = facts.waiting in (Reason.BAD_ADDRESS, Reason.NO_ADDRESS)
        if facts.failed and facts.failed.state == "failed" and not address_fails:
            words = _(
                "“%(step)s” was not sent: %(reason)s",
                step=facts.failed.step_name,
                reason=self._reason(facts.failed.reason),
            )
            return words, _("%s. Look under “What was said”.", words), True
        if facts.failed and facts.failed.state == "uncertain" and facts.open_count:
            words = _("Did “%s” arrive? Nobody knows", facts.failed.step_name)
            return words, _("%s. It is not sent again by itself: ask the customer.", words), True
        if facts.pending:
            return self._say_pending(facts.pending, today)
        if not facts.open_count:
            return _("Nothing is owed"), _("Nothing is owed."), False
        if facts.waiting:
            reason = self._reason(facts.waiting)
            return (
                _("Silent: %s", reason),
                _("Nothing is said now: %s.", reason),
                True,
            )
        if not facts.ruled:
            return (
                _("No ruler takes what is open"),
                _("No running ruler takes what is open here: nobody is reminded of it."),
                False,
            )
        try:
            settings.calendars[None, self.calendar_key].first_instant(
                self.env["collection.snapshot"]._now()
            )
        except NeverOpen:
            reason = self._reason(Reason.NEVER_OPEN)
            return (
                _("Silent: %s", reason),
                _(
                    "Nothing is said: %s where this customer may live. Complete the address with a state, "
                    "or give the contact a time zone.",
                    reason,
                ),
                True,
            )
        if facts.coming:
            return self._say_coming(facts.coming, settings, today, spoken_to)
        return (
            _("No further step"),
            _("No further step: a person decides what comes next."),
            True,
        )

    def _say_hold(self, hold, today):
        _ = self.env._
        until = self._day_words(date.fromisoformat(hold.date_to), today) if hold.date_to else ""
        if hold.origin == "reply":
            return (
                _("Reply waiting"),
                _("A reply waits for an answer; the ruler is silent until %s.", until)
                if until
                else _(
                    "A reply waits for an answer; the ruler is silent until somebody ends that."
                ),
                True,
            )
        if hold.origin == "handover":
            return (
                _("Handed over to %s", hold.agency),
                _(
                    "Handed over to %s: the ruler is silent until somebody takes it back.",
                    hold.agency,
                ),
                True,
            )
        origins = dict(
            self.env["collection.hold"]._fields["origin"]._description_selection(self.env)
        )
        why = hold.note or (_("a hold") if hold.origin == "manual" else origins[hold.origin])
        if until:
            return (
                _("Silent until %(day)s: %(why)s", day=until, why=why),
                _("The ruler is silent until %(day)s: %(why)s.", day=until, why=why),
                True,
            )
        if not hold.note and hold.origin == "manual":
            return (
                _("Silent: %s", why),
                _("The ruler is silent until somebody ends the hold."),
                True,
            )
        return (
            _("Silent: %s", why),
            _("The ruler is silent until somebody ends the hold: %s.", why),
            True,
        )

    def _say_pending(self, message, today):
        _ = self.env._
        at = datetime.fromisoformat(message.at)
        what = self._what(message.channel, message.step_name)
        if message.state == "to_approve":
            return _("%s waits for approval", what), _("%s waits for your approval.", what), True
        if message.state == "queued":
            return self._say_queued(what, at, bool(message.failure), today)
        when = self._instant_words(at, today)
        if message.reason == Reason.PUT_OFF:
            short = _("%(what)s skipped, asked again %(when)s", what=what, when=when)
            return short, f"{short}.", True
        if message.reason and message.reason != Reason.DUE:
            reason = self._reason(message.reason)
            return (
                _("%(what)s waits: %(reason)s", what=what, reason=reason),
                _(
                    "%(what)s waits: %(reason)s. It is asked about again %(when)s.",
                    what=what,
                    reason=reason,
                    when=when,
                ),
                True,
            )
        short = _("%(what)s %(when)s", what=what, when=when)
        return short, _("%(what)s leaves %(when)s.", what=what, when=when), False

    def _say_coming(self, coming, settings, today, spoken_to):
        _ = self.env._
        following = None
        with suppress(NeverOpen, KeyError):  # its ruler is a draft again, or never speaks
            following = next_step(
                settings.ladders[coming.ruler_id],
                settings.calendars[coming.ruler_id, self.calendar_key],
                date.fromisoformat(coming.counts_from),
                coming.watermark,
                today,
                coming.delivered,
                self.profile,
                spoken_to,
            )
        if not following:
            when = self._on_day_words(max(date.fromisoformat(coming.next_date), today), today)
            return _("Next step %s", when), _("The next step comes %s.", when), False
        step, day = following
        when = self._on_day_words(day, today)
        name = self.env["collection.ruler.step"].sudo().browse(step.id).name
        what = self._what(step.channel, name)
        return (
            _("%(what)s %(when)s", what=what, when=when),
            _("Next: %(what)s, %(when)s.", what=what, when=when),
            False,
        )

    def _say_last(self, facts, today):
        """The last word between us, in one plain sentence."""
        _ = self.env._
        last, answered = facts.last, facts.answered_at
        said = datetime.fromisoformat(last.at) if last else None
        if answered and (not said or answered >= said):
            return _("Replied %s", self._on_day_words(self._local_day(answered), today))
        if not said:
            if facts.reminded:  # who joined silently stands among the reminded
                return _("The ruler has not written so far")
            return _("Not contacted yet") if facts.open_count else False
        when = self._on_day_words(self._local_day(said), today)
        # a notice before the due date wants no answer
        if facts.unanswered >= UNANSWERED and last.purpose == "dunning" and self.amount_overdue:
            return _(
                "No answer to %(count)s contacts, the last %(when)s",
                count=facts.unanswered,
                when=when,
            )
        return {
            "thanks": _("Thanked %s", when),
            "delivery": _("Invoice sent %s", when),
            "returned": _("Told %s that a payment came back", when),
            "talk": _("We spoke %s", when),
        }.get(last.purpose) or _("Reminded %s", when)

    # ------------------------------------------------------------------
    # words
    # ------------------------------------------------------------------

    def _reason(self, reason):
        return dict(reason_selection(self.env)).get(reason, reason or "")

    def _what(self, channel, name):
        channels = dict(
            self.env["collection.ruler.step"]._fields["channel"]._description_selection(self.env)
        )
        if channel == "activity":
            return self.env._("Task “%s”", name)
        return f"{channels.get(channel, channel)} “{name}”"

    def _local_day(self, instant):
        """The day of a naive UTC instant as the reader's calendar shows it."""
        return fields.Datetime.context_timestamp(self, instant).date()

    def _day_words(self, day, today):
        """A day as people write it: "Thu 19 Mar", with its year when that is another one."""
        pattern = "EEE d MMM" if day.year == today.year else "EEE d MMM yyyy"
        return format_date(self.env, day, date_format=pattern)

    def _on_day_words(self, day, today):
        days = (day - today).days
        if days in (-1, 0, 1):
            return {
                -1: self.env._("yesterday"),
                0: self.env._("today"),
                1: self.env._("tomorrow"),
            }[days]
        return self.env._("on %s", self._day_words(day, today))

    def _instant_words(self, instant, today):
        day = self._local_day(instant)
        if day == today:
            return self.env._("today at %s", format_datetime(self.env, instant, dt_format="HH:mm"))
        return self._on_day_words(day, today)

    def _compute_local_time(self):
        """What time it is for them, and whether the contact window is open."""
        now = self.env["collection.snapshot"]._now()
        said = defaultdict(self.browse)
        for debtor in self:
            alone = debtor.id if debtor.blackout_ids else None
            said[debtor.company_id, debtor.calendar_key, debtor.is_company, alone] += debtor
        for debtors in said.values():
            one = debtors[:1].sudo()
            calendar = one._within_limits(one._calendar(), "email")
            zone = ZoneInfo(calendar.timezone)
            today = calendar.local_day(now)
            closes = calendar.closes_at(now)
            debtors.window_open = bool(closes)
            if closes:
                rest = self.env._("open until %s", f"{closes.astimezone(zone):%H:%M}")
            else:
                try:
                    opens = calendar.first_instant(now).astimezone(zone)
                    day = "" if opens.date() == today else self._day_words(opens.date(), today)
                    rest = self.env._("closed until %s", f"{day} {opens:%H:%M}".strip())
                except NeverOpen:
                    rest = self.env._("never open")
            times = [f"{now.astimezone(zone):%H:%M}"]
            if calendar.also_in:  # the address leaves open which
                clocks = [now.astimezone(ZoneInfo(other)) for other in calendar.also_in]
                clocks = sorted(
                    [*clocks, now.astimezone(zone)], key=lambda at: at.replace(tzinfo=None)
                )
                times = [f"{at:%H:%M}" for at in (clocks[0], clocks[-1])]
            debtors.local_time = f"{'–'.join(dict.fromkeys(times))} · {rest}"
