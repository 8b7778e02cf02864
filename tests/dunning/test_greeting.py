"""What a customer is called (C1): a given name only where it is plain which one it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.greeting import called, can_sign, person_of

PLAIN = {
    "Ana Souza": "Ana",
    "Silva, Ana": "Ana",
    "Dr. Ana Souza": "Ana",
    "Prof. Dr. Ana Souza": "Ana",
    "Ana Souza, PhD": "Ana",
    "Ana-Maria Silva": "Ana-Maria",
    "Ana Maria da Silva": "Ana",
    "Ana SOUZA": "Ana",
    "Ângela O'Brien": "Ângela",
    "  Ana   Souza ": "Ana",
    "Ana B. Souza": "Ana",
    "Doutora Ana Souza": "Ana",
    "Doctor Ana Souza": "Ana",
    "Ana Santos": "Ana",
    "Ana de San Juan": "Ana",
}
NOT_PLAIN = [
    "Accounts Payable",
    "SILVA",
    "Silva",
    "ANA SOUZA",
    "ana souza",
    "Família Souza",
    "Familia Souza",
    "Famille Dubois",
    "The Souza Family",
    "Store A",
    "Kiosk B",
    "J. Souza",
    "J Souza",
    "Mr. Souza",
    "Sra. Souza",
    "De Souza",
    "van Dyck",
    "Acme, Inc.",
    "Acme Ltda",
    "Padaria Sol",
    "Sol Nascente ME",
    "Comptabilité Dubois",
    "Contas a Pagar",
    "Ana e João Souza",
    "Ana & João Souza",
    "Ana and John",
    "Ana Souza (Store A)",
    "Ana Souza - Finance",
    "ana@souza.example.com",
    "Ana 2",
    "The Smiths",
    "Smith Brothers",
    "Casal Souza",
    "Familie Souza",
    "Espólio de Ana Souza",
    "Herdeiros de Ana Souza",
    "Recursos Humanos",
    "Human Resources",
    "Depósito Central",
    "Filial Norte",
    "Managing Director",
    "Attn Ana Souza",
    "Consumidor Final",
    "São José",
    "Mac Donald",
    "M. Mme Souza",
    "Mr Mrs Souza",
    "Dr.",
    ",",
    "Silva,",
    "Silva, Ana, Maria",
    "",
    None,
    "王小明",
]


@pytest.mark.parametrize(("name", "given_name"), PLAIN.items())
def test_a_given_name_is_used_where_it_is_plain(name, given_name):
    assert called(name, lang="en_US") == given_name


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_plainly_a_given_name_is_not_used(name):
    assert called(name, lang="en_US") == ""


def test_a_company_has_no_given_name():
    assert called("Ana Souza", is_company=True) == ""


def test_of_two_people_none_is_addressed_alone():
    assert called("M. Mme Dupont", lang="fr_FR") == called("Mme M. Dupont", lang="fr_FR") == ""
    assert called("Dr Mme Dupont", lang="fr_FR") == "Madame Dupont"


def test_where_the_family_name_stands_first_nobody_is_called_by_it():
    assert called("Nagy Anna", lang="hu_HU") == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Mme Claire Dubois", "Madame Dubois"),
        ("M. Dubois", "Monsieur Dubois"),
        ("Monsieur Jean de La Tour", "Monsieur de La Tour"),
        ("Claire Dubois", ""),
        ("Dr. Claire Dubois", ""),
        ("Mme", ""),
        ("Mme Comptabilité", ""),
    ],
)
def test_in_french_it_is_madame_or_monsieur_with_the_family_name(name, said):
    assert called(name, lang="fr_FR") == said


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("Maria Silva", True),
        ("M. Silva", True),
        ("MARIA SILVA", True),
        ("Administrator", False),
        ("Admin", False),
        ("Mitchell Admin", False),
        ("OdooBot", False),
        ("Billing Department", False),
        ("maria@school.example.com", False),
        (None, False),
    ],
)
def test_only_a_persons_name_signs(name, signs):
    assert can_sign(name) is signs


@given(st.text(max_size=40), st.booleans(), st.sampled_from(["", "en_US", "fr_FR", "hu_HU"]))
def test_whatever_is_typed_a_greeting_has_no_mark_in_it(name, is_company, lang):
    """What is called out is letters of the name itself, never empty marks as in "Hello Silva,,"."""
    said = called(name, is_company, lang)
    assert not set(said) & set(',;:@/()"\r\n\t')
    assert person_of(name, is_company, lang).given in name
