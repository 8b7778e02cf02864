import logging
from collections import defaultdict

import psycopg2
from odoo import models
from odoo.tools import SQL

from ..common import clock
from ..common.bulk_sql import write_rows
from ..common.memo import Memo

_logger = logging.getLogger(__name__)

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


class CollectionFollowup(models.Model):
    """How a follow-up is handed over: a `_send_<channel>` for each channel of the base add-on."""

    _inherit = "collection.followup"

    def _send_activity(self):
        """A task for the responsible; nothing reaches the customer."""
        now = clock.naive_now(self.env)
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
                followup._move_to(
                    "queued",
                    followup.reason,
                    address=move.partner_id.email,
                    queued_at=clock.naive_now(self.env),
                    failure=False,
                )
        self.env.ref("account.ir_cron_account_move_send")._trigger()

    def _skip_delivery(self):
        """Somebody sent the invoice meanwhile."""
        self._move_to("cancelled", "already_sent")
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
        # by SQL: these bodies are made of a template that was cleaned when it was saved, our own
        # views, and escaped values; cleaning each one again takes longer than writing it, and so does
        # looking for the lists of messages that a new one belongs to
        write_rows(
            self.env,
            "mail.message",
            ["model", "res_id", "body"],
            [(key, "collection.debtor", f.debtor_id.id, str(texts[f.id][1])) for f, key in rows],
        )
        now = clock.naive_now(self.env)
        self._move_rows(
            "queued",
            [
                "reason",
                "address",
                "mail_message_id",
                "handed_at",
                "queued_at",
                "failure",
                "bounced_at",
            ],
            [
                (f.id, "due", f.partner_id.email_normalized, key, None, now, None, None)
                for f, key in rows
            ],
        )
