"""Who stands exactly as somebody else does, seen from the rows of the database alone."""

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2b
from operator import itemgetter

from .rows import OpenDebtor, OpenInstalment


def _all_but(row_type, *names):
    """What a row has, some fields left out: whatever is added to rows counts, until somebody thinks of it."""
    return itemgetter(*(n for n, name in enumerate(row_type._fields) if name not in names))


# neither who it is decides about a forecast, nor of how much it is about, as long as it is something
_OF_CLAIM = _all_but(
    OpenInstalment, "id", "move_id", "residual", "number", "reference", "addressee_id"
)
_OF_DEBTOR = _all_but(OpenDebtor, "id", "partner_id", "claims", "credits", "contacts")
_ID, _MOVE, _RULER, _COUNTS_FROM, _DUE, _RESIDUAL, _CURRENCY, _NUMBER, _REFERENCE, _AGREED = map(
    OpenInstalment._fields.index,
    (
        *("id", "move_id", "ruler_id", "counts_from", "due_date"),
        *("residual", "currency_id", "number", "reference", "said_before"),
    ),
)


class Standings:
    """How the debtors of a batch stand.

    :param batch: Batch
    :param held_until: {instalment id: the last day of its hold, None for nobody knows}
    :param forecast: dunning Forecast, which knows what comes within its days
    """

    def __init__(self, batch, held_until, forecast):
        self.batch, self.held_until, self.forecast = batch, held_until, forecast
        ladders = batch.settings.ladders.values()
        # the least that each ruler and its steps ask for, of those that ask for amounts (D6)
        self.least = {
            ladder.id: max(ladder.owed_min, *(step.owed_min for step in ladder.steps))
            for ladder in ladders
            if ladder.asks_for_amounts
        }
        self._days, self._near = {}, {}

    def of(self, debtor, planned):
        """A short name of how a debtor stands: who has the same one will hear from us on the same days.

        None where amounts decide too: credits may cover what is due, money on the bank may be for it, and
        minimums ask for the sum.

        :param debtor: OpenDebtor
        :param planned: tuple of Planned
        """
        claims = debtor.claims or ()
        if debtor.credits or self._may_have_paid(debtor, claims):
            return None
        if debtor.id in self.batch.readers:  # a message for each of them, about what each hears of
            return None
        if self.least and any(map(self._is_small, claims)):
            return None
        place = debtor.calendar_key
        planned_ids = set().union(*(p.claims for p in planned)) if planned else ()
        first_ruler = claims[0][_RULER] if claims else None  # whose hours count
        claims = [r for r in claims if r[_ID] in planned_ids or self._is_near(r, place)]
        standing = (
            _OF_DEBTOR(debtor),
            first_ruler,
            sorted(self._contacts(debtor)),
            sorted(self.batch.unreachable.get(debtor.id, {}).items()),
            [(*_OF_CLAIM(row), float(row[_RESIDUAL]) > 0) for row in claims],
            self._of_ids(claims),
            self._of_planned(claims, planned),
        )
        return blake2b(repr(standing).encode(), digest_size=16).digest()

    def _is_small(self, row):
        """Whether a claim alone is less than its ruler, or a step of it, asks for (D6)."""
        least = self.least.get(row[_RULER])
        if not least:
            return False
        settings = self.batch.settings
        rate = settings.rates.get(settings.currencies[row[_CURRENCY]], 1)
        return Decimal(row[_RESIDUAL]) * rate < least

    def _may_have_paid(self, debtor, claims):
        """Whether money on the bank names them, or one of their invoices (D3)."""
        lines = self.batch.settings.bank_lines
        return debtor.partner_id in self.batch.payers or (
            lines.has_words
            and any(
                lines.of_number(row[_NUMBER]) or lines.of_number(row[_REFERENCE]) for row in claims
            )
        )

    def _is_near(self, row, place):
        """Whether anything comes of a claim within the days of the forecast: what comes only afterwards
        changes nothing.

        :param place: calendar key
        """
        key = place, row[_RULER], row[_COUNTS_FROM], row[_DUE], row[_AGREED]
        if key not in self._near:
            calendar = self.batch.settings.calendars[row[_RULER], place]
            self._near[key] = self.forecast.is_near(
                self.batch.settings.ladders[row[_RULER]].agreed(row[_AGREED]),
                calendar,
                date.fromisoformat(row[_COUNTS_FROM]),
                date.fromisoformat(row[_DUE]),
                self.forecast.last_day(calendar),
            )
        return self._near[key]

    def _contacts(self, debtor):
        """The local day and the kind of each contact."""
        calendar = self.batch.settings.calendars[None, debtor.calendar_key]
        for followup, instant, kind, _decided_at in debtor.contacts or ():
            if followup not in self.batch.leaving:
                key = debtor.calendar_key, instant
                if key not in self._days:
                    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
                    self._days[key] = str(calendar.local_day(at))
                yield self._days[key], kind or ""

    def _of_ids(self, claims):
        """What is known of claims by their ids: which are of one invoice, held until when, said before."""
        done, tasks = self.batch.done, self.batch.tasks
        moves = {}
        for row in claims:
            moves.setdefault(row[_MOVE], len(moves))
        keys = [row[_ID] for row in claims]
        return (
            [moves[row[_MOVE]] for row in claims] if len(moves) < len(claims) else None,
            [
                (n, str(self.held_until[key]))
                for n, key in enumerate(keys)
                if key in self.held_until
            ],
            [(n, sorted(done[key])) for n, key in enumerate(keys) if key in done],
            [(n, str(tasks[key])) for n, key in enumerate(keys) if key in tasks],
        )

    def _of_planned(self, claims, planned):
        if not planned:
            return None
        places = {row[_ID]: place for place, row in enumerate(claims)}
        return [
            # what has no ruler is no claim
            (
                str(p.day),
                p.channel,
                p.kind,
                p.ladder,
                sorted(places.get(c, -1) for c in p.claims),
                p.asks,
                p.is_reminder,
            )
            for p in planned
        ]
