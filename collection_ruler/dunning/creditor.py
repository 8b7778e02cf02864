"""What the numbers of a creditor are called under a message (C7)."""

import re

# what a tax id is called at home, where the contact's country does not say so itself
TAX_ID = {"BR": "CNPJ", "FR": "TVA", "ES": "NIF", "PT": "NIF", "MX": "RFC", "US": "EIN"}
# what the country's own register is called; SIRET is SIREN and the number of a place of business
REGISTRY = {"GB": "Company No.", "IE": "CRO", "PT": "NIPC", "CH": "UID", "NL": "KvK"}
SIREN, SIRET = 9, 14


def tax_label(country: str | None, known_as: str | None) -> str:
    """What a tax id is called; empty for the reader's own word.

    :param country: ISO code of the creditor's country
    :param known_as: what the database calls it there; "VAT" is an English word
    """
    if country in TAX_ID:
        return TAX_ID[country]
    return known_as if known_as and known_as != "VAT" else ""


def registry_label(country: str | None, number: str) -> str | None:
    """What a registry number is called; None where it says so itself, empty for the reader's own word.

    :param country: ISO code of the creditor's country
    :param number: as it was typed: "RCS Paris 552 100 554" names its register
    """
    digits = re.sub(r"\D", "", number)
    if re.match(r"[^\W\d_]{2,}", number.strip()):
        return None
    if country == "FR":
        return {SIREN: "SIREN", SIRET: "SIRET"}.get(len(digits), "")
    return REGISTRY.get(country or "", "")


def is_same_number(one: str | None, other: str | None) -> bool:
    """Whether two numbers are one: in many countries a tax id is the registry number."""

    def plain(number: str | None) -> str:
        return re.sub(r"[\W_]", "", number or "").upper()

    return plain(one) == plain(other)
