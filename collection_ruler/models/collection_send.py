import logging
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from typing import NamedTuple

import psycopg2
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..dunning.calendar import NeverOpen
from ..dunning.decision import Recheck, recheck
from ..dunning.reason import Reason
from ..dunning.volume import LEAST
from .collection_followup import ASKS_FOR_MONEY
from .collection_verb import NO_JIT, Tally
from .res_company import Memo

_logger = logging.getLogger(__name__)

# handing over stops so long before the window closes, so that Odoo's queue still meets it open
MARGIN = timedelta(minutes=10)
# what messages need to know of customers, their contacts and whoever signs
ADDRESSED = [
    "email_normalized",
    "email",
    "name",
    "lang",
    "is_company",
    "ref",
    "vat",
    "phone",
    "user_id",
]


class CollectionSend(models.AbstractModel):
    """Third verb: lock, ask again what is owed, render, hand to Odoo's outboxes (door 1)."""

    _name = "collection.send"
    _inherit = ["collection.verb"]
    _description = "Collection: send follow-ups"

    @api.model
    def _todo(self, company):
        """Follow-ups whose instant has come, oldest first."""
        now = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        Followup = self.env["collection.followup"]
        waiting = (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "planned")
            & Domain("scheduled_at", "<=", now)
        )
        followups = Followup.search(waiting, order="scheduled_at, id")
        if len(followups) > LEAST:
            # as collection.followup._asks_for_money says
            asks = Domain("channel", "!=", "activity") & Domain("purpose", "in", ASKS_FOR_MONEY)
            if self._is_flooded(company, Followup.search_count(waiting & asks)):
                followups = Followup.search(waiting & ~asks, order="scheduled_at, id")
        return followups.ids

    @api.model
    def _prepare(self, company, followup_ids):
        """What takes long and must not hold locks: render missing invoice PDFs once, and store them.

        Of all that the messages would ask for now, not only of what their step is due for (C2).
        """
        followups = self._attaching(followup_ids)
        if not followups:
            return
        at = self.env["collection.snapshot"]._now() + MARGIN
        checks = self._check(followups, at, followups._pairs())
        asked = [instalment for _followup, check in checks for instalment in check.asked]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT m.id, i.debtor_id
                  FROM collection_instalment i
                  JOIN account_move m ON m.id = i.move_id AND m.state = 'posted'
                 WHERE i.id IN %s
                   AND NOT EXISTS (
                       SELECT FROM ir_attachment a
                        WHERE a.res_model = 'account.move' AND a.res_id = m.id
                          AND a.res_field = 'invoice_pdf_report_file')
                """,
                tuple(asked) or (0,),
            )
        )
        for move_id, debtor_id in rows:
            move = self.env["account.move"].browse(move_id)
            if not move.is_sale_document():
                continue
            try:
                # Odoo inserts the attachment before it writes the file: no row without its file
                with self.env.cr.savepoint():
                    self.env["account.move.send"]._collection_store_pdf(move)
            except psycopg2.Error:
                raise
            except Exception as error:
                _logger.exception("No PDF could be made of %s (id %s)", move.name, move.id)
                self.env["collection.debtor"].browse(debtor_id)._tell(
                    self.env._("%s could not be attached: no PDF could be made", move.name),
                    str(error)[:500],
                    once=True,
                )

    def _attaching(self, followup_ids):
        """The ``collection.followup`` among these that attach invoices; others are not read."""
        self.env["collection.followup"].flush_model(["state", "purpose", "step_id"])
        self.env["collection.ruler.step"].flush_model(["attach_invoice"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.id
                  FROM collection_followup f
                  JOIN collection_ruler_step s ON s.id = f.step_id AND s.attach_invoice
                 WHERE f.id IN %s AND f.state = 'planned' AND f.purpose = 'dunning'
                 ORDER BY f.scheduled_at, f.id
                """,
                tuple(followup_ids) or (0,),
            )
        )
        return self.env["collection.followup"].browse([row[0] for row in rows])

    @api.model
    def _batch(self, company, followup_ids):
        """Hand over those that may leave now; keep, or cancel with a reason, the others."""
        followups, pairs = self._lock(followup_ids)
        if not followups:
            return Tally()
        if thanks := followups.filtered(lambda f: f.purpose == "thanks"):
            thanks._drop_undone()
            followups -= thanks._join()
        now = self.env["collection.snapshot"]._now()
        checks = dict(self._check(followups, now + MARGIN, pairs))
        followups._apply_checks(checks, now, pairs)
        leaving = followups.filtered(lambda f: f.state == "planned" and f.reason == "due")
        leaving = leaving.filtered(lambda f: f.scheduled_at <= now.replace(tzinfo=None))
        by_way = defaultdict(self.env["collection.followup"].browse)
        for followup in leaving:
            by_way[followup._way()] += followup
        for way, group in by_way.items():
            getattr(group, f"_send_{way}")()
        tally = Tally(done=len(followups.filtered(lambda f: f.state in ("queued", "sent"))))
        tally.failed = len(followups.filtered(lambda f: f.state in ("failed", "uncertain")))
        rest = followups.filtered(lambda f: f.state in ("planned", "to_approve", "cancelled"))
        tally.skipped.update(rest.mapped("reason"))
        return tally

    @api.model
    def _afterwards(self, company):
        """Odoo's queue leaves soon, and again while messages of ours are waiting."""
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    @api.model
    def _failed(self, company, unit, error):
        self.env["collection.followup"].sudo().browse(unit)._fail("error", str(error)[:500])

    def _lock(self, followup_ids):
        """First statement of the transaction: lock instalments and follow-ups (decision 4).

        Payments write instalments too, so what is read from here on stays true until the commit. What a
        payment holds at this moment is left for the next run.

        :return: (``collection.followup``, what `_pairs` says of them)
        """
        Followup = self.env["collection.followup"].sudo()
        waiting = SQL("f.id IN %s AND f.state = 'planned'", tuple(followup_ids))
        rows = self.env.execute_query(
            SQL(
                """
                %s
                WITH locked AS (
                    SELECT t.id
                      FROM collection_followup f
                      JOIN collection_followup_item t
                        ON t.followup_id = f.id AND t.state = 'planned'
                      JOIN collection_instalment i
                        ON (i.move_id, i.account_id, i.partner_id, i.due_date)
                         = (t.move_id, t.account_id, t.partner_id, t.due_date)
                     WHERE %s
                     ORDER BY i.id, f.id
                       FOR UPDATE OF f, i SKIP LOCKED)
                SELECT pair.*, pair.item_id IN (SELECT id FROM locked) FROM (%s) pair
                """,
                NO_JIT,
                waiting,
                Followup._pairs_query(waiting),
            )
        )
        # those whose entry is gone have no instalment that could be locked
        taken = {row[0] for row in rows if row[2] and not row[-1]}
        pairs = Followup._as_pairs(row[:-1] for row in rows if row[0] not in taken)
        return Followup.browse(pairs), pairs

    @api.model
    def _check(self, followups, at, pairs):
        """Ask `dunning/` about each follow-up at an instant; yields (follow-up, Recheck).

        :param at: aware UTC; the window has to be open then
        :param pairs: what `_pairs` says of them
        """
        spoken_to = defaultdict(list)  # those of this batch that day
        for followup, snapshot, planned in self._facts_of(followups, pairs):
            today = spoken_to[followup.debtor_id.id]
            if today:
                snapshot = replace(snapshot, contacts=(*snapshot.contacts, *today))
            check = followup._recheck(snapshot, planned, at)
            if check.verdict == "go" and followup._asks_for_money():
                today.append(snapshot.calendar.local_day(at))
            yield followup, check

    @api.model
    def _facts_of(self, followups, pairs):
        """What a door knows of each follow-up.

        :param pairs: what `_pairs` says of them
        :return: yields (follow-up, dunning Snapshot, [(instalment id, dunning Step)])
        """
        Snapshot = self.env["collection.snapshot"]
        for company, own in followups.grouped(lambda f: f.debtor_id.company_id).items():
            settings = Snapshot._settings(company.id)
            asked = [pair.instalment_id for f in own for pair in pairs.get(f.id, ())]
            snapshots = Snapshot._take(
                company.id, own.debtor_id.ids, asked=filter(None, asked), leaving=own.ids
            )
            for followup in own:
                planned = [
                    (pair.instalment_id, settings.steps[pair.step_id])
                    for pair in pairs.get(followup.id, ())
                    if pair.instalment_id and pair.step_id in settings.steps
                ]
                yield followup, snapshots[followup.debtor_id.id], planned


class Pair(NamedTuple):
    """An instalment that a follow-up speaks about, and the step due for it.

    :param instalment_id: None when the entry is gone
    """

    item_id: int
    instalment_id: int | None
    step_id: int | None


class CollectionFollowup(models.Model):
    """What the doors do to a follow-up."""

    _inherit = "collection.followup"

    def _pairs(self):
        """What these follow-ups are planned for, the oldest due date first.

        :return: {follow-up id: [Pair]}; one without planned ledger rows has an empty list
        """
        these = SQL("f.id IN %s", tuple(self.ids) or (0,))
        return self._as_pairs(self.env.execute_query(self._pairs_query(these)))

    @api.model
    def _pairs_query(self, condition):
        """Rows (follow-up, ledger row, instalment, step), in the order of `_pairs`.

        :param condition: SQL about the follow-ups `f`
        """
        self.env["collection.followup.item"].flush_model()
        self.flush_model(["state"])
        return SQL(
            """
            SELECT f.id AS followup_id, t.id AS item_id, i.id AS instalment_id, t.step_id
              FROM collection_followup f
              LEFT JOIN collection_followup_item t
                ON t.followup_id = f.id AND t.state = 'planned'
              LEFT JOIN collection_instalment i
                ON (i.move_id, i.account_id, i.partner_id, i.due_date)
                 = (t.move_id, t.account_id, t.partner_id, t.due_date)
             WHERE %s
             ORDER BY f.scheduled_at, f.id, t.due_date, t.id
            """,
            condition,
        )

    @api.model
    def _as_pairs(self, rows):
        result = {}
        for followup, item, instalment, step in rows:
            own = result.setdefault(followup, [])
            if item:
                own.append(Pair(item, instalment, step))
        return result

    def _item_instalments(self):
        """The ``collection.instalment`` that the planned ledger rows of these stand for."""
        pairs = [pair for own in self._pairs().values() for pair in own]
        ids = dict.fromkeys(pair.instalment_id for pair in pairs if pair.instalment_id)
        return self.env["collection.instalment"].sudo().browse(ids)

    def _recheck(self, snapshot, pairs, at):
        """Whether this follow-up may leave at an instant, for how much, in which tone.

        :param pairs: [(instalment id, dunning Step)] that it was planned for
        """
        self.ensure_one()
        if self.purpose == "thanks":
            return self._recheck_thanks(snapshot, at)
        approved = self.approved_at and snapshot.calendar.local_day(
            self.approved_at.replace(tzinfo=UTC)
        )
        return recheck(
            snapshot, pairs, at, self.purpose, self.channel != "activity", approved or None
        )

    def _asks_for_money(self):
        """Whether the customer is asked to pay by it, so that caps and the one-a-day rule count it."""
        self.ensure_one()
        return self.channel != "activity" and self.purpose in ASKS_FOR_MONEY

    def _recheck_thanks(self, snapshot, at):
        """Thanks leave when the money is still there, whatever else is on hold (A5)."""
        if not self.partial_ids:
            return Recheck("cancel", Reason.REVERSED)
        settings = self.env["collection.snapshot"]._settings(self.company_id.id)
        if settings.is_paused or self.ruler_id.state != "running":
            reason = Reason.PAUSED if settings.is_paused else Reason.RULER_STOPPED
            return Recheck("wait", reason)
        if not snapshot.calendar.is_open(at):
            return Recheck("wait", Reason.CLOSED)
        rest = self._item_instalments().filtered(
            lambda i: i.is_open and i.currency_id == self.currency_id
        )
        remaining = sum(rest.mapped("residual_currency"))
        return Recheck("go", amount=Decimal(str(remaining)), currency=self.currency_id.name)

    def _apply_checks(self, checks, now, pairs):
        """Write what a door said: cancelled, or kept for later, or its exact amount and words.

        :param checks: {follow-up: Recheck}
        :param pairs: what `_pairs` says of them
        """
        rows, asked = [], {}
        for followup, check in checks.items():
            if check.verdict != "cancel" and check.dropped:
                followup._drop(check, now, pairs.get(followup.id, ()))
            if check.verdict == "cancel":
                followup._cancel(str(check.reason))
                continue
            if check.verdict == "ask":
                followup._ask(str(check.reason))
                continue
            if check.verdict == "wait":
                followup._replan(str(check.reason), followup._next_try(check.reason, now))
                continue
            step, currency = followup.step_id, followup.currency_id
            if check.tone and check.tone.id != step.id:
                step = step.browse(check.tone.id)
            if check.currency and check.currency != currency.name:
                currency = currency.search([("name", "=", check.currency)], limit=1)
            rows.append(
                (
                    followup.id,
                    "due",
                    step.id or None,
                    step.name if step != followup.step_id else followup.step_name or None,
                    currency.id,
                    float(check.amount) if check.currency else followup.amount_due,
                    followup._received() if followup.purpose == "thanks" else followup.amount_paid,
                )
            )
            if check.asked:
                asked[followup.id] = check.asked
        names = ["reason", "step_id", "step_name", "currency_id", "amount_due", "amount_paid"]
        self.env["collection.verb"]._write_rows(self._name, names, rows)
        self._write_asked(asked)

    def _drop(self, check, now, pairs):
        """Take out what need not be said any more; what is only blocked keeps its step, in a message of
        its own that waits."""
        items = {pair.instalment_id: pair.item_id for pair in pairs}
        for key, reason in check.dropped.items():
            item = self.env["collection.followup.item"].browse(items.get(key))
            if item and reason in (Reason.PAID, Reason.GONE):
                item.write({"state": "cancelled", "reason": str(reason)})
            elif item and check.verdict == "go":
                self._split(item, str(reason), self._next_try(reason, now))

    def _write_asked(self, asked):
        """Write which instalments the messages ask for, in one statement.

        :param asked: {follow-up id: instalment ids}
        """
        if not asked:
            return
        self.flush_model(["instalment_ids"])
        self.env.cr.execute(
            SQL(
                """
                WITH asked(followup_id, instalment_id) AS (VALUES %(rows)s),
                -- what it asked for when it was put off
                dropped AS (
                    DELETE FROM collection_followup_instalment_rel r
                     WHERE r.followup_id IN %(followups)s
                       AND (r.followup_id, r.instalment_id) NOT IN (SELECT * FROM asked))
                INSERT INTO collection_followup_instalment_rel (followup_id, instalment_id)
                SELECT * FROM asked ON CONFLICT DO NOTHING
                """,
                rows=SQL(", ").join(
                    SQL("(%s, %s)", followup, instalment)
                    for followup, instalments in asked.items()
                    for instalment in instalments
                ),
                followups=tuple(asked),
            )
        )
        self.browse(asked).modified(["instalment_ids"])
        for followup, instalments in asked.items():  # no need to read them again
            self._fields["instalment_ids"]._update_cache(self.browse(followup), tuple(instalments))

    def _next_try(self, reason, now):
        """When to ask again, naive UTC: the next window, or tomorrow's for what lasts a while."""
        calendar = self._contact_calendar()
        start = now
        if reason == Reason.CLOSED:
            closes = calendar.closes_at(now)
            start = closes or now
        else:
            start = now + timedelta(days=1)
            opened = calendar.windows(calendar.local_day(start))
            start = min((begin for begin, _end in opened), default=start)
        try:
            at = calendar.near(calendar.first_instant(start), self.debtor_id._best_minute())
            return at.astimezone(UTC).replace(tzinfo=None)
        except NeverOpen:
            return (now + timedelta(days=1)).replace(tzinfo=None)

    def _contact_calendar(self):
        """When it may leave: the ruler's hours, where the customer lives, within the limits (B1)."""
        self.ensure_one()
        if not self.ruler_id:
            return self.debtor_id._calendar()
        calendar = self.ruler_id._contact_calendar(self.debtor_id.calendar_key)
        if self._asks_for_money():
            calendar = self.debtor_id._within_limits(calendar, self.channel)
        return self.debtor_id._leave_in_peace(calendar)

    def _way(self):
        """Which `_send_…` method hands it over; a channel of another add-on brings its own."""
        self.ensure_one()
        return "delivery" if self.purpose == "delivery" else self.channel

    # ------------------------------------------------------------------
    # channels of the base add-on
    # ------------------------------------------------------------------

    def _send_activity(self):
        """A task for the responsible; nothing reaches the customer."""
        now = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        todo = self.env.ref("mail.mail_activity_data_todo")
        for step, followups in self.grouped("step_id").items():
            # a second instalment at the same step adds nothing to a task that is still open
            tasks = {
                activity.res_id: activity for activity in followups.debtor_id._open_tasks(step.name)
            }
            lacking = followups.filtered(lambda f, tasks=tasks: f.debtor_id.id not in tasks)
            by_user = lacking.grouped(lambda f: f.debtor_id._responsible(f.ruler_id))
            for user, own in by_user.items():
                own.debtor_id.mapped("display_name")  # for all at once: each task asks for it
                made = own.debtor_id.with_context(
                    mail_activity_quick_update=True
                ).activity_schedule(
                    activity_type_id=(step.activity_type_id or todo).id,
                    summary=step.name,
                    note=step.activity_note,
                    user_id=user.id,
                )
                tasks |= {activity.res_id: activity for activity in made}
            for followup in followups:
                followup.activity_id = tasks[followup.debtor_id.id]
        self.write({"handed_at": now})
        self._sent(now)

    def _send_delivery(self):
        """The invoice itself, through Odoo's own sending, after the commit (decision 8)."""
        for followup in self:
            move = followup.item_ids.move_id[:1]
            methods = self.env["account.move.send"]._get_default_sending_methods(move)
            if move.is_move_sent or not move.is_sale_document(include_receipts=True):
                followup._skip_delivery()
            elif methods == {"manual"}:
                followup._fail(
                    "error",
                    self.env._("Invoices of this customer are sent by hand: send %s.", move.name),
                )
            elif not move.partner_id.email:
                followup._fail("no_address")
            else:
                user = self.env.user
                move.sending_data = {
                    "author_user_id": user.id,
                    "author_partner_id": followup.company_id.partner_id.id,
                }
                followup.write(
                    {
                        "state": "queued",
                        "address": move.partner_id.email,
                        "queued_at": self.env["collection.snapshot"]._now().replace(tzinfo=None),
                        "failure": False,
                    }
                )
        self.env.ref("account.ir_cron_account_move_send")._trigger()

    def _skip_delivery(self):
        """Somebody sent the invoice meanwhile."""
        self.write({"state": "cancelled", "reason": "already_sent"})
        self._settle_items("skipped", "already_sent")

    def _send_email(self):
        """Render each language and template in one go; one outbox row per follow-up."""
        signing = (self.debtor_id.user_id | self.ruler_id.user_id).partner_id
        (self.partner_id | self.debtor_id.partner_id | signing).fetch(ADDRESSED)
        dead = self._bounced_before()
        groups = defaultdict(self.browse)
        for followup in self:
            email = followup.partner_id.email_normalized
            if not email:
                followup._fail("no_address")
            elif (followup.debtor_id.id, email) in dead:
                followup._fail("bounced")
            else:
                groups[followup.step_id.mail_template_id, followup._lang()] += followup
        writing = self.union(*groups.values())
        memo = self.env.context.get("collection_memo", {})
        memo["writing"] = writing.ids
        memo.pop("coming", None)
        writing._fetch_for_words()
        texts = {}
        try:
            with self.env.cr.savepoint():
                for (template, lang), group in groups.items():
                    texts |= group._texts(template.with_context(lang=lang))
        except psycopg2.OperationalError:
            raise
        except Exception:
            # find those that cannot be written, each with its reason; the others are
            _logger.info("A batch of messages could not be written", exc_info=True)
            texts = {}
            for (template, lang), group in groups.items():
                for followup in group:
                    texts |= followup._text_or_fail(template.with_context(lang=lang))
        if texts:
            self.browse(texts)._queue_mails(texts)

    def _bounced_before(self):
        """Addresses from which the last message came back: no use in writing there again.

        :return: set of (debtor id, address)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debtor_id, address FROM (
                    SELECT DISTINCT ON (debtor_id, address) debtor_id, address, bounced_at
                      FROM collection_followup
                     WHERE debtor_id IN %s AND address IS NOT NULL AND id NOT IN %s
                     ORDER BY debtor_id, address, handed_at DESC NULLS LAST, id DESC) last
                 WHERE bounced_at IS NOT NULL
                """,
                tuple(self.debtor_id.ids) or (0,),
                tuple(self.ids) or (0,),
            )
        )
        return set(rows)

    def _texts(self, template):
        """Write the messages in the template's language: {follow-up id: (subject, body)}."""
        subjects = template._render_field("subject", self.ids)
        bodies = template._render_field("body_html", self.ids, options={"post_process": True})
        return {key: (subjects[key], bodies[key]) for key in self.ids}

    def _text_or_fail(self, template):
        """One that cannot be written fails alone (H2)."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                return self._texts(template)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.warning("Follow-up %s could not be written: %s", self.id, error)
            self._fail("template_error", str(error)[:500])
            return {}

    def _queue_mails(self, texts):
        """Put these messages into Odoo's outbox.

        :param texts: {follow-up id: (subject, body)}
        """
        replies = self._reply_addresses()
        values = [f._mail_values(*texts[f.id], replies[f.debtor_id.id]) for f in self]
        defaults = {"collection_defaults": Memo()}
        mails = self.env["mail.mail"].sudo().with_context(**defaults).create(values)
        rows = list(zip(self, mails.mail_message_id.ids, strict=True))
        Verb = self.env["collection.verb"]
        # by SQL: these bodies are made of a template that was cleaned when it was saved, our own
        # views, and escaped values; cleaning each one again takes longer than writing it, and so does
        # looking for the lists of messages that a new one belongs to
        Verb._write_rows(
            "mail.message",
            ["model", "res_id", "body"],
            [(key, "collection.debtor", f.debtor_id.id, str(texts[f.id][1])) for f, key in rows],
        )
        now = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        Verb._write_rows(
            self._name,
            [
                "state",
                "reason",
                "address",
                "mail_message_id",
                "handed_at",
                "queued_at",
                "failure",
                "bounced_at",
            ],
            [
                (f.id, "queued", "due", f.partner_id.email_normalized, key, None, now, None, None)
                for f, key in rows
            ],
        )
