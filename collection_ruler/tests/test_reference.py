"""Random histories, played on the real thing and told to a model that was written independently.

The short form runs with all tests, the long one with more examples, or only with some events:

    COLLECTION_RULER_EXAMPLES=2000 setup/test collection_ruler/tests/test_reference.py
    COLLECTION_RULER_EVENTS="Invoice Pay Undo" setup/test collection_ruler/tests/test_reference.py

A difference is printed as the shortest history that shows it: what happened, the day, what the model
expects and what was seen. Under CI the examples are the same in each run. What is compared on each
open day: who is written to, in which step's words, for which steps of which instalments, asking for
which instalments and what sum, and all watermarks; nothing else may leave.
"""

import os
from datetime import datetime, time, timedelta
from time import monotonic
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from odoo import Command
from odoo.tests import tagged

from .common import CollectionCommon
from .reference.history import (
    CUSTOMERS,
    FIRST_DAY,
    LAST_DAY,
    OFFSETS,
    OFTEN,
    STORIES,
    histories,
    simplify,
    tell,
)
from .reference.model import THANKS, Message, Model, is_open, watermark

EXAMPLES = int(os.environ.get("COLLECTION_RULER_EXAMPLES", "9"))
KINDS = [
    kind
    for kind in OFTEN
    if kind.__name__ in os.environ.get("COLLECTION_RULER_EVENTS", kind.__name__).split()
]
PATIENCE = 90  # seconds in which to find a shorter history
HOUR = time(9, 30)
QUIET = 1  # open days to listen after the model has nothing more to say


class Difference(AssertionError):
    """Model and engine differ after a history."""

    def __init__(self, history, today, expected, seen):
        what = [name for name in expected if expected[name] != seen[name]]
        lines = [f"{name}\n  expected {expected[name]}\n  seen     {seen[name]}" for name in what]
        super().__init__("\n".join(["", tell(history), f"on {today:%a %d %b}", *lines]))


class Books:
    """Makes the events of a history happen in Odoo."""

    def __init__(self, case):
        self.case = case
        self.env = case.env
        self.invoices = []
        self.payments = []
        self.customers = list(case.customers)
        self.steps = list(case.due_steps().sorted("offset_days"))

    def happen(self, event):
        getattr(self, f"_{type(event).__name__.lower()}")(event)

    def number(self, move):
        return self.invoices.index(move)

    def _invoice(self, event):
        partner = self.customers[event.customer]
        if not partner.exists():
            return
        first = event.date + timedelta(days=event.due_in)
        issued = min(event.date, first)
        terms = {}
        if event.parts > 1:
            terms = {
                "invoice_payment_term_id": self._terms(
                    event.parts, (first - issued).days, event.every
                ),
                "invoice_date_due": False,
            }
        amount = float(event.amount * event.parts)
        self.invoices.append(self.case.invoice(first, amount, partner, issued, **terms))

    def _terms(self, parts, first, every):
        share = round(100 / parts, 6)
        return (
            self.env["account.payment.term"]
            .create(
                {
                    "name": f"{parts} instalments",
                    "line_ids": [
                        Command.create(
                            {
                                "value": "percent",
                                "value_amount": share if n else 100 - (parts - 1) * share,
                                "delay_type": "days_after",
                                "nb_days": first + n * every,
                            }
                        )
                        for n in range(parts)
                    ],
                }
            )
            .id
        )

    def _of(self, number):
        """The invoice of that number, if there is one."""
        return self.invoices[number] if number < len(self.invoices) else None

    def _pay(self, event):
        move = self._of(event.invoice)
        if not move or not move.amount_residual:
            return
        payment = self.env["account.payment"].create(
            {
                "partner_id": move.partner_id.id,
                "amount": min(event.amount or move.amount_residual, move.amount_residual),
                "date": event.date,
                "journal_id": self.case.bank_journal.id,
                "payment_type": "inbound",
            }
        )
        payment.action_post()
        self._reconcile(move, payment.move_id)
        self.payments.append(payment)

    def _reconcile(self, *moves):
        self.env["account.move"].union(*moves).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()

    def _undo(self, event):
        if event.payment < len(self.payments):
            payment = self.payments[event.payment]
            if payment.state != "canceled":
                self.case.undo(payment)

    def _creditnote(self, event):
        move = None if event.invoice is None else self._of(event.invoice)
        partner = move.partner_id if move else self.customers[event.customer]
        if partner.exists():
            note = self.case.credit_note(float(event.amount), partner, event.date)
            if move and move.amount_residual:
                self._reconcile(move, note)

    def _repost(self, event):
        move = self._of(event.invoice)
        if move and move.amount_residual == move.amount_total:
            move.button_draft()
            move.write(
                {
                    "invoice_payment_term_id": False,
                    "invoice_date_due": event.date + timedelta(days=event.due_in),
                }
            )
            move.action_post()

    def _merge(self, event):
        source, target = self.customers[event.source], self.customers[event.target]
        if source != target and source.exists() and target.exists():
            self.env.flush_all()
            self.env["base.partner.merge.automatic.wizard"]._merge((source | target).ids, target)
            self.env.flush_all()
            self.env.invalidate_all()

    def _hold(self, event):
        until = event.days is not None and event.date + timedelta(days=event.days)
        if event.invoice is None:
            partner = self.customers[event.customer].exists()
            if partner and self.case.debtor(partner):
                self.case.hold(partner=partner, date_to=until)
        elif (move := self._of(event.invoice)) and (
            known := self.case.instalments(move).filtered(lambda i: not i.gone)
        ):
            self.env["collection.hold"].create(
                {
                    "debtor_id": known.debtor_id.id,
                    "scope": "instalments",
                    "instalment_ids": [Command.set(known.ids)],
                    "date_to": until,
                }
            )

    def _endholds(self, event):
        if partner := self.customers[event.customer].exists():
            self.case.debtor(partner).hold_ids.action_end()

    def _addstep(self, event):
        if event.offset not in self.case.due_steps().mapped("offset_days"):
            name = f"{event.offset:+} of {event.date:%d %b}"
            values = self.case.step_values(name, event.offset)
            self.case.ruler.step_ids = [Command.create(values)]
            self.steps.append(self.case.due_steps().filtered(lambda step: step.name == name))

    def _movestep(self, event):
        step = self._step(event.step)
        if step and event.offset not in self.case.due_steps().mapped("offset_days"):
            step.offset_days = event.offset

    def _deletestep(self, event):
        step = self._step(event.step)
        if step and len(self.case.due_steps()) > 1:
            step.unlink()

    def _step(self, number):
        return self.steps[number].exists() if number < len(self.steps) else None

    def _pause(self, event):
        if self.case.ruler.state == "running":
            self.case.ruler.action_pause()

    def _resume(self, event):
        if self.case.ruler.state == "paused":
            self.case.ruler.action_resume()


@tagged("post_install", "-at_install")
class TestReference(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # nobody reads the chatter of what is thrown away
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.ruler = cls.ruler.with_env(cls.env)
        cls.ruler.max_contacts = Model.max_contacts
        cls.ruler.days_after_delivery = 0  # each invoice is sent on the day of its posting
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": f"Customer {n}", "email": f"customer{n}@customer.example.com"}
                for n in range(CUSTOMERS)
            ]
        )
        cls.words = cls.words_that_state_nothing(cls)
        cls.ruler.step_ids.filtered(lambda s: s.trigger == "due").unlink()
        cls.ruler.step_ids = [
            Command.create(cls.step_values(f"{offset:+}", offset)) for offset in OFFSETS
        ]

    @classmethod
    def step_values(cls, name, offset):
        return {
            "name": name,
            "offset_days": offset,
            "channel": "email",
            "mail_template_id": cls.words.id,
        }

    def due_steps(self):
        return self.ruler.step_ids.filtered(lambda step: step.trigger == "due")

    def test_stories(self):
        """A few full histories, for the days on which chance leaves something out."""
        for name, history in STORIES.items():
            with self.subTest(name):
                self.play(history)

    def test_random_histories(self):
        shown = {}  # what hypothesis asks for again, to be sure of it

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize="CI" in os.environ,
            database=None,
            suppress_health_check=list(HealthCheck),
            # hypothesis would try for minutes: it knows nothing of what the numbers stand for
            phases=(Phase.generate,),
        )
        @given(histories(*KINDS))
        def agrees(history):
            difference = shown.get(str(history)) or self.difference(history)
            if difference:
                shown[str(history)] = shown.get(str(history)) or self.shortest(history, difference)
                raise AssertionError(shown[str(history)])

        agrees()

    def shortest(self, history, difference):
        """The difference that the shortest of the simpler histories shows, in words.

        :param difference: of this history, whose last days are not needed for it
        """
        until = monotonic() + PATIENCE
        simpler = simplify(history)
        candidate = next(simpler, None)
        while candidate is not None and monotonic() < until:
            found = self.difference(candidate)
            difference = found or difference
            try:
                candidate = simpler.send(bool(found))
            except StopIteration:
                break
        return str(difference)

    def difference(self, history):
        try:
            self.play(history)
        except Difference as difference:
            return difference
        return None

    def play(self, history):
        """Let a history happen to both, and compare them at the end of each day."""
        savepoint = self.env.cr.savepoint()
        try:
            with freeze_time(self.instant(0)) as clock:
                self.now = self.instant(0)
                with patch.object(self.env.cr, "now", lambda: self.now):
                    self.ruler._activate()
                    self._days(history, clock)
        finally:
            self.env.flush_all()
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.cr.precommit.clear()
            self.env.cr.postcommit.clear()
            self.env.invalidate_all(flush=False)

    def instant(self, day):
        local = datetime.combine(FIRST_DAY + timedelta(days=day), HOUR, self.zone)
        return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def _days(self, history, clock):
        model, books, quiet = Model(), Books(self), 0
        for day in range(LAST_DAY + 1):
            self.now = self.instant(day)
            clock.move_to(self.now)
            for event in history:
                if event.day == day:
                    model.happen(event)
                    books.happen(event)
            today = FIRST_DAY + timedelta(days=day)
            if quiet > QUIET:
                return
            if not is_open(today):
                model.messages(today)
                self.run_ruler("enrol", "track")  # not plan: see the model
                continue
            messages = model.messages(today)
            expected = {"says": messages, "mails": len(messages)}
            seen = self._seen_today(books)
            expected["watermarks"] = model.watermarks(today)
            seen["watermarks"] = self._watermarks(books, today)
            if expected != seen:
                raise Difference(history, today, expected, seen)
            quiet += day > history[-1].day and not messages and model.has_nothing_to_say()

    def _seen_today(self, books):
        """Run the verbs and the gateway: what left, in the order of customers, and how many mails."""
        self.run_ruler()
        mails = []
        if self._followups([("state", "=", "queued")]):
            mails = self.deliver()
            self.run_ruler("track")
        said = [self._message(books, f) for f in self._followups([("handed_at", "=", self.now)])]
        said.sort(key=lambda message: (message.customer, message.tone != THANKS))
        return {"says": said, "mails": len(mails)}

    def _followups(self, domain):
        return self.env["collection.followup"].search(
            [("company_id", "=", self.company.id), ("channel", "=", "email"), *domain]
        )

    def _message(self, books, followup):
        return Message(
            books.customers.index(followup.debtor_id.partner_id),
            followup.step_name,
            frozenset(
                (books.number(i.move_id), str(i.due_date), i.step_name)
                for i in followup.item_ids
                if i.state == "sent"
            ),
            frozenset((books.number(i.move_id), str(i.due_date)) for i in followup.instalment_ids),
            followup.amount_paid if followup.purpose == "thanks" else followup.amount_due,
        )

    def _watermarks(self, books, today):
        return {
            (books.number(i.move_id), str(i.due_date)): watermark(
                i.watermark, i.anchor_date or i.due_date, today
            )
            for i in self.env["collection.instalment"].search(
                [("company_id", "=", self.company.id), ("gone", "=", False)]
            )
        }
