"""Where a customer is, and when that customer and we may speak to each other (B1).

Time zones of states follow the IANA time zone database; places of a few thousand inhabitants that
keep another hour than their state are left to the person who sets the contact's own time zone.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from .calendar import ContactCalendar
from .public_holidays import holiday_support, weekend_of
from .wall_clock import Windows

# By country and time zone the codes of its states; several zones where a state is divided; "*" are all
# others. Countries with one hour, and such where the hours of all parts leave a working day, need no line.
_ZONES_OF_STATES = {
    "AU": {
        "Australia/Sydney": "ACT NSW",
        "Australia/Darwin": "NT",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Hobart": "TAS",
        "Australia/Melbourne": "VIC",
        "Australia/Perth": "WA",
    },
    "BR": {
        "America/Rio_Branco": "AC",
        "America/Manaus": "AM RO RR",
        "America/Cuiaba": "MS MT",
        "America/Sao_Paulo": "*",
    },
    "CA": {
        "America/Vancouver America/Edmonton": "BC",
        "America/Edmonton": "AB NT",
        "America/Regina": "SK",
        "America/Winnipeg": "MB",
        "America/Toronto America/Winnipeg": "ON",
        "America/Toronto": "QC",
        "America/Halifax": "NB NS PE",
        "America/St_Johns": "NL",
        "America/Iqaluit America/Rankin_Inlet America/Cambridge_Bay": "NU",
        "America/Whitehorse": "YT",
    },
    "CL": {"America/Punta_Arenas": "MA", "America/Santiago": "*"},
    "CN": {"Asia/Shanghai": "*"},
    "ES": {"Atlantic/Canary": "GC TF", "Europe/Madrid": "*"},
    "ID": {
        "Asia/Makassar": "BA GO KI KS KU NB NT SA SG SN SR ST",
        "Asia/Jayapura": "MA MU PA PB PD PE PS PT",
        "Asia/Jakarta": "*",
    },
    "MX": {
        "America/Tijuana": "BCN",
        "America/Mazatlan": "BCS NAY SIN",
        "America/Hermosillo": "SON",
        "America/Chihuahua America/Ciudad_Juarez": "CHH",
        "America/Monterrey America/Matamoros": "COA NLE TAM",
        "America/Cancun": "ROO",
        "America/Mexico_City": "*",
    },
    "NZ": {"Pacific/Auckland": "*"},
    "PT": {"Atlantic/Azores": "20", "Europe/Lisbon": "*"},
    "RU": {
        "Europe/Kaliningrad": "KGD",
        "Europe/Samara": "AST SAM SAR UD ULY",
        "Asia/Yekaterinburg": "BA CHE KGN KHM ORE PER SVE TYU YAN",
        "Asia/Omsk": "OMS",
        "Asia/Krasnoyarsk": "AL ALT KEM KK KYA NVS TOM TY",
        "Asia/Irkutsk": "BU IRK",
        "Asia/Yakutsk": "AMU ZAB",
        "Asia/Yakutsk Asia/Vladivostok Asia/Magadan": "SA",
        "Asia/Vladivostok": "KHA PRI YEV",
        "Asia/Magadan": "MAG SAK",
        "Asia/Kamchatka": "CHU KAM",
        "Europe/Moscow": "*",
    },
    "US": {
        "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV AA",
        "America/New_York America/Chicago": "FL IN KY MI TN",
        "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
        "America/Chicago America/Denver": "KS ND NE SD TX",
        "America/Denver": "CO MT NM UT WY",
        "America/Denver America/Phoenix": "AZ",
        "America/Denver America/Los_Angeles": "ID NV OR",
        "America/Los_Angeles": "CA WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
        "America/Puerto_Rico": "PR VI",
        "Pacific/Guam": "GU MP",
        "Pacific/Pago_Pago": "AS",
        "Pacific/Majuro": "MH",
        "Pacific/Palau": "PW",
        "Pacific/Guam Pacific/Guadalcanal": "FM",
        # post of the forces, by where most of them are
        "Europe/Berlin": "AE",
        "Asia/Tokyo": "AP",
    },
}


@dataclass(frozen=True)
class Place:
    """Where somebody is.

    :param zones: IANA names; several where the address leaves open which is theirs, none where nobody
        knows
    :param country: ISO code, or None
    :param state: code of the region, where it has holidays of its own, or None
    """

    zones: tuple[str, ...] = ()
    country: str | None = None
    state: str | None = None

    @property
    def key(self) -> str:
        """The place as a text: customers with the same key share all days and hours (decision 1)."""
        return f"{' '.join(self.zones)}|{self.country or ''}|{self.state or ''}"

    @classmethod
    def of_key(cls, key: str) -> "Place":
        """The place of a `key`.

        :raise ValueError: it is none
        """
        zones, country, state = key.split("|")
        return cls(tuple(zones.split()), country or None, state or None)


def known_as(country: str | None, state: str | None) -> tuple[str | None, str | None]:
    """Country and state as time zones and holidays are listed: Odoo has a country of its own for Northern
    Ireland, by the code of its VAT numbers."""
    return ("GB", "NIR") if country == "XI" else (country or None, state or None)


def is_told_apart(country: str | None, state: str | None) -> bool:
    """Whether customers of a state are told apart from others of their country: the calendars of public
    holidays know it (B1).

    :param country: ISO code, as `known_as` says
    :param state: code of the state, with the country in front or without
    """
    state = (state or "").removeprefix(f"{country}-")
    return bool(country) and bool(state) and holiday_support(country, state)


def locate(
    said: str | None,
    country: str | None,
    state: str | None,
    country_zones: Sequence[str],
    home: str | None,
) -> Place:
    """Where a customer is (B1).

    A time zone that contradicts the address is not believed: Odoo gives each new contact the one of
    whoever typed it in. Where the address leaves several, all of them count.

    :param said: the time zone of the contact, or None
    :param country: ISO code of the address, or None
    :param state: code of its state, as Odoo writes it, or None
    :param country_zones: the time zones of the country
    :param home: the company's country: a customer at home of whom nobody knows more lives by our clock
    """
    state = (state or "").removeprefix(f"{country}-")
    of_state = _known(_zones_of_state(country, state))
    zones = of_state or _known(tuple(country_zones))
    is_vague = not of_state and len(zones) > 1
    if said and (said in zones or not zones):
        zones = _known((said,))
    elif is_vague and country == home:
        zones = ()
    return Place(zones, country or None, state if is_told_apart(country, state) else None)


def contact_calendar(
    ours: Place,
    theirs: Place,
    hours: tuple[Windows, ...],
    closed: frozenset[date] = frozenset(),
) -> ContactCalendar:
    """When a customer may be contacted: our hours by their clock, on days that are open for both (B1).

    What nobody knows of a customer is as it is with us.

    :param ours: where the company is, with its time zone
    :param hours: for each weekday, Monday first, its windows (from, to) in minutes of the local day
    :param closed: the company's own closed days
    :raise CalendarError: the hours make no sense
    """
    home = ours.country, ours.state
    away = (theirs.country, theirs.state) if theirs.country else home
    zones = theirs.zones or ours.zones
    return ContactCalendar(
        zones[0],
        hours,
        *away,
        closed,
        weekend=weekend_of(*home) | weekend_of(*away),
        also_in=zones[1:],
        ours=None if away == home else home,
        rest=weekend_of(*away) - weekend_of(*home),
    )


@lru_cache(maxsize=1024)
def _known(zones: tuple[str, ...]) -> tuple[str, ...]:
    """Those that this machine knows: some leave out old names, or are older than a new one."""
    known = []
    for zone in zones:
        with suppress(KeyError, ValueError, OSError):
            known.append(ZoneInfo(zone).key)
    return tuple(known)


def _zones_of_state(country: str | None, state: str) -> tuple[str, ...]:
    others = ""
    for zones, states in _ZONES_OF_STATES.get(country or "", {}).items():
        if state and state in states.split():
            return tuple(zones.split())
        if states == "*":
            others = zones
    return tuple(others.split()) if state else ()
