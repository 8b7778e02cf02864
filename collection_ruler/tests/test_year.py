"""A year of five customers, day by day: who heard what and when, and why not the rest.

What is expected was worked out by hand from the ruler, the calendars and the events; the comments say why.
"""

from calendar import month_name
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from odoo import Command
from odoo.tests import tagged

from .common import CollectionCommon

# what happens, after that day's run unless the hour is earlier
EVENTS = {
    "2026-01-15 15:00": "ana pays january",
    "2026-02-19 15:00": "ana pays february",
    "2026-03-05 15:00": "ana gets a credit note",
    "2026-03-20 15:00": "the credit note is reconciled with march",
    "2026-04-10 15:00": "ana pays april",
    "2026-04-15 15:00": "dario is handed over",
    "2026-04-20 15:00": "april comes back",
    "2026-04-27 08:30": "ana pays april",
    "2026-05-18 15:00": "ana agrees the fifth of june for may",
    "2026-06-05 15:00": "ana pays may",
    "2026-06-15 15:00": "ana pays june",
    "2026-06-29 15:00": "dario pays the newer invoice",
    "2026-07-01 15:00": "carla and her twin are one",
    "2026-07-06 08:30": "ana disputes july until the twentieth",
    "2026-07-09 15:00": "carla pays both",
    "2026-07-21 15:00": "ana pays july",
    "2026-08-05 15:00": "ana pays august",
    "2026-09-10 15:00": "ana pays a part of september",
    "2026-09-15 15:00": "ana pays the rest of september",
    "2026-10-15 08:30": "ana pays october",
    "2026-11-16 15:00": "ana pays november",
    "2026-11-24 15:00": "bruno pays",
}

SAID = """
ana 01-08 A week before 100 USD
ana 01-15 Due today 100 USD
ana 01-16 Thank you 100 USD
ana 02-09 A week before 100 USD        # the 15th is a Sunday: all counts from Monday the 16th
ana 02-16 Due today 100 USD
ana 02-18 Forgot? 100 USD
ana 02-20 Thank you 100 USD
dario 03-24 A week before 900 EUR      # march of ana: credits cover it
dario 03-31 Due today 900 EUR
dario 04-02 Forgot? 900 EUR
dario 04-07 Call: is anything wrong? 900 EUR   # the 5th is Easter Sunday, Monday a holiday
ana 04-08 A week before 100 USD
dario 04-09 Firm and polite 900 EUR    # due on the 8th: the call of the 7th has two working days
dario 04-10 Review 900 EUR
ana 04-13 Thank you 100 USD            # paid on Friday
ana 04-21 Payment returned 100 USD  # the neutral word, the morning after; then the first reminder waits
ana 04-28 Thank you 100 USD            # paid before the call of the 27th
ana 05-08 A week before 100 USD
ana 05-15 Due today 100 USD
ana 05-18 Forgot? 100 USD              # the 17th is a Sunday
ana 06-03 Before the agreed date 100 USD   # two days before it, and no other notice
ana 06-05 Due today 100 USD
ana 06-08 Thank you 100 USD
ana 06-09 A week before 100 USD        # of june, not on the day of thanks; they do not count as a contact
ana 06-15 Due today 100 USD
ana 06-16 Thank you 100 USD
dario 06-23 A week before 300 EUR      # newer than what was handed over
carla 06-29 A week before 200 USD
carla 06-29 A week before 80 USD       # to her twin, who is she since the merge
dario 06-30 Thank you 300 EUR
carla 07-06 Due today 280 USD          # one customer by now: one message
carla 07-08 Forgot? 280 USD
carla 07-10 Thank you 280 USD
ana 07-21 Forgot? 100 USD              # the dispute is over: the latest message, once; no call that day
ana 07-22 Thank you 100 USD
ana 08-06 Thank you 100 USD            # paid before the notice
ana 09-08 A week before 100 USD
ana 09-11 Thank you 40 USD
ana 09-15 Due today 60 USD
ana 09-16 Thank you 60 USD
ana 10-08 A week before 100 USD
ana 10-16 Thank you 100 USD            # paid in the morning of the due date
ana 11-09 A week before 100 USD
bruno 11-11 A week before 500 EUR
ana 11-16 Due today 100 USD
ana 11-17 Thank you 100 USD
bruno 11-18 Due today 500 EUR
bruno 11-23 Forgot? 500 EUR            # the 20th is a holiday in Brazil, then a weekend
bruno 11-24 Call: is anything wrong? 500 EUR   # due on the same Monday, but not in one minute
bruno 11-25 Thank you 500 EUR
ana 12-08 A week before 100 USD
ana 12-15 Due today 100 USD
ana 12-17 Forgot? 100 USD
ana 12-21 Call: is anything wrong? 100 USD   # the 20th is a Sunday; no firm word until 2 January
"""

# why what had come was not said, by due date, or by step where a person is asked; the first and last morning
WAITED = """
ana 03-15 covered 03-09 03-20
ana 04-15 too_soon 04-22 04-22         # the day after the neutral word; counted from a Saturday, so Monday
ana Forgot? untrue_slipped 04-23 04-24   # money was seen: it did not slip through; paid on Monday
ana 06-15 thanked 06-08 06-08
ana 07-15 held 07-08 07-20
dario 03-31 task_open 04-08 04-08
"""

# steps that were passed over, but for invoices that had been sent
SKIPPED = """
ana 07-15 A week before overtaken
ana 07-15 Due today overtaken
"""

# persistent, not aggressive (law 3): what a year was for each customer. A contact asks for money, or will;
# thanks come beside it, and a task asks us. Days between: the two shortest, and the most contacts in 30 days.
COUNTED = """
ana: 23 contacts, 12 thanks, 1 tasks; 2 2 days between, 5 in 30 days
ana: 9 A week before, 1 Before the agreed date, 8 Due today, 4 Forgot?, 1 Payment returned
bruno: 3 contacts, 1 thanks, 1 tasks; 5 7 days between, 3 in 30 days
bruno: 1 A week before, 1 Due today, 1 Forgot?
carla: 3 contacts, 1 thanks, 0 tasks; 2 7 days between, 3 in 30 days
carla: 2 A week before, 1 Due today, 1 Forgot?
dario: 5 contacts, 1 thanks, 2 tasks; 2 7 days between, 4 in 30 days
dario: 2 A week before, 1 Due today, 1 Forgot?, 1 Firm and polite
"""
TONES = (
    *("A week before", "Before the agreed date", "Due today", "Forgot?", "Firm and polite"),
    "Payment returned",
)
TASKS = ("Call: is anything wrong?", "Review")


def table(text):
    """The rows of a table above, without its comments."""
    return sorted(line.split("#")[0].strip() for line in text.strip().splitlines())


@tagged("post_install", "-at_install")
class TestYear(CollectionCommon):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.company.collection_test_email = False
        self.ruler.max_days_overdue = 30
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.people = {
            "ana": self.customer,
            "bruno": self.person("Bruno", is_company=True, **self.at_home("base.state_br_sp")),
            "carla": self.person("Carla", **self.at_home("base.state_us_5")),
            "twin": self.person("Carla Twin", **self.at_home("base.state_us_5")),
            "dario": self.person("Dario", is_company=True, country_id=self.env.ref("base.fr").id),
        }
        self.names = {partner: name for name, partner in self.people.items()}
        self.customer.country_id = self.env.ref("base.ie")
        # one invoice a customer, and a second one of dario's; by the day on which it is written
        self.invoices = {
            "2026-01-02": ("ana", 1200.0, False, self.by_the_month()),
            "2026-03-02": ("dario", 900.0, "2026-03-31", {"currency_id": euro.id}),
            "2026-06-01": ("dario", 300.0, "2026-06-30", {"currency_id": euro.id}),
            "2026-06-02": ("carla", 200.0, "2026-07-06", {}),
            "2026-06-03": ("twin", 80.0, "2026-07-06", {}),
            "2026-11-03": ("bruno", 500.0, "2026-11-18", {"currency_id": euro.id}),
        }
        self.moves, self.payments, self.waited = {}, {}, {}

    def at_home(self, state):
        state = self.env.ref(state)
        return {"state_id": state.id, "country_id": state.country_id.id}

    def by_the_month(self):
        """Terms of twelve instalments, on the 15th of each month, counted from 2 January."""
        dues = [date(2026, month, 15) for month in range(1, 13)]
        lines = [
            {"value": "percent", "value_amount": 8.333333, "nb_days": (due - date(2026, 1, 2)).days}
            for due in dues
        ]
        lines[-1]["value_amount"] = 100 - 11 * 8.333333
        terms = self.env["account.payment.term"].create(
            {"name": "A year", "line_ids": [Command.create(line) for line in lines]}
        )
        return {"invoice_payment_term_id": terms.id}

    # ------------------------------------------------------------------
    # what happens
    # ------------------------------------------------------------------

    def instalment(self, month):
        return self.instalments(self.moves["2026-01-02"])[month - 1]

    def pay_instalment(self, month, amount=100.0):
        """Money for one instalment, matched with its line by the bookkeeper."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.customer.id,
                "amount": amount,
                "journal_id": self.bank_journal.id,
            }
        )
        payment.action_post()
        self.match(month, payment.move_id)
        self.payments[month] = payment

    def match(self, month, entry):
        lines = self.moves["2026-01-02"].line_ids | entry.line_ids
        due = self.instalment(month).due_date
        lines.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and not line.reconciled
                and (line.move_id == entry or line.date_maturity == due)
            )
        ).reconcile()

    def happen(self, event):
        months = {name.lower(): number for number, name in enumerate(month_name)}
        if event == "ana pays a part of september":
            self.pay_instalment(9, 40.0)
        elif event == "ana pays the rest of september":
            self.pay_instalment(9, 60.0)
        elif event.startswith("ana pays"):
            self.pay_instalment(months[event.split()[-1]])
        elif event == "ana gets a credit note":
            self.credit = self.credit_note(100.0, date="2026-03-05")
        elif event == "the credit note is reconciled with march":
            self.match(3, self.credit)
        elif event == "april comes back":
            self.undo(self.payments[4])
        elif event == "ana agrees the fifth of june for may":
            self.env["collection.reschedule"].create(
                {
                    "debtor_id": self.debtor().id,
                    "due_date": "2026-06-05",
                    "why": "her salary comes late",
                    "instalment_ids": [Command.set(self.instalment(5).ids)],
                }
            ).action_agree()
        elif event == "ana disputes july until the twentieth":
            self.env["collection.hold"].create(
                {
                    "debtor_id": self.debtor().id,
                    "scope": "instalments",
                    "instalment_ids": [Command.set(self.instalment(7).ids)],
                    "origin": "dispute",
                    "date_to": "2026-07-20",
                }
            )
        elif event == "dario is handed over":
            agency = self.env["res.partner"].create({"name": "Example Collectors"})
            self.hold(
                self.moves["2026-03-02"],
                origin="handover",
                agency_id=agency.id,
                partner=self.people["dario"],
            )
        elif event == "dario pays the newer invoice":
            self.pay(self.moves["2026-06-01"])
        elif event == "carla and her twin are one":
            both = self.people["carla"] | self.people["twin"]
            self.env.flush_all()
            self.env["base.partner.merge.automatic.wizard"]._merge(both.ids, self.people["carla"])
            self.env.invalidate_all()
        elif event == "carla pays both":
            self.pay(self.moves["2026-06-02"])
            self.pay(self.moves["2026-06-03"])
        elif event == "bruno pays":
            self.pay(self.moves["2026-11-03"])
        else:
            raise AssertionError(event)
        self.env.flush_all()

    # ------------------------------------------------------------------
    # the year
    # ------------------------------------------------------------------

    def live_through(self, day):
        """A day: what happens early, the morning's run, what happens later, the evening's run where
        somebody lives by another clock."""
        text = day.isoformat()
        if text in self.invoices:
            name, amount, due, values = self.invoices[text]
            with self.at(f"{text} 08:00"):
                self.moves[text] = self.invoice(
                    due, amount, self.people[name], text, invoice_user_id=False, **values
                )
        for hour in ("08:30", "15:00"):
            if hour == "15:00":
                self.day(text)
                self.note_waiting(text)
            if event := EVENTS.get(f"{text} {hour}"):
                with self.at(f"{text} {hour}"):
                    self.happen(event)
                    self.run_ruler("track")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT FROM collection_followup WHERE state = 'planned' AND scheduled_at <= %s",
            [f"{text} 17:30"],
        )
        if self.env.cr.rowcount:
            self.day(text, "18:15")

    def note_waiting(self, text):
        for one in self.env["collection.instalment"].search([("waiting_reason", "!=", False)]):
            first = one.original_due_date or one.due_date
            who = self.names[one.debtor_id.partner_id]
            key = f"{who} {first:%m-%d} {one.waiting_reason}"
            self.waited.setdefault(key, []).append(text[5:])
        for one in self.env["collection.followup"].search([("state", "=", "to_approve")]):
            key = f"{self.names[one.debtor_id.partner_id]} {one.step_name} {one.reason}"
            self.waited.setdefault(key, []).append(text[5:])

    def said(self):
        """Each contact that was made, as a row of the table."""
        rows = []
        for followup in self.env["collection.followup"].search(
            [("state", "=", "sent"), ("company_id", "=", self.company.id)]
        ):
            who = self.names[followup.debtor_id.partner_id]
            amount = followup.amount_paid or followup.amount_due
            day = followup.delivered_at or followup.scheduled_at
            rows.append(
                f"{who} {day:%m-%d} {followup.step_name} {amount:g} {followup.currency_id.name}"
            )
        return sorted(rows)

    def counted(self):
        """What the year was for each customer, as a row of the table."""
        rows, heard = [], {}
        for row in self.said():
            who, day, words = row.split(" ", 2)
            month, number = map(int, day.split("-"))
            heard.setdefault(who, []).append((date(2026, month, number), words.rsplit(" ", 2)[0]))
        for who, said in heard.items():
            steps = Counter(step for _day, step in said)
            days = sorted({day for day, step in said if step in TONES})
            between = sorted((later - day).days for day, later in pairwise(days))
            tones = ", ".join(f"{steps[tone]} {tone}" for tone in TONES if steps[tone])
            busiest = max(sum(0 <= (other - day).days < 30 for other in days) for day in days)
            rows += [
                f"{who}: {len(days)} contacts, {steps['Thank you']} thanks, "
                f"{sum(steps[task] for task in TASKS)} tasks; "
                f"{' '.join(map(str, between[:2]))} days between, {busiest} in 30 days",
                f"{who}: {tones}",
            ]
            self.assertFalse(
                set(steps) - {*TONES, *TASKS, "Thank you"}, "a tone that nobody counts"
            )
        return sorted(rows)

    def words_twice(self):
        """The same words about the same oldest debt, said more than once in one occurrence."""
        said = Counter()
        for followup in self.env["collection.followup"].search([("state", "=", "sent")]):
            items = followup.item_ids.sorted(lambda item: (item.due_date, item.id))
            if followup.purpose == "dunning" and items:
                oldest = items[0]
                said[followup.step_name, oldest.move_id, oldest.due_date, oldest.occurrence] += 1
        return [key for key, count in said.items() if count > 1]

    def skipped(self):
        rows = self.env["collection.followup.item"].search(
            [("state", "=", "skipped"), ("reason", "!=", "already_sent")]
        )
        return sorted(
            f"{self.names[row.debtor_id.partner_id]} {row.due_date:%m-%d} {row.step_name} {row.reason}"
            for row in rows
        )

    def test_each_contact_and_each_silence_of_a_year_has_its_reason(self):
        self.activate("2026-01-02")
        day = date(2026, 1, 2)
        while day.year == 2026:
            if day.weekday() < 5 or day.month < 4:  # later weekends would only cost time
                self.live_through(day)
            day += timedelta(days=1)
        self.assertEqual(self.said(), table(SAID))
        waited = [f"{key} {days[0]} {days[-1]}" for key, days in self.waited.items()]
        self.assertEqual(sorted(waited), table(WAITED))
        self.assertEqual(self.skipped(), table(SKIPPED))
        self.assertEqual(self.counted(), table(COUNTED))
        self.assertFalse(self.words_twice())
