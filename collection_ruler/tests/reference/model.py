"""What each customer should hear on each day: small, slow, and written without the engine.

It follows requirements A, B and D, the decisions of the design and the readings in
docs/architecture.md; it knows nothing of `dunning/`, of SQL or of Odoo. Time goes day by day: what
happens on a day happens before 09:30, when the scheduled action runs and the mail leaves.

Amounts are in whole units of the company's currency. Dates are local to the company.

Left out on purpose:

- tasks, approval, several channels, several steps at one offset;
- deliveries of the invoice and the silence after them: each has arrived when it is posted;
- several rulers, their filters, dates and limit of days in default; joining silently on activation;
- a second currency, branches, payments without entry, pending transactions, blocked entries,
  general entries, write-offs, money that is not for an invoice, backdated payments;
- what happens between the doors or between two runs of one day, replies, bounces, failures;
- planning on a closed day: the engine then plans for the next open day and does not look again at
  what comes by then, so only enrol and track run on closed days;
- an invoice paid in part that goes back to draft;
- words, recipients and stages.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import holidays

from . import history

CLOSED = holidays.country_holidays("IE")
DAY = timedelta(days=1)

THANKS = "Thank you"
RETURNED = "Payment returned"
NOTHING = -32768  # the watermark of an instalment about which nothing was said


@dataclass(eq=False)
class Step:
    name: str
    offset: int  # days from the due date


@dataclass(eq=False)
class Instalment:
    invoice: int
    customer: int
    due: date
    residual: int
    gone: bool = False  # its invoice has other terms now
    taken_on: date | None = None  # since when it is known
    settled: bool = False  # when a run last looked
    settled_by_money: bool = False  # then, and not by a credit note alone
    lost_thanked: bool = False  # since then, a payment that was thanked for
    watermark: int = NOTHING
    said: dict[str, int] = field(default_factory=dict)  # offset of each step, by name
    anchor: date | None = None  # offsets count from here after a payment came back
    returned_on: date | None = None  # of this the customer was not told yet
    told: bool = False  # that it came back, since the steps were last said anew

    @property
    def taken(self) -> bool:
        return self.taken_on is not None

    @property
    def counts_from(self) -> date:
        return self.anchor or self.due

    @property
    def key(self) -> tuple[int, str]:
        return self.invoice, str(self.due)


@dataclass(eq=False)
class Payment:
    customer: int
    open: int  # not yet used for an invoice
    day: date | None = None  # None: a credit note
    used: list[tuple[Instalment, int]] = field(default_factory=list)
    thanked: bool = False
    thanked_on: date | None = None
    thanked_for: frozenset[int] = frozenset()  # invoices
    mends: list[Instalment] = field(
        default_factory=list
    )  # that were paid before, and never open since


@dataclass(eq=False)
class Hold:
    customer: int
    instalments: list[Instalment] | None  # None: all, also those to come
    until: date | None


@dataclass(frozen=True)
class Message:
    """What leaves.

    :param tone: name of the step whose words are used
    :param items: (invoice, due date, step) of what is due for a step
    :param asked: (invoice, due date) of all that the message asks for
    :param amount: the sum of that, less open credits
    """

    customer: int
    tone: str
    items: frozenset[tuple[int, str, str]]
    asked: frozenset[tuple[int, str]]
    amount: int


class Model:
    min_days_between_contacts = 2
    max_contacts = 2
    max_contacts_days = 7

    def __init__(self):
        self.steps = [Step(f"{offset:+}", offset) for offset in history.OFFSETS]
        self.steps_made = list(self.steps)
        self.running = True
        self.instalments: list[Instalment] = []
        self.invoices: list[int] = []  # amount of each
        self.payments: list[Payment] = []
        self.credits: list[Payment] = []  # payments and credit notes
        self.holds: list[Hold] = []
        self.contacts: dict[int, list[date]] = defaultdict(list)
        self.merged: set[int] = set()

    # what happens

    def happen(self, event: history.Event) -> None:
        getattr(self, f"_{type(event).__name__.lower()}")(event)

    def _invoice(self, event: history.Invoice) -> None:
        if event.customer in self.merged:
            return
        for part in range(event.parts):
            due = event.date + timedelta(days=event.due_in + part * event.every)
            self._post(len(self.invoices), event.customer, due, event.amount)
        self.invoices.append(event.amount * event.parts)

    def _post(self, invoice: int, customer: int, due: date, amount: int) -> None:
        for old in self.instalments:
            if (old.invoice, old.due) == (invoice, due):  # the same one again
                old.residual, old.gone = amount, False
                return
        self.instalments.append(Instalment(invoice, customer, due, amount))

    def _of(self, invoice: int) -> list[Instalment]:
        found = [i for i in self.instalments if i.invoice == invoice and not i.gone]
        return sorted(found, key=lambda i: i.due)

    def _pay(self, event: history.Pay) -> None:
        mine = self._of(event.invoice)
        owed = sum(i.residual for i in mine)
        if owed:
            payment = Payment(mine[0].customer, min(event.amount or owed, owed), event.date)
            self.payments.append(payment)
            self.credits.append(payment)
            self._use(payment, mine)

    def _use(self, payment: Payment, instalments: list[Instalment]) -> None:
        for instalment in instalments:
            paid = min(payment.open, instalment.residual)
            if paid:
                instalment.residual -= paid
                payment.open -= paid
                payment.used.append((instalment, paid))

    def _undo(self, event: history.Undo) -> None:
        payment = self.payments[event.payment] if event.payment < len(self.payments) else None
        if payment not in self.credits:
            return
        self.credits.remove(payment)
        for instalment, amount in payment.used:
            instalment.lost_thanked |= payment.thanked
            instalment.residual += amount

    def _reopen(self, instalment: Instalment, today: date) -> None:
        """A payment that was thanked for came back: a word about it, then the same step again."""
        again = [s.offset for s in self.steps if s.offset <= instalment.watermark]
        firm = [s.offset for s in self.steps if s.offset > 0]
        if firm and effective(instalment.due) < today:  # no notice, nor more than a first reminder
            again.append(min(firm))
        if again:  # the last step that was said and is still there
            instalment.anchor = today - max(again) * DAY
            instalment.watermark = max(again) - 1
        instalment.said = {}
        instalment.returned_on, instalment.told = today, False

    def _creditnote(self, event: history.CreditNote) -> None:
        customer = event.customer
        mine = [] if event.invoice is None else self._of(event.invoice)
        if mine:
            customer = mine[0].customer
        if customer in self.merged:
            return
        note = Payment(customer, event.amount)
        self.credits.append(note)
        self._use(note, mine)

    def _repost(self, event: history.Repost) -> None:
        mine = self._of(event.invoice)
        if not mine or sum(i.residual for i in mine) != self.invoices[event.invoice]:
            return
        for old in mine:
            old.residual, old.gone = 0, True
        self._post(
            event.invoice,
            mine[0].customer,
            event.date + event.due_in * DAY,
            self.invoices[event.invoice],
        )
        new = [i for i in self._of(event.invoice) if i not in mine]
        for hold in self.holds:  # what was disputed is so still after it was corrected (F5)
            if hold.instalments is not None and any(old in hold.instalments for old in mine):
                hold.instalments += new

    def _merge(self, event: history.Merge) -> None:
        if event.source == event.target or {event.source, event.target} & self.merged:
            return
        self.merged.add(event.source)
        self.contacts[event.target] += self.contacts.pop(event.source, [])
        for thing in (*self.instalments, *self.credits, *self.holds):
            if thing.customer == event.source:
                thing.customer = event.target

    def _hold(self, event: history.Hold) -> None:
        if event.invoice is None:
            customer, only = event.customer, None
            if not any(i.taken and i.customer == customer for i in self.instalments):
                return
        else:
            only = [i for i in self._of(event.invoice) if i.taken]
            if not only:
                return
            customer = only[0].customer
        until = None if event.days is None else event.date + event.days * DAY
        self.holds.append(Hold(customer, only, until))

    def _endholds(self, event: history.EndHolds) -> None:
        self.holds = [h for h in self.holds if h.customer != event.customer]

    def _addstep(self, event: history.AddStep) -> None:
        if all(step.offset != event.offset for step in self.steps):
            step = Step(f"{event.offset:+} of {event.date:%d %b}", event.offset)
            self.steps.append(step)
            self.steps_made.append(step)

    def _movestep(self, event: history.MoveStep) -> None:
        step = self._step(event.step)
        if step and all(other.offset != event.offset for other in self.steps):
            step.offset = event.offset

    def _deletestep(self, event: history.DeleteStep) -> None:
        step = self._step(event.step)
        if step and len(self.steps) > 1:
            self.steps.remove(step)

    def _step(self, number: int) -> Step | None:
        step = self.steps_made[number] if number < len(self.steps_made) else None
        return step if step in self.steps else None

    def _pause(self, event: history.Pause) -> None:
        self.running = False

    def _resume(self, event: history.Resume) -> None:
        self.running = True

    # what is said

    def messages(self, today: date) -> list[Message]:
        """What leaves on this day; what was due for it is consumed."""
        for instalment in self.instalments:
            if instalment.residual > 0 and not instalment.taken:
                instalment.taken_on = today
            if instalment.settled and instalment.residual:
                if instalment.lost_thanked:
                    self._reopen(instalment, today)
                elif instalment.settled_by_money and not instalment.told:
                    # before the thanks: it goes on where it stood, after the word all the same
                    instalment.returned_on = today
            if instalment.settled and not instalment.residual:  # no second thanks for a correction
                for payment in self.payments:
                    if payment.day == today and any(i is instalment for i, _a in payment.used):
                        payment.mends.append(instalment)
            if instalment.taken and not instalment.residual and not instalment.settled:
                instalment.settled_by_money = self._has_money(instalment)
            instalment.settled = instalment.taken and not instalment.residual
            instalment.lost_thanked = False
        if not self.running or not is_open(today):
            return []
        customers = sorted({i.customer for i in self.instalments})
        said = []
        for customer in customers:
            thanks = self._thanks(customer, today)
            said.append(thanks)
            if not thanks:  # on the day of thanks nothing is asked for (A5)
                said.append(self._returned(customer, today) or self._message(customer, today))
        return [message for message in said if message]

    def _has_money(self, instalment: Instalment) -> bool:
        """Whether any of it was paid, and not only credited."""
        paid = [p for p in self.payments if p in self.credits]
        return any(i is instalment for p in paid for i, _amount in p.used)

    def _thanks(self, customer: int, today: date) -> Message | None:
        """On the next open day, for all that came since, about instalments that the ruler knew."""
        came = [p for p in self.payments if p.customer == customer and p.day < today]
        stayed = [used for p in came if self._is_fresh(p) for used in self._new(p)]
        for payment in filter(self._is_fresh, came):
            payment.thanked_on = today
            payment.thanked_for = frozenset(i.invoice for i, _a in self._new(payment))
        for payment in came:
            payment.thanked |= payment in self.credits
        if not stayed:
            return None
        about = {i.key for i, _amount in stayed}
        return Message(
            customer,
            THANKS,
            frozenset((*key, THANKS) for key in about),
            frozenset(),
            sum(amount for _i, amount in stayed),
        )

    def _is_fresh(self, payment: Payment) -> bool:
        """Whether it is to be thanked for, and was not so far."""
        knew = self._knew(payment.customer, payment.day)
        return payment in self.credits and knew and not payment.thanked

    def _new(self, payment: Payment) -> list[tuple[Instalment, int]]:
        """What it paid, but for what was paid before."""
        return [(i, a) for i, a in payment.used if i.taken and i not in payment.mends]

    def _rests(self, instalment: Instalment, today: date) -> bool:
        """Whether they paid a part of its invoice: the thanks name a day for what is late then (A5)."""
        for payment in self.payments:
            if payment not in self.credits or payment.customer != instalment.customer:
                continue
            day, about = payment.thanked_on, payment.thanked_for
            if day is None and payment.day <= today and self._is_fresh(payment):
                day = open_days_after(payment.day, 1)
                about = {i.invoice for i, _a in self._new(payment)}
            if day is None or instalment.invoice not in about:
                continue
            late = effective(instalment.due) < min(day, today)
            if late and today <= open_days_after(day, 5):
                return True
        return False

    def _knew(self, customer: int, day: date) -> bool:
        """Whether the ruler had met the customer before that day; older money is not its business."""
        mine = [i for i in self.instalments if i.customer == customer]
        return any(i.taken and i.taken_on < day for i in mine)

    def _returned(self, customer: int, today: date) -> Message | None:
        """One neutral word on the next open day, if it is still open."""
        mine = self._open(customer, today, rests=False)
        about = [i for i in mine if i.returned_on and i.returned_on < today]
        for instalment in self.instalments:
            instalment.told |= instalment in about
            if instalment in about or not instalment.residual:
                instalment.returned_on = None
        return about and self._ask(customer, RETURNED, dict.fromkeys(about, RETURNED), today)

    def _message(self, customer: int, today: date) -> Message | None:
        mine, left = self._open(customer, today), self._left(customer, today)
        silent = self._silent(customer, today)
        due = {}
        reach = {}
        for instalment in mine:
            steps = self._due_steps(instalment, today)
            fresh = [step for step in steps if step.name not in instalment.said]
            if fresh and not left[instalment]:
                continue  # credits pay for it: it waits, and lends the others no words
            if fresh:
                step = due[instalment] = self._choose(fresh, customer)
                is_first = step.offset > 0 and not self.contacts[customer]
                reach[instalment] = step.offset if is_first else max(s.offset for s in steps)
            elif steps:  # said already and moved ahead since: not said again
                instalment.watermark = max(step.offset for step in steps)
        owed = [i for i in mine if left[i]]
        if not due or silent or self._reminder_comes_first(owed, due, today):
            return None
        tone = self._tone(mine, due, today)
        message = self._ask(customer, tone.name, {i: s.name for i, s in due.items()}, today)
        if message:
            for instalment in due:
                last = reach[instalment]
                passed = [s for s in self.steps if instalment.watermark < s.offset <= last]
                instalment.said |= {s.name: s.offset for s in passed}  # or overtaken, for good
                instalment.watermark = last
        return message

    def _reminder_comes_first(
        self, mine: list[Instalment], due: dict[Instalment, Step], today: date
    ) -> bool:
        """Nothing is announced while the first reminder of something older is still to come."""
        overdue = [i for i in mine if effective(i.due) < today]
        if not overdue or any(step.offset >= 0 for step in due.values()):
            return False
        oldest = min(overdue, key=lambda i: i.due)
        reminders = [s.offset for s in self.steps if s.offset > 0]
        return bool(reminders) and min(reminders) > oldest.watermark

    def _open(self, customer: int, today: date, rests: bool = True) -> list[Instalment]:
        """:param rests: leave out what rests since they paid a part"""
        return [
            i
            for i in self.instalments
            if i.customer == customer
            and i.residual > 0
            and not self._is_held(i, today)
            and not (rests and self._rests(i, today))
        ]

    def _ask(
        self, customer: int, tone: str, items: dict[Instalment, str], today: date
    ) -> Message | None:
        """Ask for what it speaks about: all of it that is due, else what is coming due; of credits there is
        left what older debts leave (C8)."""
        left = self._left(customer, today, rests=tone != RETURNED)
        items = {i: name for i, name in items.items() if left[i]}
        if not items:
            return None
        asked = [i for i in items if effective(i.due) <= today] or list(items)
        amount = sum(left[i] for i in asked)
        self.contacts[customer].append(today)
        return Message(
            customer,
            tone,
            frozenset((*i.key, name) for i, name in items.items()),
            frozenset(i.key for i in asked),
            amount,
        )

    def _left(self, customer: int, today: date, rests: bool = True) -> dict[Instalment, int]:
        """What credits leave of each, when they pay for the oldest first."""
        credit = sum(c.open for c in self.credits if c.customer == customer)
        left = {}
        mine = self._open(customer, today, rests)
        for instalment in sorted(mine, key=lambda i: (i.due, i.key)):
            paid = min(credit, instalment.residual)
            credit -= paid
            left[instalment] = instalment.residual - paid
        return left

    def _due_steps(self, instalment: Instalment, today: date) -> list[Step]:
        """The steps that have come and were not consumed; a notice is never said late."""
        return [
            step
            for step in self.steps
            if step.offset > instalment.watermark
            and self._comes(step, instalment) <= today
            and not (step.offset <= 0 and is_late(instalment.counts_from, today))
            # on the day itself the word for that day takes the place of those before
            and not (step.offset < 0 and self._has_its_day(instalment, today))
        ]

    def _has_its_day(self, instalment: Instalment, today: date) -> bool:
        is_today = effective(instalment.counts_from) == today
        return is_today and any(step.offset == 0 for step in self.steps)

    def _comes(self, step: Step, instalment: Instalment) -> date:
        """The day of a step: moved off closed days, and never before that of an earlier step."""
        return max(
            move(effective(instalment.counts_from) + s.offset * DAY, -1 if s.offset < 0 else 1)
            for s in self.steps
            if s.offset <= step.offset
        )

    def _choose(self, steps: list[Step], customer: int) -> Step:
        """The latest; the first overdue one if nothing was ever said to the customer."""
        overdue = [step for step in steps if step.offset > 0]
        if overdue and not self.contacts[customer]:
            return min(overdue, key=lambda s: s.offset)
        return max(steps, key=lambda s: s.offset)

    def _tone(self, mine: list[Instalment], due: dict[Instalment, Step], today: date) -> Step:
        """The step of the oldest overdue one that it speaks about: the others had their words (C8)."""
        steps = [due[min(due, key=lambda i: i.due)]]
        overdue = [i for i in due if effective(i.due) < today]
        if overdue:
            oldest = min(overdue, key=lambda i: i.due)
            steps.append(due[oldest])
            firm = [s for s in self.steps if 0 < s.offset <= max(t.offset for t in steps)]
            if firm and not self.contacts[oldest.customer]:  # the first words are never the firmest
                return min(firm, key=lambda s: s.offset)
        return max(steps, key=lambda s: s.offset)

    def _silent(self, customer: int, today: date) -> bool:
        """Whether one more contact today would be one too many, with those before and to come."""
        # days count: who was two customers before a merge heard of both on one day (B4)
        days = set(self.contacts[customer])
        if any(i.returned_on == today for i in self._open(customer, today)):
            return True
        too_near = any(abs((today - day).days) < self.min_days_between_contacts for day in days)
        periods = [
            [today + (n - m) * DAY for n in range(self.max_contacts_days)]
            for m in range(self.max_contacts_days)
        ]
        return too_near or any(
            sum(day in period for day in days) >= self.max_contacts for period in periods
        )

    def _is_held(self, instalment: Instalment, today: date) -> bool:
        return any(
            hold.customer == instalment.customer
            and (hold.instalments is None or instalment in hold.instalments)
            and (hold.until is None or today <= hold.until)
            for hold in self.holds
        )

    def has_nothing_to_say(self) -> bool:
        """Whether no day to come can bring a message, if nothing more happens."""
        last = max(step.offset for step in self.steps)
        return all(i.watermark >= last for i in self.instalments if i.residual > 0)

    def watermarks(self, today: date) -> dict[tuple[int, str], int]:
        return {
            i.key: watermark(i.watermark, i.counts_from, today)
            for i in self.instalments
            if i.taken and not i.gone
        }


def watermark(offset: int, counts_from: date, today: date) -> int:
    """The watermark as far as it matters: when a notice is late, nobody can tell if it is consumed; on the
    due day itself, nor of those before it."""
    if is_late(counts_from, today):
        return max(offset, 0)
    return max(offset, -1) if effective(counts_from) == today else offset


def is_late(due: date, today: date) -> bool:
    return effective(due) < today


def is_open(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def move(day: date, direction: int) -> date:
    """The day itself if it is open, else the next open one in that direction."""
    while not is_open(day):
        day += direction * DAY
    return day


def open_days_after(day: date, count: int) -> date:
    for _day in range(count):
        day += DAY
        while not is_open(day):
            day += DAY
    return day


def effective(due: date) -> date:
    """Banks do not work on closed days: what is due then is due on the next open day (A3)."""
    return move(due, 1)
