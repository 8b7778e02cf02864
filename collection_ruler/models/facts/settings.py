"""What decisions of a company rest on and no customer changes."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ...dunning.bank_lines import LineIndex
from ...dunning.claims import recalls
from ...dunning.contact_limits import narrowed
from ...dunning.ladder import Ladder, Step
from ...dunning.places import Place, contact_calendar
from ..common import clock
from ..company.bank_data import bank_data_until
from .bank_lines import unmatched_money


class Settings(NamedTuple):
    """What decisions of a company rest on and no customer changes, without records."""

    ladders: dict[int, Ladder]  # by ruler id
    calendars: "Calendars"
    today: date  # of the company
    steps: dict[int, Step]
    currencies: dict[int, str]  # names by id
    rates: dict[
        str, Decimal
    ]  # what one of a currency is worth in the company's, where minimums ask
    is_paused: bool  # nothing leaves today, whatever the ruler (A13)
    test_email: str | None  # where all messages go instead of to customers (A13)
    bank_day: date | None  # up to which bank data is there (D3)
    bank_days: int  # working days after which that is too old
    settlement_days: int  # bank days that money takes to arrive, where its means do not say (D3)
    bank_lines: LineIndex  # money on the bank that nobody matched (D3)
    recalls: bool  # some words speak about what was said and heard before (C8)


class Calendars(dict):
    """Contact calendars by (ruler id, calendar key), made when one is asked for.

    :param hours: by ruler id, and of the company by None, what `res.company._collection_hours` says
    :param limits: of dunning Limit
    :param channels: those that steps use
    """

    def __init__(self, hours, limits, channels):
        super().__init__()
        self._hours, self._limits, self._channels = hours, limits, channels
        self._narrowed = {}

    def narrowed(self, ruler_id, key, is_company):
        """By channel the calendars that limits narrow; None where they leave no hour (B1)."""
        if not self._limits:
            return {}
        asked = ruler_id, key, is_company
        if asked not in self._narrowed:
            calendar = self[ruler_id, key]
            self._narrowed[asked] = narrowed(calendar, self._limits, self._channels, is_company)
        return self._narrowed[asked]

    def __missing__(self, ruler_and_key):
        ruler_id, key = ruler_and_key
        ours, windows, closed = self._hours.get(ruler_id) or self._hours[None]
        found = self[ruler_and_key] = contact_calendar(ours, Place.of_key(key), windows, closed)
        return found


def read_settings(env, company):
    """Read them; `collection.snapshot._settings` does so once per batch.

    :param company: a root ``res.company``
    :return: Settings
    """
    rulers = _rulers(env, company)
    # once for all rulers
    steps = env["collection.ruler.step"].search_fetch([("ruler_id", "in", rulers.ids)])
    steps.fetch(["skip_profiles"])
    steps_of = steps.grouped("ruler_id")
    currencies = env["res.currency"].with_context(active_test=False).search_fetch([])
    plain = {step.id: step._to_step() for step in steps}
    today = company._collection_calendar().local_day(clock.now(env))
    bank_day, _journal = bank_data_until(company)
    return Settings(
        ladders={ruler.id: ruler._to_ladder(steps_of.get(ruler, ())) for ruler in rulers},
        calendars=_calendars(env, company, rulers, steps),
        today=today,
        steps=plain,
        currencies={currency.id: currency.name for currency in currencies},
        rates=_rates(company, rulers, steps, currencies, today),
        is_paused=company._collection_is_paused(),
        test_email=company.collection_test_email or None,
        bank_day=bank_day,
        bank_days=company.collection_bank_stale_days,
        settlement_days=company.collection_settlement_days,
        bank_lines=unmatched_money(env, company.id, today),
        recalls=recalls(plain.values()),
    )


def _rulers(env, company):
    """Those that were ever switched on: what nobody did yet may still make no sense."""
    return (
        env["collection.ruler"]
        .with_context(active_test=False)
        .search_fetch(
            [
                ("company_id", "=", company.id),
                "|",
                ("state", "!=", "draft"),
                ("started_at", "!=", False),
            ]
        )
    )


def _calendars(env, company, rulers, steps):
    hours = {ruler.id: company._collection_hours(ruler.resource_calendar_id) for ruler in rulers}
    hours[None] = company._collection_hours()
    return Calendars(
        hours,
        env["collection.contact.limit"]._of_company(company.id),
        frozenset(steps.mapped("channel")) & frozenset(env["collection.channel"]._hearing()),
    )


def _rates(company, rulers, steps, currencies, today):
    """What one unit of each currency is worth in the company's; nothing where no minimum asks (D4)."""
    if not any(rulers.mapped("owed_min")) and not any(steps.mapped("owed_min")):
        return {}
    rates = currencies._get_rates(company, today)
    ours = Decimal(str(rates[company.currency_id.id]))
    return {currency.name: ours / Decimal(str(rates[currency.id])) for currency in currencies}
