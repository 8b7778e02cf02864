from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ...dunning.calendar import NeverOpen
from ...dunning.next_step import Coming, next_step, soonest
from ...dunning.reason import Reason
from ..common import clock
from ..common.reason_labels import reason_selection
from ..followup.outbox import OUTBOX_PATIENCE

# so many messages without an answer are worth a word
UNANSWERED = 2


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
        if facts.open_count and facts.ruled and not facts.speaks:
            reason = self._reason(Reason.RULER_STOPPED)
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
            settings.calendars[None, self.calendar_key].first_instant(clock.now(self.env))
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
            return self._say_coming(facts, settings, today, spoken_to)
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
        if message.is_lost:
            return (
                _("%s cannot leave: no address", what),
                _("%s cannot leave: there is no e-mail address. Add one.", what),
                True,
            )
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

    def _say_queued(self, what, at, met_no_server, today):
        """A message in the outbox in one plain sentence; in more words once it has stood there for long.

        :param what: the message, in words
        :param at: naive UTC instant since when it stands there
        :param met_no_server: the mail server could not be reached meanwhile
        :return: as `_say_next`
        """
        _ = self.env._
        now = clock.naive_now(self.env)
        if not met_no_server and at > now - OUTBOX_PATIENCE:
            return _("%s is in the outbox", what), _("%s is in the outbox.", what), False
        day = self._local_day(at)
        since = self._day_words(day, today)
        if day == today:
            since = format_datetime(self.env, at, dt_format="HH:mm")
        return (
            _("%(what)s is in the outbox since %(since)s", what=what, since=since),
            _(
                "%(what)s is in the outbox since %(since)s: the mail server has not taken it yet. It leaves "
                "by itself once it does.",
                what=what,
                since=since,
            ),
            True,
        )

    def _say_coming(self, facts, settings, today, spoken_to):
        _ = self.env._
        found = []
        for one in facts.coming:
            with suppress(NeverOpen, KeyError):  # its ruler is a draft again, or never speaks
                ladder = settings.ladders[one.ruler_id]
                calendar = settings.calendars[one.ruler_id, self.calendar_key]
                counts_from = date.fromisoformat(one.counts_from)
                following = one.next_date and next_step(
                    ladder,
                    calendar,
                    counts_from,
                    one.watermark,
                    today,
                    one.delivered,
                    self.profile,
                    spoken_to,
                )
                due = date.fromisoformat(one.due_date)
                found.append(Coming(ladder, calendar, due, one.watermark, *(following or ())))
        coming = soonest(found)
        if not coming:
            next_date = date.fromisoformat(
                min(one.next_date for one in facts.coming if one.next_date)
            )
            when = self._on_day_words(max(next_date, today), today)
            return _("Next step %s", when), _("The next step comes %s.", when), False
        first = min(coming, key=lambda one: one.due_date)
        when = self._on_day_words(first.day, today)
        name = self.env["collection.ruler.step"].sudo().browse(first.step.id).name
        what = self._what(first.step.channel, name)
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
            return _("The ruler has not written yet") if facts.open_count else False
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
        return self.env["collection.channel"]._named(channel)._announce(name)

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

    def action_preview_next(self):
        """Open the next message as the customer would see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next message to %s", self.display_name),
            "res_model": "collection.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_debtor_id": self.id, "dialog_size": "large"},
        }

    def _compute_local_time(self):
        """What time it is for them, and whether the contact window is open."""
        now = clock.now(self.env)
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
