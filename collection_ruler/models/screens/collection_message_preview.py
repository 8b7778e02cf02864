import logging
from contextlib import closing
from datetime import UTC

import psycopg2
from markupsafe import Markup
from odoo import SUPERUSER_ID, api, models

from ...dunning.reason import STILL_HERE
from ..common.clock import AsOf
from ..common.memo import Memo
from ..common.reason_labels import reason_selection

_logger = logging.getLogger(__name__)


class CollectionMessagePreview(models.AbstractModel):
    """A message before it leaves, written by what sends it; looking keeps nothing (A13)."""

    _name = "collection.message.preview"
    _description = "Collection: a message before it leaves"

    @api.model
    def _of(self, followup):
        """The message as the customer will see it when it leaves; writes nothing.

        Written by what sends it, in a savepoint that is rolled back, with what is owed now.

        :param followup: ``collection.followup`` that this user may read
        :return: {``subject``, ``email_to``, ``email_cc``, ``attachments`` (texts), ``body``: Markup,
            ``leaves_at``: naive UTC, ``note``: why it waits or cannot be written, ``purpose``, ``amount``
            that is asked for, ``currency``}
        """
        followup.ensure_one()
        followup.check_access("read")
        # as the scheduled action will write it, whoever looks
        own = followup.with_user(SUPERUSER_ID).with_company(followup.company_id)
        with closing(self.env.cr.savepoint()):
            return own.env[self._name]._seen(own)

    @api.model
    def _next(self, debtor):
        """What the customer hears next: what is planned, else what the ruler would say; writes nothing.

        :param debtor: ``collection.debtor`` that this user may read
        :return: as `_of`, with ``step_name``, ``is_planned`` and ``followup``: what is planned, if anything
        """
        debtor.ensure_one()
        debtor.check_access("read")
        if planned := self._planned(debtor):
            known = {"step_name": planned.step_name, "is_planned": True, "followup": planned}
            return {**self._of(planned), **known}
        own = debtor.with_user(SUPERUSER_ID).with_company(debtor.company_id)
        with closing(self.env.cr.savepoint()):
            if followup := own.env["collection.next.message"]._imagine(own):
                seen = own.env[self._name]._seen(followup)
                return {**seen, "step_name": followup.step_name, "is_planned": False}
        return {"note": debtor.why, "is_planned": False}

    def _planned(self, debtor):
        """The customer's next planned message, or one that waits for approval; empty for none."""
        return self.env["collection.followup"].search(
            [
                ("debtor_id", "=", debtor.id),
                ("state", "in", STILL_HERE),
                ("customer_hears", "=", True),
            ],
            order="scheduled_at, id",
            limit=1,
        )

    def _seen(self, followup):
        """Apply what door 1 would say, and render; to be rolled back."""
        pairs = self.env["collection.ledger"]._pairs(followup)
        self.env["collection.addressing"]._ask_again(followup, pairs)
        ((_followup, (check, lifted, at)),) = (
            self.env["collection.outgoing"]._foreseen(followup).items()
        )
        then = followup.with_context(collection_as_of=AsOf(at), collection_memo=Memo())
        seen = {
            "subject": "",
            "email_to": "",
            "email_cc": "",
            "attachments": "",
            "body": Markup(),
            "note": "",
            "leaves_at": at.astimezone(UTC).replace(tzinfo=None),
            "purpose": followup.purpose,
            "amount": 0.0,
            "currency": followup.currency_id,
        }
        reasons = dict(reason_selection(self.env))
        if check.verdict in ("wait", "ask"):
            seen["note"] = self.env._("It would not leave now: %s.", reasons[check.reason])
        if lifted.verdict == "cancel":
            seen["note"] = self.env._("It will be taken back: %s.", reasons[lifted.reason])
            return seen
        if lifted.verdict == "wait":
            return seen
        # else it would say something untrue: these words are shown with that note
        if lifted.verdict == "go":
            then.env["collection.door"]._apply(
                {then: lifted}, at, then.env["collection.ledger"]._pairs(then)
            )
        asked = {"amount": then.amount_due, "currency": then.currency_id}
        return {**seen, **asked, **then.env[self._name]._written(then)}

    @api.model
    def _written(self, followup):
        """The parts of the message that the customer sees, or ``note``: why it cannot be written.

        It leaves nothing behind, but asks no door: for what stands at one, or is rolled back.
        """
        try:
            with self.env.cr.savepoint():
                return followup._channel()._preview(followup)
        except psycopg2.Error:
            raise
        except Exception as error:
            _logger.info("Follow-up %s cannot be previewed", followup.id, exc_info=True)
            return {"note": self.env._("The message cannot be written: %s", error)}
