import logging
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg2
from markupsafe import Markup
from odoo import SUPERUSER_ID, models
from odoo.tools import formataddr

from ...dunning.calendar import NeverOpen
from ...dunning.decision import decide
from ...dunning.ladder import LadderError
from ...dunning.reason import STILL_HERE
from ..common import clock
from ..common.clock import AsOf
from ..common.memo import Memo
from ..common.reason_labels import reason_selection

_logger = logging.getLogger(__name__)

# the next message is looked for so many open days ahead
LOOK_AHEAD = 60


class CollectionFollowup(models.Model):
    """A message before it leaves, written by what sends it; looking keeps nothing (A13)."""

    _inherit = "collection.followup"

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
            ``leaves_at``: naive UTC, ``note``: why it waits or cannot be written, ``purpose``, ``amount``
            that is asked for, ``currency``}
        """
        self.ensure_one()
        self.check_access("read")
        # as the scheduled action will write it, whoever looks
        own = self.with_user(SUPERUSER_ID).with_company(self.company_id)
        with closing(self.env.cr.savepoint()):
            return own._seen()

    def _seen(self):
        """Apply what door 1 would say, and render; to be rolled back."""
        ((_self, (check, lifted, at)),) = self.env["collection.outgoing"]._foreseen(self).items()
        then = self.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
        seen = {
            "subject": "",
            "email_to": "",
            "email_cc": "",
            "attachments": "",
            "body": Markup(),
            "note": "",
            "leaves_at": at.astimezone(UTC).replace(tzinfo=None),
            "purpose": self.purpose,
            "amount": 0.0,
            "currency": self.currency_id,
        }
        reasons = dict(reason_selection(self.env))
        if check.verdict in ("wait", "ask"):
            seen["note"] = self.env._("It would not leave now: %s.", reasons[check.reason])
        if lifted.verdict == "cancel":
            seen["note"] = self.env._("It will be taken back: %s.", reasons[lifted.reason])
            return seen
        if lifted.verdict == "wait":
            return seen
        then._apply_checks({then: lifted}, at, self.env["collection.ledger"]._pairs(then))
        asked = {"amount": then.amount_due, "currency": then.currency_id}
        return {**seen, **asked, **then._written()}

    def _written(self):
        """The parts of the message that the customer sees, or ``note``: why it cannot be written."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                return getattr(self, f"_preview_{self._way()}")()
        except psycopg2.Error:
            raise
        except Exception as error:
            _logger.info("Follow-up %s cannot be previewed", self.id, exc_info=True)
            return {"note": self.env._("The message cannot be written: %s", error)}

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
        for words in self.env["collection.outgoing"]._unreachable(self).values():
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
        now = clock.now(self.env)
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
            decision.skipped = []
            Ledger = self.env["collection.ledger"]
            ((_key, followup),) = Ledger._write_decisions(company, [(self, decision)]).items()
            return followup
        claims = {claim.id: claim for claim in snapshot.claims}
        Plan._write_instalments(company, [(self, decision)], claims, at)
        return None
