"""Public holidays and weekends of countries and states, as the `holidays` library knows them (A3, B1)."""

from datetime import date
from functools import lru_cache

import holidays


def holiday_support(country: str | None, state: str | None = None) -> bool:
    """Whether the public holidays of this country, and of the state if given, are known (B1).

    If not, nothing fails: an unknown state gets the country's holidays, an unknown country none.
    """
    if not country or country not in _countries():
        return False
    return not state or _subdivision(country, state) is not None


# weekends that the library does not know, by country and code of the state
_FRIDAYS = frozenset({4, 5})
_OTHER_WEEKENDS = {
    ("LY", None): _FRIDAYS,
    ("PS", None): _FRIDAYS,
    ("SO", None): frozenset({3, 4}),
    # Kedah, Kelantan and Terengganu, as either of both writes them
    **{("MY", code): _FRIDAYS for code in ("02", "KDH", "03", "KTN", "11", "TRG")},
}


def weekend_of(country: str | None, state: str | None = None) -> frozenset[int]:
    """The weekdays on which the banks of a country, or of a state of it, are closed, 0 = Monday (A3, B1).

    Saturday and Sunday, unless Friday is a day of rest: a weekend of Sunday alone is one of shops.
    """
    known = bool(country) and country in _countries()
    other = _OTHER_WEEKENDS.get((country, state)) or _OTHER_WEEKENDS.get((country, None))
    if other:
        return other
    days = _weekend(country) if known else frozenset()
    return days if 4 in days else frozenset({5, 6})


@lru_cache(maxsize=512)
def _weekend(country: str) -> frozenset[int]:
    return frozenset(holidays.country_holidays(country).weekend)


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=True))


@lru_cache(maxsize=1024)
def _subdivision(country: str, state: str) -> str | None:
    try:
        return holidays.country_holidays(country, subdiv=state).subdiv
    except NotImplementedError:
        return None


@lru_cache(maxsize=1024)
def public_holidays(country: str | None, state: str | None, year: int) -> dict[date, str]:
    """Names by day, in the country's language; none for an unknown country."""
    if not country or country not in _countries():
        return {}
    # Without a language the library would take the one of the server's environment.
    language = holidays.country_holidays(country).default_language
    subdivision = _subdivision(country, state) if state else None
    return dict(
        holidays.country_holidays(
            country, subdiv=subdivision, years=year, expand=False, observed=True, language=language
        )
    )
