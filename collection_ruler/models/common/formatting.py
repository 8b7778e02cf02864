"""Values as the reader writes them, in the language of the environment."""

from odoo.tools import format_amount, format_date, formatLang

from .memo import memo_of


def amount_text(env, amount, currency, by_code=False):
    """An amount as the reader writes it; the same few come again and again, so a batch remembers them.

    :param currency: ``res.currency``
    :param by_code: name the currency by its ISO code, since several share a symbol (D4)
    """
    memo = memo_of(env)
    key = "amount", env.lang, currency.id, amount, by_code
    if key not in memo and by_code:
        number = formatLang(env, amount, digits=currency.decimal_places)
        memo[key] = f"{number}\N{NO-BREAK SPACE}{currency.name}"
    elif key not in memo:
        memo[key] = format_amount(env, amount, currency)
    return memo[key]


def date_text(env, day, style="long"):
    """A date with its month in words, since 03/06/2026 is two dates; a batch remembers them.

    :param style: "long", or "medium" with the month cut short, for tables
    """
    memo = memo_of(env)
    key = "date", env.lang, day, style
    if key not in memo:
        memo[key] = format_date(env, day, date_format=style)
    return memo[key]


def one_line(partner):
    """An address without the gaps that fields left empty make.

    :param partner: ``res.partner``
    """
    lines = partner._display_address(without_company=True).split("\n")
    return ", ".join(filter(None, (line.strip(" ,") for line in lines)))
