from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg2
from markupsafe import Markup
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, formataddr

from ..dunning.calendar import NeverOpen
from ..dunning.decision import decide, foresee
from ..dunning.ladder import LadderError
from ..dunning.reason import Reason
from .collection_followup_item import reason_selection
from .collection_snapshot import AsOf
from .res_company import Memo

# what has not left yet and may
STILL_HERE = ("planned", "to_approve")
# the next message is looked for so many open days ahead
LOOK_AHEAD = 60


class CollectionFollowup(models.Model):
    """Today's outgoing: what is about to leave, looked at and skipped before it does (A13)."""

    _inherit = "collection.followup"

    leaves_today = fields.Boolean(
        compute="_compute_outgoing",
        search="_search_leaves_today",
        help="A message to a customer that leaves today, or was skipped for today.",
    )
    leaves_at = fields.Datetime(string="When", compute="_compute_outgoing")
    amount_now = fields.Monetary(
        string="Asks for now",
        compute="_compute_outgoing",
        currency_field="currency_now_id",
        help="What it would ask for at this moment.",
    )
    currency_now_id = fields.Many2one("res.currency", compute="_compute_outgoing")
    waits_because = fields.Char(string="Waits because", compute="_compute_outgoing")
    is_put_off = fields.Boolean(compute="_compute_outgoing")

    @api.depends("state", "reason", "scheduled_at")
    def _compute_outgoing(self):
        """Ask door 1 about all of them at once; nothing is written."""
        here = self.filtered(lambda f: f.state in STILL_HERE and f.channel != "activity")
        rest = self - here
        rest.leaves_today = rest.is_put_off = False
        rest.leaves_at = rest.amount_now = rest.currency_now_id = rest.waits_because = False
        reasons = dict(reason_selection(self.env))
        settings_of = {}
        mute = here.sudo()._unreachable()
        for followup, (check, lifted, at) in here.sudo()._foreseen().items():
            seen = self.browse(followup.id)
            company = followup.debtor_id.company_id
            if company not in settings_of:
                settings_of[company] = self.env["collection.snapshot"]._settings(company.id)
            calendar, currencies = settings_of[company].calendar, settings_of[company].currencies
            names = {name: key for key, name in currencies.items()}
            today = calendar.local_day(self.env["collection.snapshot"]._now())
            planned_for = calendar.local_day(followup.scheduled_at.replace(tzinfo=UTC))
            seen.is_put_off = followup.reason == Reason.PUT_OFF and planned_for > today
            seen.leaves_today = planned_for <= today or seen.is_put_off
            seen.leaves_at = at.astimezone(UTC).replace(tzinfo=None)
            asks = lifted.verdict == "go" and followup._asks_for_money()
            seen.amount_now = float(lifted.amount) if asks else followup.amount_due
            if lifted.verdict == "cancel":
                seen.amount_now = 0
            key = names.get(lifted.currency) if asks else followup.currency_id.id
            seen.currency_now_id = key or followup.currency_id.id
            if check.verdict == "cancel":
                words = self.env._("It will be taken back: %s", reasons[check.reason])
            elif seen.is_put_off:
                words = self.env._(
                    "Skipped until %s",
                    format_date(self.env, planned_for, date_format="EEE d MMM"),
                )
            elif followup.id in mute:
                words = mute[followup.id]
            elif followup.state == "to_approve":
                words = self.env._("It waits for approval")
            elif check.verdict == "wait":
                words = reasons[check.reason][:1].upper() + reasons[check.reason][1:]
            else:
                words = False
            seen.waits_because = words

    @api.model
    def _search_leaves_today(self, operator, value):
        """By the local day of each company; what was skipped for today stays in sight."""
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        now = self.env["collection.snapshot"]._now()
        days = []
        for company in self.env.companies.root_id.sudo():
            calendar = company._collection_calendar()
            tomorrow = calendar.local_day(now) + timedelta(days=1)
            ends = datetime.combine(tomorrow, time(), ZoneInfo(calendar.timezone))
            ends = ends.astimezone(UTC).replace(tzinfo=None)
            days.append(
                Domain("company_id", "=", company.id)
                & (Domain("scheduled_at", "<", ends) | Domain("reason", "=", Reason.PUT_OFF))
            )
        return (
            Domain("state", "in", STILL_HERE)
            & Domain("channel", "!=", "activity")
            & Domain.OR(days)
        )

    def _foreseen(self):
        """What door 1 would say of each when it leaves, and what it would say if nothing held it.

        :return: {follow-up: (Recheck, Recheck without holds and caps, the aware UTC instant)}
        """
        by_instant = defaultdict(self.browse)
        for followup in self:
            by_instant[followup._next_open()] += followup
        result = {}
        for at, own in sorted(by_instant.items()):
            # a memo of its own: whatever is kept there was read as of another day
            then = own.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
            pairs = then._pairs()
            Send = then.env["collection.send"]
            checks = dict(Send._check(then, at, pairs))
            for followup, snapshot, planned, _calendar in Send._facts_of(then, pairs):
                check = lifted = checks[followup]
                if check.verdict == "wait" and followup.purpose != "thanks":
                    lifted = foresee(snapshot, planned, at, followup.purpose)
                result[self.browse(followup.id)] = (check, lifted, at)
        return result

    def _unreachable(self):
        """Why those cannot be sent by e-mail that have no address, or one that does not work.

        :return: {follow-up id: sentence}
        """
        mails = self.filtered(lambda f: f._way() == "email")
        dead = mails._bounced_before() if mails else ()
        result = {}
        for followup in mails:
            email = followup.partner_id.email_normalized
            if not email:
                result[followup.id] = self.env._("There is no e-mail address to send it to")
            elif (followup.debtor_id.id, email) in dead:
                result[followup.id] = self.env._("The last message to %s came back", email)
        return result

    def _next_open(self):
        """The first open instant (aware UTC) at which it may leave; now when there is none."""
        self.ensure_one()
        now = self.env["collection.snapshot"]._now()
        calendar = (
            self.ruler_id._contact_calendar() if self.ruler_id else self.debtor_id._calendar()
        )
        try:
            return calendar.first_instant(max(now, self.scheduled_at.replace(tzinfo=UTC)))
        except NeverOpen:
            return now

    # ------------------------------------------------------------------
    # skip, plan again
    # ------------------------------------------------------------------

    def action_skip_today(self):
        """Not today: each keeps its place and is asked again on the next open day.

        :raise UserError: one of them has left already
        """
        followups = self._by_collector()
        self._still_here(followups)
        for followup in followups.filtered(lambda f: not f.is_put_off):
            # counted from when it would leave: on a weekend that is not today
            at = followup._next_try(Reason.PUT_OFF, followup._next_open())
            followup.write({"reason": Reason.PUT_OFF, "scheduled_at": at})
        followups.debtor_id._touch()

    def action_plan_again(self):
        """Undo the skipping: it leaves at the next open instant, if it may.

        :raise UserError: one of them has left already
        """
        followups = self._by_collector()
        self._still_here(followups)
        now = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        for followup in followups.filtered(lambda f: f.reason == Reason.PUT_OFF):
            followup.scheduled_at = now
            at = followup._next_open().astimezone(UTC).replace(tzinfo=None)
            followup.write({"reason": Reason.DUE, "scheduled_at": at})
        followups.debtor_id._touch()
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    def _still_here(self, followups):
        late = followups.filtered(lambda f: f.state not in STILL_HERE)
        if late:
            raise UserError(
                self.env._(
                    "“%s” is on its way already, or was taken back. Nothing was changed.",
                    late[0].display_name,
                )
            )

    # ------------------------------------------------------------------
    # the message before it leaves
    # ------------------------------------------------------------------

    def action_preview(self):
        """Open the message as the customer will see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%(step)s · %(who)s", step=self.step_name, who=self._who()),
            "res_model": "collection.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_followup_id": self.id, "dialog_size": "large"},
        }

    def _who(self):
        self.ensure_one()
        return self.debtor_id.display_name

    def _preview(self):
        """The message as the customer will see it when it leaves; writes nothing.

        Written by what sends it, in a savepoint that is rolled back, with what is owed now.

        :return: {``subject``, ``email_to``, ``email_cc``, ``attachments`` (texts), ``body``: Markup,
            ``leaves_at``: naive UTC, ``note``: why it waits or cannot be written}
        """
        self.ensure_one()
        self.check_access("read")
        # as the scheduled action will write it, whoever looks
        own = self.with_user(SUPERUSER_ID).with_company(self.company_id)
        with closing(self.env.cr.savepoint()):
            return own._seen()

    def _seen(self):
        """Apply what door 1 would say, and render; to be rolled back."""
        ((_self, (check, lifted, at)),) = self._foreseen().items()
        then = self.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
        seen = {
            "subject": "",
            "email_to": "",
            "email_cc": "",
            "attachments": "",
            "body": Markup(),
            "note": "",
            "leaves_at": at.astimezone(UTC).replace(tzinfo=None),
        }
        reasons = dict(reason_selection(self.env))
        if check.verdict == "wait":
            seen["note"] = self.env._("It would not leave now: %s.", reasons[check.reason])
        if lifted.verdict == "cancel":
            seen["note"] = self.env._("It will be taken back: %s.", reasons[lifted.reason])
            return seen
        if lifted.verdict == "wait":
            return seen
        then._apply_checks({then: lifted}, at, then._pairs())
        try:
            with self.env.cr.savepoint():
                seen.update(getattr(then, f"_preview_{then._way()}")())
        except psycopg2.Error:
            raise
        except Exception as error:
            seen["note"] = self.env._("The message cannot be written: %s", error)
        return seen

    def _preview_email(self):
        """The parts of `_mail_values` that the customer sees."""
        self.ensure_one()
        self._fetch_for_words()
        lang = self._lang()
        template = self.step_id.mail_template_id.with_context(lang=lang)
        subject, body = self._texts(template)[self.id]
        email = self.partner_id.email_normalized
        made = self._attachments()
        names = made.mapped("name")
        if self.step_id.attach_invoice:
            lacking = self.instalment_ids.move_id.filtered(
                lambda m: m.is_sale_document() and not m.invoice_pdf_report_id
            )
            names += [move._get_invoice_report_filename() for move in lacking]
        seen = {
            "subject": subject,
            "email_to": formataddr((self.partner_id.name or "", email)) if email else "",
            "email_cc": self._copy_to() or "",
            "attachments": ", ".join(names),
            "body": Markup(self._layout(body)),
        }
        for words in self._unreachable().values():
            seen["note"] = f"{words}."
        return seen

    def _preview_delivery(self):
        """The invoice's own message, as Odoo's sending writes it."""
        self.ensure_one()
        move = self.item_ids.move_id[:1]
        Send = self.env["account.move.send"]
        template = Send._get_default_mail_template_id(move)
        lang = Send._get_default_mail_lang(move, template)
        body = Send._get_default_mail_body(move, template, lang)
        local = self.with_context(lang=lang)
        email = move.partner_id.email_normalized
        frame = local.env["ir.qweb"]._render(
            "collection_ruler.delivery_layout",
            {
                "message": self.env["mail.message"].new({"body": body}),
                "company": local.company_id,
                "lang": lang,
            },
        )
        pdf = move.invoice_pdf_report_id.name or move._get_invoice_report_filename()
        seen = {
            "subject": Send._get_default_mail_subject(move, template, lang),
            "email_to": formataddr((move.partner_id.name or "", email)) if email else "",
            "attachments": pdf,
            "body": Markup(frame),
        }
        if move.is_move_sent:
            seen["note"] = self.env._("The invoice was sent already: this will be skipped.")
        elif not email:
            seen["note"] = self.env._("There is no e-mail address to send it to.")
        return seen


class CollectionDebtor(models.Model):
    """What the ruler would say next to a customer."""

    _inherit = "collection.debtor"

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

    def _next_outgoing(self):
        """The customer's next planned message, or one that waits for approval; empty for none."""
        self.ensure_one()
        return self.env["collection.followup"].search(
            [
                ("debtor_id", "=", self.id),
                ("state", "in", STILL_HERE),
                ("channel", "!=", "activity"),
            ],
            order="scheduled_at, id",
            limit=1,
        )

    def _preview_next(self):
        """What the customer hears next: what is planned, else what the ruler would say; writes nothing.

        :return: as `collection.followup._preview`, with ``step_name`` and ``is_planned``
        """
        self.ensure_one()
        self.check_access("read")
        if planned := self._next_outgoing():
            return {**planned._preview(), "step_name": planned.step_name, "is_planned": True}
        own = self.with_user(SUPERUSER_ID).with_company(self.company_id)
        with closing(self.env.cr.savepoint()):
            followup = own._imagine_next()
            if followup:
                return {**followup._seen(), "step_name": followup.step_name, "is_planned": False}
        return {"note": self.why, "is_planned": False}

    def _imagine_next(self):
        """Play the coming days for this customer until the ruler says something; to be rolled back.

        :return: ``collection.followup``, empty when nothing is said within LOOK_AHEAD open days
        """
        self.ensure_one()
        self.env.flush_all()
        calendar = self._calendar()
        now = self.env["collection.snapshot"]._now()
        nothing = self.env["collection.followup"]
        for _day in range(LOOK_AHEAD):
            try:
                at = calendar.first_instant(now)
                then = self.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
                followup = then._imagine_day(at)
            except (NeverOpen, LadderError):
                return nothing
            if followup:
                return self.env["collection.followup"].browse(followup.id)
            self.env.invalidate_all()
            day = calendar.local_day(at) + timedelta(days=1)
            steps = [
                i.next_date
                for i in self.instalment_ids
                if i.is_open and i.next_date and i.next_date >= day
            ]
            waiting = any(i.is_open and i.waiting_reason for i in self.instalment_ids)
            if not steps and not waiting:
                return nothing
            if steps and not waiting:  # nothing happens until then
                day = min(steps)
            now = datetime.combine(day, time(), ZoneInfo(calendar.timezone)).astimezone(UTC)
        return nothing

    def _imagine_day(self, at):
        """What the plan verb would do for this customer at an instant, tasks left aside."""
        Plan = self.env["collection.plan"]
        company = self.company_id
        due = Plan._due(company, self.ids)
        if not due:
            return None
        come = {instalment: offset for instalment, _debtor, offset in due}
        snapshot = self.env["collection.snapshot"]._take(company.id, self.ids, come)[self.id]
        decision = decide(snapshot, at)
        decision.contacts = [c for c in decision.contacts if c.channel != "activity"]
        if decision.contacts:
            decision.contacts = decision.contacts[:1]
            ((_key, followup),) = Plan._create_followups(company, [(self, decision)]).items()
            Plan._write_ledger(
                [
                    Plan._row(self, claim, step, followup, "planned", Reason.DUE)
                    for claim, step in decision.contacts[0].pairs
                ]
            )
            return followup
        claims = {claim.id: claim for claim in snapshot.claims}
        Plan._write_instalments(company, [(self, decision)], claims, at)
        return None
