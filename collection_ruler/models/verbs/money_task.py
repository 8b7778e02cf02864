"""Tasks about money that only a person can match: once, and over when it is matched."""

from datetime import timedelta

from markupsafe import Markup
from odoo import api, models

from ...dunning.bank_lines import LINE_DAYS
from ...dunning.reason import Reason
from ..common import clock
from ..common.formatting import amount_text, date_text
from ..debtor.credits import credits_of, unused_credits


class CollectionMoneyTask(models.AbstractModel):
    """What a person has to match before the ruler goes on: open credits, and money on the bank (D2, D3)."""

    _name = "collection.money.task"
    _description = "Collection: tasks about money to match"

    @api.model
    def _ask(self, reasons):
        """Leave a task with those who wait for money to be matched, whichever door or verb found it.

        :param reasons: yields (``collection.debtor``, why something about it waits)
        """
        covered = in_bank = self.env["collection.debtor"].sudo()
        for debtor, reason in reasons:
            if reason == Reason.COVERED:
                covered |= debtor.sudo()
            elif reason == Reason.IN_BANK:
                in_bank |= debtor.sudo()
        covered._schedule_task(
            self._to_reconcile(),
            self.env._("They cover what is due, so the ruler does not ask for it."),
            once=True,
        )
        for company, own in in_bank.grouped("company_id").items():
            self._ask_to_match(company, own)

    @api.model
    def _ask_at_door(self, checks):
        """Ask about what a door found.

        :param checks: {``collection.followup``: dunning Recheck}
        """
        self._ask(
            (f.debtor_id, r) for f, c in checks.items() for r in (c.reason, *c.dropped.values())
        )
        asking = [
            f.debtor_id.id
            for f, c in checks.items()
            if c.verdict == "go" and f.debtor_id.sudo().amount_credit and f._asks_for_money()
        ]
        self._ask_about_unused(self.env["collection.debtor"].browse(dict.fromkeys(asking)))

    @api.model
    def _ask_about_unused(self, debtors):
        """Credits that pay nothing of what is asked for, since they are in another currency or on another
        account: the message names them, and a person exchanges or reconciles them (D2, D4).

        :param debtors: ``collection.debtor`` who are asked for money
        """
        debtors = debtors.sudo().filtered("amount_credit")
        told = debtors.browse(debtors._open_tasks(self._to_exchange()).mapped("res_id"))
        for key, amounts in unused_credits(debtors - told).items() if debtors - told else ():
            rows = (amount_text(self.env, a, c, by_code=True) for c, a in amounts.items())
            note = self.env._(
                "%s in their favour pays nothing of what is asked for: it is in another currency, or on "
                "another receivable account. Messages name it and do not deduct it.",
                ", ".join(rows),
            )
            debtors.browse(key)._schedule_task(self._to_exchange(), note, once=True)

    def _to_exchange(self):
        return self.env._("Exchange or reconcile a credit that pays nothing of what is open")

    def _to_reconcile(self):
        return self.env._("Reconcile the outstanding credits of this customer")

    def _to_match(self):
        return self.env._("Match money on the bank account: it may be this customer's")

    def _ask_to_match(self, company, debtors):
        """One task for each line, however many customers it may be from; none for what was asked before.

        :param debtors: ``collection.debtor`` of this root company
        """
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        before = Activity.search(
            [
                ("res_model", "=", debtors._name),
                ("summary", "=", self._to_match()),
                ("create_date", ">=", clock.naive_now(self.env) - timedelta(LINE_DAYS)),
            ]
        )
        others = debtors.browse(before.mapped("res_id")).exists()
        others = others.filtered(lambda debtor: debtor.company_id == company)
        lines = self.env["collection.snapshot"]._bank_lines(company.id, debtors | others)
        asked = {
            line
            for task in before
            for line in lines.get(task.res_id, ())
            if line.since <= task.create_date.date()
        }
        for debtor in debtors.sorted("id"):
            if not (new := lines.get(debtor.id, frozenset()) - asked):
                continue
            namesakes = debtors.filtered(lambda other: new & lines.get(other.id, frozenset()))
            note = self._about(new, namesakes - debtor)
            debtor._schedule_task(self._to_match(), note, once=True)
            asked |= new

    def _about(self, lines, namesakes):
        """What is on the bank, and who else may have paid it."""
        Currency = self.env["res.currency"].sudo().with_context(active_test=False)
        names = {line.amounts[0][0] for line in lines}
        currencies = {c.name: c for c in Currency.search([("name", "in", list(names))])}
        rows = []
        for line in sorted(lines):
            name, amount = line.amounts[0]
            amount = amount_text(self.env, float(amount), currencies[name], by_code=True)
            day = date_text(self.env, line.day)
            rows.append(self.env._("%(amount)s of %(day)s", amount=amount, day=day))
        note = Markup("<p>%s</p>") % self.env._(
            "Nobody is asked for what it may pay. What fits no open invoice silences three working days only."
        )
        note += Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % row for row in rows)
        if namesakes:
            names = ", ".join(namesakes.mapped("display_name"))
            note += Markup("<p>%s</p>") % self.env._("It may also be from: %s", names)
        return note

    @api.model
    def _close(self, company, debtors=None):
        """End the tasks of a root company about money that was matched.

        :param debtors: ``collection.debtor``, only theirs; None for all
        """
        domain = [
            ("res_model", "=", "collection.debtor"),
            ("summary", "in", self._summaries()),
        ]
        if debtors is not None:
            domain.append(("res_id", "in", debtors.ids))
        tasks = self.env["mail.activity"].sudo().search(domain)
        own = self.env["collection.debtor"].sudo().browse(tasks.mapped("res_id")).exists()
        own = own.filtered(lambda debtor: debtor.company_id == company)
        if not own:
            return
        tasks = tasks.filtered(lambda task: task.res_id in own._ids)
        still_there = self._still_there(company, own)
        over = tasks.filtered(lambda task: task.res_id not in still_there[task.summary])
        over.action_feedback(self.env._("It was matched."))

    def _summaries(self):
        """What the tasks about money are called."""
        return [self._to_match(), self._to_reconcile(), self._to_exchange()]

    def _still_there(self, company, debtors):
        """Who has what a task is about: {its summary: something that has the ids of debtors}."""
        return {
            self._to_reconcile(): credits_of(debtors),
            self._to_exchange(): unused_credits(debtors),
            self._to_match(): self.env["collection.snapshot"]._bank_lines(company.id, debtors),
        }
