"""What holds for the messages that customers got, read from the lines of the report alone.

Written against the issue, on purpose without the demo's own checks or the add-on's code. Each law
yields, in words, what breaks it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import holidays

FIELDS = {
    *("received_at", "channel", "to", "subject", "language", "step", "due_date"),
    *("invoice_numbers", "amount", "attachments", "links"),
}
DUBLIN = ZoneInfo("Europe/Dublin")
OPENS, CLOSES = 9, 18
IRELAND = holidays.country_holidays("IE")
WITH_PDF = {"A week before", "Forgot?", "Firm and polite", "Send the invoice"}
NOT_ASKING = {"Thank you", "Send the invoice"}

# a row of the table in a message: invoice, which part and what for, due date, how late, what is open
HOW_LATE = r"(?:\d+ days? overdue |today |banks were closed, so due today )?"
ROW = re.compile(rf"(INV/\S+) [^€]*?(\d{{1,2}} [A-Z]\w\w \d{{4}}) {HOW_LATE}([\d,]+\.\d\d) €")
# what a message asks for; what comes next, and what else is open, stands after it
TABLE = re.compile(r"Invoice Due Open (.*?)To pay", re.DOTALL)
CREDIT = re.compile(r"Your open credit -?([\d,]+\.\d\d) €")


def broken(entries: list[dict], with_pdf: Collection[str] = WITH_PDF) -> list[str]:
    """All that breaks a law.

    :param with_pdf: the steps that attach the invoices
    """
    laws = (contract, hours, twice, one_a_day, amounts, links)
    words = [words for law in laws for words in law(entries)]
    return words + list(attachments(entries, with_pdf))


def contract(entries: list[dict]) -> Iterator[str]:
    """Each line has the fields of the contract, filled."""
    for entry in entries:
        if missing := FIELDS - entry.keys():
            yield f"no {sorted(missing)}: {entry}"
            continue
        if empty := [name for name in FIELDS - {"attachments", "links"} if not entry[name]]:
            yield f"empty {empty}: {name_of(entry)}"
        if entry["channel"] != "email" or not re.fullmatch(r"en_\w\w", entry["language"] or ""):
            yield f"channel or language: {name_of(entry)}"
        if "@" not in entry["to"] or not (entry["due_date"] or "").startswith("20"):
            yield f"address or date: {name_of(entry)}"


def hours(entries: list[dict]) -> Iterator[str]:
    """Nothing arrives at night, on a weekend, on a holiday, as the clocks of Dublin show it."""
    for entry in entries:
        at = arrived(entry)
        if not is_business_day(at.date()) or not OPENS <= at.hour < CLOSES:
            yield f"at a closed time: {name_of(entry)}"


def twice(entries: list[dict]) -> Iterator[str]:
    """No message twice, and each step of an instalment is said once."""
    for name in ("message_id", "followup"):
        for value, count in Counter(entry.get(name) for entry in entries).items():
            if count > 1:
                yield f"{count} times: {name} {value}"
    rows_said = Counter((entry["to"], *row) for entry in entries for row in entry["sent_for"])
    for row, count in rows_said.items():
        if count > 1:
            yield f"{count} times: {row}"
    yield from (f"sent for nothing: {name_of(entry)}" for entry in entries if not entry["sent_for"])


def one_a_day(entries: list[dict]) -> Iterator[str]:
    """One message that asks for money per customer and day."""
    days = Counter((entry["to"], arrived(entry).date()) for entry in asking(entries))
    for (to, day), count in days.items():
        if count > 1:
            yield f"{count} messages to {to} on {day}"


def amounts(entries: list[dict]) -> Iterator[str]:
    """The amount stands in the text; it is what the table adds up to, and what the books say."""
    for entry in entries:
        if f"{entry['amount']:,.2f} €" not in entry["text"]:
            yield f"{entry['amount']} is not in the text: {name_of(entry)}"
    for entry in asking(entries):
        table = rows(entry)
        total = round(sum(amount for _number, _due, amount in table), 2)
        if credit := CREDIT.search(entry["text"]):
            total -= float(credit[1].replace(",", ""))
        if abs(total - entry["amount"]) > 0.005 or abs(entry["owed"] - entry["amount"]) > 0.005:
            yield (
                f"asks for {entry['amount']}, the table for {total}, "
                f"owed are {entry['owed']}: {name_of(entry)}"
            )
        if {number for number, _due, _amount in table} != set(entry["invoice_numbers"]):
            yield f"the table has other invoices than {entry['invoice_numbers']}: {name_of(entry)}"
        if min((due for _number, due, _amount in table), default=None) != entry["due_date"]:
            yield f"the oldest is not of {entry['due_date']}: {name_of(entry)}"


def attachments(entries: list[dict], with_pdf: Collection[str]) -> Iterator[str]:
    """The invoices' PDFs where the step attaches them, else nothing."""
    for entry in entries:
        wanted = [f"{number.replace('/', '_')}.pdf" for number in entry["invoice_numbers"]]
        if sorted(entry["attachments"]) != (sorted(wanted) if entry["step"] in with_pdf else []):
            yield f"has {entry['attachments']}: {name_of(entry)}"


def links(entries: list[dict]) -> Iterator[str]:
    """No key to a whole document in a link, and a way to pay in each message that asks."""
    for entry in entries:
        for link in entry["links"]:
            if "access_token" in link:
                yield f"an access token in {link}: {name_of(entry)}"
    for entry in asking(entries):
        if not any("payment_token=" in link for link in entry["links"]):
            yield f"no way to pay: {name_of(entry)}"


def thanks(
    entries: list[dict], booked: list[tuple[str, date, float]], until: date
) -> Iterator[str]:
    """Each payment is thanked for on the next business day, those of one day together.

    :param booked: (short name of the customer, day, amount) of payments that stayed
    :param until: the last day that was played
    """
    due: dict[tuple[str, date], float] = defaultdict(float)
    for name, day, amount in booked:
        due[name, next_business_day(day)] += amount
    said = {
        (customer_of(entry), arrived(entry).date()): entry["amount"]
        for entry in entries
        if entry["step"] == "Thank you"
    }
    for (name, day), amount in due.items():
        if day <= until and abs(said.pop((name, day), 0) - amount) > 0.005:
            yield f"{name} is not thanked for {amount:.2f} on {day}"
    yield from (f"{name} is thanked on {day} for nothing" for name, day in said)


def announced(entries: list[dict]) -> Iterator[str]:
    """Each message was announced by the customer's banner in the evening before: its step, for that day.

    Whom something happened to since has no such sentence.
    """
    for entry in entries:
        said, day = entry["announced"], arrived(entry).date()
        if said is None:
            continue
        on_its_day = ("tomorrow", f"{day:%a} {day.day} {day:%b}")
        if f"“{entry['step']}”" not in said or not any(words in said for words in on_its_day):
            yield f"announced was “{said}”: {name_of(entry)}"


def asking(entries: list[dict]) -> list[dict]:
    return [entry for entry in entries if entry["step"] not in NOT_ASKING]


def rows(entry: dict) -> tuple[tuple[str, str, float], ...]:
    """(invoice, due date, open) of what the message asks for; not of what is coming next."""
    table = TABLE.search(entry["text"])
    return tuple(
        (number, f"{datetime.strptime(due, '%d %b %Y'):%Y-%m-%d}", float(amount.replace(",", "")))
        for number, due, amount in ROW.findall(table[1] if table else "")
    )


def origins(entries: list[dict]) -> set[str]:
    """Where the links lead."""
    parts = [urlsplit(link) for entry in entries for link in entry["links"]]
    return {f"{part.scheme}://{part.netloc}" for part in parts}


def arrived(entry: dict) -> datetime:
    return datetime.fromisoformat(entry["received_at"]).astimezone(DUBLIN)


def customer_of(entry: dict) -> str:
    """The short name, as the demo prints it."""
    name, _, domain = entry["to"].partition("@")
    return name.partition(".")[2] or domain.partition(".")[0]


def name_of(entry: dict) -> str:
    return f"{entry['step']} to {entry['to']} at {arrived(entry):%a %Y-%m-%d %H:%M}"


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in IRELAND


def next_business_day(day: date) -> date:
    day += timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day
