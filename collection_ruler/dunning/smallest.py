"""What is too little to ask anybody for: no message costs less than that (D6)."""

from decimal import Decimal

# about 5 EUR, in round sums of the currency
SMALLEST = {
    **dict.fromkeys(("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"), 5),
    "BRL": 10,
    "MXN": 50,
    "ZAR": 50,
    "INR": 400,
    "JPY": 500,
    "CNY": 30,
    "PLN": 20,
    "CZK": 100,
    "SEK": 50,
    "NOK": 50,
    "DKK": 30,
    "HUF": 2000,
    "RON": 20,
    "TRY": 100,
    "CLP": 5000,
    "COP": 20000,
    "ARS": 5000,
    "PEN": 20,
    "UYU": 200,
    "IDR": 50000,
    "VND": 100000,
    "KRW": 5000,
}
# a currency that is not in the table: so many of its smallest coins
COINS = 500


def smallest_amount(currency: str, coin: Decimal) -> Decimal:
    """The least that a ruler asks for, in a currency.

    :param currency: its ISO 4217 code
    :param coin: its smallest unit
    """
    if currency in SMALLEST:
        return Decimal(SMALLEST[currency])
    return coin * COINS
