"""Money on the bank that nobody matched, and whose it may be (D3).

Lines are made ready once (`index_of`); customers and numbers are then looked up in it, so that cost grows
with what is open plus what is unmatched, never with one times the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, Protocol

from .bank_words import LEAST, LEAST_JOINED, Words, names_in, number_keys, orders, words_of
from .calendar import ContactCalendar

# money that nobody matched for so long is somebody's neglect and silences nobody any more
LINE_DAYS = 60
# a line that fits nothing open silences for so many working days, in which a person looks at it
LOOK_DAYS = 3
# so many different sums of what is open are tried
_MOST_SUMS = 4000


class BankLine(NamedTuple):
    """An incoming line of a bank statement that nobody matched.

    :param day: of the money
    :param since: the day from which somebody could look at it, `day` or that of its import
    :param amounts: (currency, amount) as the bank has it, and what is left of it
    :param owners: commercial partners, by the line's partner or by the account that it came from
    :param is_theirs: the line's partner says whose it is: nobody else's
    :param name: of the payer, as the bank has it
    :param text: all else that the bank says
    """

    id: int
    day: date
    since: date
    amounts: tuple[tuple[str, Decimal], ...]
    owners: tuple[int, ...] = ()
    is_theirs: bool = False
    name: str = ""
    text: str = ""

    @property
    def until(self) -> date:
        """The last day on which it silences anybody."""
        return self.day + timedelta(days=LINE_DAYS)


class Found(NamedTuple):
    """Lines that may be a customer's.

    :param sure: by partner, account, name or tax id
    :param perhaps: by a single word in a text, or first and last name: only where the amount fits
    """

    sure: frozenset[BankLine] = frozenset()
    perhaps: frozenset[BankLine] = frozenset()


NOTHING = frozenset()
Lines = set[BankLine]


class LineIndex:
    """Lines by all that they may be found by."""

    def __init__(self, lines: Iterable[BankLine]):
        self._of_owner: dict[int, Lines] = defaultdict(set)
        self._of_name: dict[str, Lines] = defaultdict(set)
        # words, joined, paths: as bank_words.Words has them
        self._of: tuple[dict[str, Lines], ...] = tuple(defaultdict(set) for _kind in Words._fields)
        self.is_empty, self.has_words = True, False
        for line in lines:
            if not any(amount > 0 for _currency, amount in line.amounts):
                continue
            self.is_empty = False
            for owner in line.owners:
                self._of_owner[owner].add(line)
            if not line.is_theirs:
                self._read(line)

    def _read(self, line: BankLine) -> None:
        self.has_words = True
        for name in names_in(line.name):
            if name:
                self._of_name["".join(name)].add(line)
        for found, words in zip(self._of, words_of(line.name, line.text), strict=True):
            for word in words:
                found[word].add(line)

    def of_number(self, number: str | None) -> frozenset[BankLine]:
        """The lines that name a number: of an invoice, a reference, a tax id."""
        if not self.has_words:
            return NOTHING
        return NOTHING.union(*(self._of[kind].get(key, ()) for kind, key in number_keys(number)))

    def of_customer(
        self, partner: int, names: Iterable[str | None], tax_ids: Iterable[str | None]
    ) -> Found:
        """The lines that may be a customer's.

        :param partner: the commercial partner
        :param names: of the customer and its contacts
        """
        sure, perhaps = set(self._of_owner.get(partner, ())), set()
        if self.has_words:
            for tax_id in tax_ids:
                sure |= self._of_tax_id(tax_id)
            for name in names:
                for parts in names_in(name):
                    self._look_for(parts, sure, perhaps)
        return Found(frozenset(sure), frozenset(perhaps) - sure)

    def _of_tax_id(self, tax_id: str | None) -> frozenset[BankLine]:
        """With or without the country before it."""
        found = self.of_number(tax_id)
        if tax_id and tax_id[:2].isalpha() and len(tax_id) > LEAST_JOINED + 1:
            found |= self.of_number(tax_id[2:])
        return found

    def _look_for(self, parts: tuple[str, ...], sure: Lines, perhaps: Lines) -> None:
        words, joined, _paths = self._of
        length = sum(map(len, parts))
        if not length:
            return
        for whole in orders(parts):
            sure |= self._of_name.get(whole, NOTHING)
            if len(parts) > 1 and length >= LEAST_JOINED:
                sure |= joined.get(whole, NOTHING)
        if length < LEAST:
            return
        said = [words.get(part, NOTHING) for part in parts]
        (sure if len(parts) > 1 else perhaps).update(set(said[0]).intersection(*said[1:]))
        if len(parts) > 2:  # banks leave out the names between
            perhaps |= said[0] & said[-1]


@lru_cache(maxsize=4)
def index_of(lines: tuple[BankLine, ...]) -> LineIndex:
    """The index of these lines, made once for all batches of a run."""
    return LineIndex(lines)


class _Open(Protocol):
    id: int
    residual: Decimal
    currency: str


def silent_until(
    claims: Sequence[_Open],
    found: Found,
    named: Mapping[int, Iterable[BankLine]],
    favour: Mapping[str, Decimal],
    calendar: ContactCalendar,
) -> dict[int, date]:
    """Until when claims are silent for money on the bank: {claim id: last day}.

    What a line pays exactly is silent until somebody matches it, at most `LINE_DAYS`. Whatever else may be
    meant by it is silent for `LOOK_DAYS` working days, in which a person looks.

    :param claims: all that is open of a customer
    :param found: the lines that may be the customer's
    :param named: {claim id: the lines that name its number}
    :param favour: unapplied credits per currency: who deducts them pays the rest
    :param calendar: whose working days count
    """
    until: dict[int, date] = {}

    def quiet(ids: Iterable[int], day: date) -> None:
        for key in ids:
            until[key] = max(day, until.get(key, day))

    sure, others = found.sure.union(*named.values()), []
    for line in sorted(sure):
        about = [c for c in claims if line in named.get(c.id, ())] or claims
        paid = _paid(about, line.amounts, favour) or _paid(claims, line.amounts, favour)
        quiet(paid, line.until)
        quiet({c.id for c in about} - paid, _look_until(line, calendar))
        if not paid:
            others.append(line)
    for line in sorted(found.perhaps - sure):
        quiet(_paid(claims, line.amounts, favour), line.until)
    if len(others) > 1:  # paid in several goes
        quiet(_paid(claims, _together(others), favour), max(line.until for line in others))
    return until


def _together(lines: Iterable[BankLine]) -> list[tuple[str, Decimal]]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        for currency, amount in dict(line.amounts).items():
            sums[currency] += amount
    return [*sums.items()]


def _look_until(line: BankLine, calendar: ContactCalendar) -> date:
    """The last day on which a line that fits nothing silences."""
    day, count = line.since, 0
    while day < line.until:
        count += calendar.is_open_day(day + timedelta(days=1))
        if count > LOOK_DAYS:
            break
        day += timedelta(days=1)
    return day


def _paid(
    claims: Iterable[_Open],
    amounts: Iterable[tuple[str, Decimal]],
    favour: Mapping[str, Decimal],
) -> set[int]:
    """The claims that an amount pays exactly: one, or some together; with credits deducted or without."""
    paid: set[int] = set()
    for currency, amount in amounts:
        own = [c for c in claims if c.currency == currency and c.residual > 0]
        for target in {amount, amount + favour.get(currency, Decimal(0))}:
            if own and target > 0:
                exact = {c.id for c in own if c.residual == target}
                paid |= exact or _in_a_sum(own, target)
    return paid


def _in_a_sum(claims: Sequence[_Open], target: Decimal) -> set[int]:
    """The claims that stand in some sum that makes the target."""
    amounts = [c.residual for c in claims]
    total = sum(amounts)
    if target >= total:
        return {c.id for c in claims} if target == total else set()
    before, after = _sums(amounts, target), _sums(amounts[::-1], target)[::-1]
    return {
        claim.id
        for place, claim in enumerate(claims)
        if any(target - claim.residual - s in after[place + 1] for s in before[place])
    }


def _sums(amounts: Sequence[Decimal], most: Decimal) -> list[set[Decimal]]:
    """The sums of some of the first n amounts, for each n from 0 on; of very many only the first ones."""
    reached = [{Decimal(0)}]
    for amount in amounts:
        last = reached[-1]
        more = {s + amount for s in last if s + amount <= most} if len(last) < _MOST_SUMS else set()
        reached.append(last | more)
    return reached
