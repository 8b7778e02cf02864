"""What the numbers of a creditor are called (C7)."""

from dunning.creditor import is_same_number, registry_label, tax_label


def test_a_tax_id_is_called_what_it_is_at_home():
    assert tax_label("BR", None) == "CNPJ"
    assert tax_label("AR", "CUIT") == "CUIT"
    assert tax_label("DE", "VAT") == "", "an English word: the reader's own is said"
    assert tax_label(None, None) == ""


def test_in_france_the_register_is_siren_or_siret_by_its_digits():
    assert registry_label("FR", "552 100 554") == "SIREN"
    assert registry_label("FR", "55210055400013") == "SIRET"
    assert registry_label("FR", "RCS Paris 552 100 554") is None
    assert registry_label("DE", "HRB 1234") is None
    assert registry_label("AT", "1234") == ""


def test_one_number_under_two_names_is_said_once():
    assert is_same_number("12.345.678/0001-95", "12345678000195")
    assert not is_same_number("IE1234567T", "1234567")
