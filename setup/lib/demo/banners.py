"""What the debtors' banners announce in the evening, beside what has left by the next one.

It reads the sentences as people read them: the banner above a debtor and the card on the board. Two
evenings are compared; whom something happened to in between (money came or went, a reply, a call, a new
invoice) is left out, since a banner knows no future.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from world import OdooServer

WHAT = r"(?P<channel>[^“”.:]+) “(?P<step>[^”]+)”"
WHEN = r"(?P<when>today|tomorrow|yesterday|on \w{3} \d{1,2} \w{3}(?: \d{4})?)(?: at \d\d:\d\d)?"
BANNER = re.compile(
    rf"(?:Next: {WHAT}, {WHEN}|{WHAT.replace('<', '<p_')} leaves {WHEN.replace('<', '<p_')})\."
)
CARD = re.compile(rf"{WHAT} {WHEN}")
# it stands in the outbox already, or its day is not known
SOON = re.compile(r"(?P<channel>[^“”.:]+) “(?P<step>[^”]+)” is in the outbox")
ASKS_YOU = re.compile(r"waits for your approval|\(for approval\)")
FIELDS = ("partner_id", "why", "next_text")
CHANNELS = {"E-mail": "email", "Task": "activity"}


@dataclass(frozen=True)
class Contact:
    """A message that arrived, or a task that was made."""

    channel: str
    step: str


@dataclass(frozen=True)
class Announced:
    """What a banner says in the evening.

    :param words: the whole sentence
    :param contact: what comes next, None where nothing comes by itself
    :param day: on which, None where nothing comes
    """

    words: str
    contact: Contact | None = None
    day: date | None = None


class Banners:
    """The banners of all debtors, read once a day.

    :param server: where they are asked
    :param context: the reader's language, time zone and companies
    """

    def __init__(self, server: OdooServer, context: dict):
        self.server, self.context = server, {**context, "tz": "Europe/Dublin"}
        self.read_on: date | None = None
        self.announced: dict[int, Announced] = {}  # by partner
        self.names: dict[int, str] = {}
        self.differences: list[str] = []
        self.compared = self.excused = 0

    def read(self, day: date) -> None:
        """Read all of them, at the end of a day."""
        rows = self.server.rpc(
            "collection.debtor", "search_read", [], list(FIELDS), context=self.context
        )
        self.read_on, self.announced = day, {}
        for row in rows:
            (partner, name) = row["partner_id"]
            self.names[partner] = name
            banner = announced(row["why"], day, BANNER)
            card = announced(row["next_text"], day, CARD)
            # where something waits the card has only that
            if card.contact and (banner.contact, banner.day) != (card.contact, card.day):
                self._differ(day, partner, f"the card says “{card.words}”", banner)
            self.announced[partner] = banner

    def compare(self, day: date, left: dict[int, list[Contact]], acted: set[int]) -> None:
        """Hold what was announced the evening before against what has left by now.

        :param day: the day after the one on which they were read
        :param left: what was heard or asked on it, by partner
        :param acted: partners to whom something else happened on it
        """
        if self.read_on != day - timedelta(days=1):
            return
        for partner in self.announced.keys() | left.keys():
            if partner in acted:
                self.excused += 1
                continue
            self.compared += 1
            said = self.announced.get(partner, Announced("nothing"))
            got = left.get(partner, [])
            wanted = [said.contact] if said.contact and said.day == day else []
            # a task of ours beside what was announced, or beside what waits for a person, is no contact
            rest = [one for one in got if one not in wanted]
            if (wanted and wanted[0] in got) or ASKS_YOU.search(said.words):
                rest = [one for one in rest if one.channel != "activity"]
            if rest or (wanted and wanted[0] not in got):
                what = ", ".join(f"{one.channel} “{one.step}”" for one in got) or "nothing"
                self._differ(day, partner, f"{what} left", said)

    def sentence(self, partner: int, acted: set[int]) -> str | None:
        """What was announced to a customer the evening before, None where it counts for nothing."""
        if partner in acted or self.read_on is None:
            return None
        said = self.announced.get(partner)
        return said.words if said else None

    def _differ(self, day: date, partner: int, got: str, said: Announced) -> None:
        name = self.names.get(partner, str(partner))
        self.differences.append(f"{name} on {day:%a %Y-%m-%d}: announced “{said.words}”, but {got}")


def announced(words: str, day: date, form: re.Pattern) -> Announced:
    """Take a sentence apart.

    :param day: on which it is read
    :param form: of the sentence
    """
    if not words:
        return Announced("")
    if found := SOON.search(words):
        return Announced(words, _contact(found), day + timedelta(days=1))
    if not (found := form.search(words)):
        return Announced(words)
    parts = {key.removeprefix("p_"): text for key, text in found.groupdict().items() if text}
    return Announced(words, _contact(parts), on_day(parts["when"], day))


def _contact(parts) -> Contact:
    channel = parts["channel"].strip()
    return Contact(CHANNELS.get(channel, channel), parts["step"])


def on_day(when: str, today: date) -> date:
    """The date of "tomorrow" or "on Thu 19 Mar"."""
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}
    if when in days:
        return today + timedelta(days=days[when])
    parts = when.split()[2:]
    year = int(parts[2]) if len(parts) > 2 else today.year
    return datetime.strptime(f"{parts[0]} {parts[1]} {year}", "%d %b %Y").date()


def by_partner(contacts) -> dict[int, list[Contact]]:
    """(partner, channel, step) as `Banners.compare` takes them."""
    found = defaultdict(list)
    for partner, channel, step in contacts:
        found[partner].append(Contact(channel, step))
    return dict(found)
