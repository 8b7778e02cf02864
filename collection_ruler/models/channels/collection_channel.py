from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common import clock
from .answers import ANSWER_LIMIT


class CollectionChannel(models.AbstractModel):
    """A way to reach customers: the questions that every channel answers, with their usual answers.

    A channel is one class in one file: ``_name = "collection.channel.<code>"``, ``_inherit =
    ["collection.channel"]``, beside a ``selection_add`` of the code on ``collection.ruler.step.channel``.
    A follow-up knows no channel: it asks `_named` for the one of its code (`all_channels.py`). A code whose
    add-on was uninstalled is answered by this class itself: it reaches nobody, and what was planned is taken
    back.
    """

    _name = "collection.channel"
    _description = "Collection: a way to reach customers"

    # ------------------------------------------------------------------
    # what it is
    # ------------------------------------------------------------------

    # the customer hears by it; False for work of ours, which no window, cap or address stops
    _customer_hears = True
    # how a step may use it, the usual way first: see dunning.ladder.MODES; in mode `task` a person does it
    _modes = ("automatic", "approve", "task")
    # which purposes it can carry: see dunning.purpose
    _purposes = ("dunning", "returned")
    # it needs an address of the contact; False: it reaches whoever has an e-mail address
    _has_addresses = True
    # the fields of ``res.partner`` that `_reaches` and `_address` read: when one changes, track looks again
    _address_fields = ("email",)
    # its queue sends to the test address by itself
    _redirects_in_test_mode = False

    @property
    def _code(self):
        return self._name.removeprefix(f"{CollectionChannel._name}.")

    def _label(self):
        """Its name, for people."""
        labels = self.env["collection.ruler.step"]._fields["channel"]
        return dict(labels._description_selection(self.env)).get(self._code, self._code)

    def _announce(self, name):
        """A message of it, for people: “E-mail “A friendly word””.

        :param name: of the step
        """
        return f"{self._label()} “{name}”"

    def _misfit(self, step):
        """Why a step cannot use it as it is: a sentence, or None.

        Asked when a step is saved and before its ruler is switched on.

        :param step: ``collection.ruler.step``
        """

    # ------------------------------------------------------------------
    # whom it reaches
    # ------------------------------------------------------------------

    def _address(self, partner):
        """Where it reaches somebody, as it is compared and stored; False for nowhere.

        :param partner: ``res.partner``
        """
        return False

    def _reaches(self, partner):
        """Whether it may reach somebody: the first contact of a role that it reaches gets the message."""
        return bool(self._address(partner) if self._has_addresses else partner.email)

    def _normalized(self, address):
        """A stored address in the form in which addresses are compared."""
        return address

    def _split(self, address):
        """What is stored where a message goes to, as the addresses that it is made of, each as compared."""
        return (self._normalized(address),) if address else ()

    def _addresses(self, partner):
        """Where it reaches somebody: each fails by itself."""
        return self._split(self._address(partner))

    def _lacks_address(self, followup):
        """Whether the recipient of a follow-up has no address: ``SQL``, for lists.

        :param followup: the alias of collection_followup, as ``SQL``
        """
        return SQL("FALSE")

    def _why_unreachable(self, followups):
        """Why messages cannot leave as things are: {follow-up id: sentence without a full stop}."""
        living = self._living(followups)
        result = {}
        for followup in followups:
            address = self._address(followup.partner_id)
            if not address:
                result[followup.id] = self.env._("There is no address to send it to")
            elif not living[followup]:
                result[followup.id] = self.env._("The last message to %s came back", address)
        return result

    def _address_task(self, followup, reason):
        """What a person is asked when an address is lacking or does not work, once a customer.

        :param reason: ``Reason.BOUNCED`` or ``Reason.NO_ADDRESS``
        :return: (summary, what to do)
        """
        if reason == Reason.BOUNCED:
            tried = followup.address or followup.debtor_id.display_name
            return (
                self.env._("Find another address: %s does not work", tried),
                self.env._("Correct it at the contact: the message is then tried again by itself."),
            )
        return (
            self.env._("Add an address for %s: there is none to send to", self._label()),
            self.env._("Add it to the customer: the message is then tried again by itself."),
        )

    def _recipient(self, followup, recipients):
        """Whom a message goes to when it is tried again.

        :param recipients: what ``collection.recipients`` says of the debtor
        :return: ``res.partner``
        """
        role = followup.step_id.recipient_role or "billing"
        invoice = self.env["collection.ledger"]._leading_invoice(followup)
        return recipients.of_invoice(followup.debtor_id.id, role, invoice)

    # ------------------------------------------------------------------
    # how it is written
    # ------------------------------------------------------------------

    def _write(self, followups):
        """Write messages; ``collection.message._write_safely`` lets one that cannot be written fail alone.

        :return: {follow-up id: Message}
        """
        raise NotImplementedError

    def _preview(self, followup):
        """The parts of a message that the customer sees, written and not sent.

        :return: {``subject``, ``email_to`` (to whom), ``email_cc``, ``attachments`` (texts), ``body``:
            Markup, ``note``: why it cannot leave}; what is left out is empty
        """
        message = self._write(followup)[followup.id]
        seen = {"subject": message.subject, "body": message.body}
        seen["email_to"] = self._address(followup.partner_id) or ""
        for sentence in self._why_unreachable(followup).values():
            seen["note"] = f"{sentence}."
        return seen

    # ------------------------------------------------------------------
    # how it leaves
    # ------------------------------------------------------------------

    def _send(self, followups):
        """Write messages and put them into the outbox; those without a working address fail (C5)."""
        if self._code == CollectionChannel._name:  # its add-on is gone
            return followups._cancel(Reason.GONE)
        living = self._living(followups) if self._has_addresses else {}
        reachable = self._sift(followups, living) if self._has_addresses else followups
        messages = self._write(reachable) if reachable else {}
        if messages:
            self._queue(followups.browse(messages), messages, living)

    def _sift(self, followups, living):
        """Those whose address may work; the others fail (C5).

        :param living: what `_living` says of them
        :return: ``collection.followup``
        """
        for followup in (lost := followups.filtered(lambda f: not living[f])):
            is_dead = self._address(followup.partner_id)
            followup._fail(Reason.BOUNCED if is_dead else Reason.NO_ADDRESS)
        return followups - lost

    def _living(self, followups):
        """Where they go to: {``collection.followup``: addresses that did not fail}."""
        return self.env["collection.failed.addresses"]._living(self, followups)

    def _queue(self, followups, messages, living):
        """Keep the words in the customers' history, fill the outbox, and note that they stand there.

        :param messages: {follow-up id: Message}
        :param living: what `_living` says of them; empty where the channel has no addresses
        """
        kept = self.env["collection.message"]._keep(followups, messages)
        self._fill_outbox(followups, messages, kept)
        queued = {f: (kept[f], ", ".join(living.get(f, ())) or None) for f in followups}
        self.env["collection.followup"]._queued(queued)

    def _fill_outbox(self, followups, messages, kept):
        """Make the rows from which the channel's own queue sends, one for each follow-up.

        The queue commits, asks ``collection.gateway`` for each row and hands it over only then: at most
        once (H3). What becomes of the row it writes itself, as `_hand_over` says.

        :param messages: {follow-up id: Message}
        :param kept: {``collection.followup``: id of its ``mail.message``}, which the row has to remember: one
            that was written anew meanwhile may not leave with the old words
        """
        raise NotImplementedError

    # ------------------------------------------------------------------
    # what a person does
    # ------------------------------------------------------------------

    def _ask_person(self, followups):
        """Make the tasks of what a person does, a call or a letter; it counts when it is done."""
        self.env["collection.task"]._make(followups)
        self.env["collection.followup"]._queued(dict.fromkeys(followups, (None, None)))

    # ------------------------------------------------------------------
    # what became of it
    # ------------------------------------------------------------------

    @api.model
    def _answer_limit(self):
        """Naive UTC instant: what was handed over before and has no answer will have none."""
        return clock.naive_now(self.env) - ANSWER_LIMIT

    def _news(self):
        """Which queued follow-ups `f` of this channel the track verb looks at: ``SQL``, any by default."""
        return SQL("TRUE")

    def _outcomes(self, followups):
        """What became of queued follow-ups, by the outbox.

        :return: {follow-up: Outcome}; what is left out waits
        """
        return {}

    def _withdraw(self, followups, keep_words=False):
        """Take what has not left out of the outbox.

        :param keep_words: it may have arrived: it stays in the history, where answers find it
        """
