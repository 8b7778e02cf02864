"""Money on the bank that nobody matched: whose it may be, and how long it silences (D3)."""

import random
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dunning.bank_lines import LINE_DAYS, BankLine, Found, LineIndex, silent_until
from dunning.calendar import ContactCalendar

FRIDAY = date(2026, 3, 6)
CUSTOMER = 7
DUBLIN = ContactCalendar("Europe/Dublin", (((540, 1080),),) * 5 + ((),) * 2, "IE")


class Open(NamedTuple):
    id: int
    residual: Decimal
    currency: str = "USD"


def line(text="", name="", amount="100", key=1, **facts):
    amounts = facts.pop("amounts", (("USD", Decimal(amount)),))
    return BankLine(key, FRIDAY, FRIDAY, amounts, name=name, text=text, **facts)


def of_customer(bank_line, name, *tax_ids):
    return LineIndex([bank_line]).of_customer(CUSTOMER, [name], tax_ids)


def names(text, number):
    return bool(LineIndex([line(text)]).of_number(number))


def silence(claims, *lines, named=(), perhaps=(), credit=0):
    """The last day of silence by claim id; each claim is an amount in dollars, or Open."""
    claims = [c if isinstance(c, Open) else Open(n, Decimal(c)) for n, c in enumerate(claims)]
    found = Found(frozenset(lines), frozenset(perhaps))
    return silent_until(claims, found, dict(named), {"USD": Decimal(credit)}, DUBLIN)


SETTLED = FRIDAY + timedelta(days=LINE_DAYS)
WEDNESDAY = date(2026, 3, 11)  # the third working day


# names


@pytest.mark.parametrize(
    "name, text",
    [
        ("Ana Upper", "ANA UPPER"),
        ("Ana Upper", "Upper, Ana"),
        ("Ana Upper", "ANAUPPER"),
        ("Ana Upper", "UPPERANA"),
        ("Ana Upper", "PIX RECEBIDO ANA MARIA UPPER 06/03"),
        ("Ana Upper", "MRS ANA UPPER"),
        ("Dr. Ana Upper", "ANA UPPER"),
        ("João Conceição", "JOAO CONCEICAO"),
        ("João da Conceição", "CONCEICAO JOAO"),
        ("Mary O'Brien", "OBRIEN MARY"),
        ("Jean-Pierre Müller", "JEANPIERRE MUELLER"),
        ("Müller Möbel GmbH & Co. KG", "MUELLER MOEBEL"),
        ("Mueller Bau", "MÜLLER BAU"),
        ("Łukasz Ørsted", "LUKASZ ORSTED"),
        ("Padaria Sol Ltda.", "PADARIA SOL"),
        ("Padaria Sol", "PADARIA SOL LTDA ME"),
        ("Sol Ltda", "SOL LTDA"),
        ("Ana Das", "DAS ANA"),
        ("Talleres García, S.L.", "TALLERES GARCIA SL"),
        ("Talleres García", "TALLERES GARCIA S L"),
        ("Maison Dupont S.à r.l.", "MAISON DUPONT SARL"),
    ],
)
def test_a_name_is_known_however_the_bank_writes_it(name, text):
    for bank_line in (line(text), line(name=text)):
        assert of_customer(bank_line, name).sure


@pytest.mark.parametrize(
    "text", ["JOAO C CONCEICAO", "JOAO CONCEICAO", "CONCEICAO JOAO", "DOC JOAO CONCEICAO 12/03"]
)
def test_a_name_without_its_middle_counts_where_the_amount_fits(text):
    for bank_line in (line(text), line(name=text)):
        found = of_customer(bank_line, "João Carlos Conceição")
        assert not found.sure
        (perhaps,) = found.perhaps
        assert silence([100], perhaps=[perhaps]) == {0: SETTLED}
        assert silence([80], perhaps=[perhaps]) == {}
    assert of_customer(line("CARLOS CONCEICAO"), "João Carlos Conceição") == Found()


@pytest.mark.parametrize(
    "name, text",
    [
        ("Ana Upper", "ANA SILVA"),
        ("Ana Upper", "ANAS UPPERMAN"),
        ("Ana Upper", "DIANA UPPER"),
        ("Sol Ltda", "PARASOL LTDA"),
        ("Sol Ltda", "LTDA"),
        ("Ltda", "SOL LTDA"),
        ("", "ANA UPPER"),
        (None, ""),
        ("Li", "TRANSFER LI 06"),
    ],
)
def test_another_name_is_nobodys(name, text):
    assert of_customer(line(text), name) == Found()


def test_a_single_word_in_a_text_counts_where_the_amount_fits():
    found = of_customer(line("TRANSFER MARIANA SILVA"), "Mariana")
    assert not found.sure and found.perhaps
    (perhaps,) = found.perhaps
    assert silence([100], perhaps=[perhaps]) == {0: SETTLED}
    assert silence([80], perhaps=[perhaps]) == {}
    assert of_customer(line(name="MARIANA"), "Mariana").sure, "the bank says that it is the payer"


@pytest.mark.parametrize(
    "tax_id, text",
    [
        ("12.345.678/0001-95", "PIX 12345678000195"),
        ("BR12345678000195", "CNPJ 12.345.678/0001-95"),
        ("012.345.678-90", "CPF 1234567890"),
        ("012.345.678-90", "012.345.678-90"),
        ("IE1234567FA", "VAT 1234567FA"),
        ("12ABC34501DE35", "12.ABC.345/01DE-35"),
    ],
)
def test_a_tax_id_is_known_with_and_without_its_punctuation(tax_id, text):
    assert of_customer(line(text), "Somebody Else", tax_id).sure
    assert not of_customer(line(f"9{text.replace(' ', ' 9')}9"), "Somebody Else", tax_id).sure


# numbers


@pytest.mark.parametrize(
    "number, text",
    [
        ("INV/2026/00011", "INV/2026/00011"),
        ("INV/2026/00011", "INV/2026/11"),
        ("INV/2026/00011", "inv 2026 00011 thank you"),
        ("INV/2026/00011", "INV202600011"),
        ("INV/2026/00011", "INV202611"),
        ("INV/2026/00011", "Invoice 2026/00011"),
        ("INV/2026/00011", "INV/2026/00011-2"),
        ("INV/2026/00011", "INV/2026/000 11"),
        ("12345", "REF 0012345."),
        ("12345", "REF12345"),
        ("+++090/9337/55493+++", "+++090/9337/55493+++"),
        ("+++090/9337/55493+++", "090933755493"),
        ("+++090/9337/55493+++", "90933755493"),
        ("090933755493", "090/9337/55493"),
        ("RF18539007547034", "RF18 5390 0754 7034"),
        ("RF18 5390 0754 7034", "/ROC/RF18539007547034//"),
    ],
)
def test_a_number_is_known_however_the_bank_writes_it(number, text):
    assert names(text, number)


@pytest.mark.parametrize(
    "number, text",
    [
        ("12345", "9912345678"),
        ("12345", "99-12345-678"),
        ("12345", "12345,00 EUR"),
        ("12345678", "IE64 1234 5678 90"),
        ("INV/2026/00011", "INV/2026/111"),
        ("INV/2026/00011", "INV/2026"),
        ("INV/2026/00011", "2026-11-03"),
        ("INV/7", "INV/7"),
        ("", "INV/2026/00011"),
        (None, ""),
        ("/", "INV/2026/00011 /"),
    ],
)
def test_another_number_is_none(number, text):
    assert not names(text, number)


# laws

WORD = st.text("abcdefghijklmnopqrstuvwxyzáçéñöüß", min_size=3, max_size=9)
NAME = st.lists(WORD, min_size=2, max_size=4, unique=True)
NOISE = st.text(" -./0123456789", max_size=20)
DIGITS = st.text("0123456789", min_size=5, max_size=12).filter(lambda n: n.strip("0"))


def plain(text):
    return text.translate(str.maketrans("áçéñöü", "acenou")).replace("ß", "ss").upper()


@given(NAME, st.randoms(use_true_random=False), NOISE)
def test_case_accents_and_order_make_no_difference(parts, chance, noise):
    said = [plain(part) for part in parts]
    chance.shuffle(said)
    for text in (" ".join(said), ", ".join(said), f"{noise} {' '.join(said)} {noise}"):
        assert of_customer(line(text), " ".join(parts)).sure
        assert of_customer(line(" ".join(parts)), text.strip(noise) if noise else text).sure


@given(NAME, st.lists(WORD, max_size=6), NOISE)
def test_a_line_without_any_word_of_a_customer_is_none_of_theirs(parts, others, noise):
    joined = plain("".join(others))
    assume(not any(plain(part) in joined for part in parts))
    bank_line = line(f"{noise} {' '.join(others)}", name=" ".join(others[:2]))
    assert of_customer(bank_line, " ".join(parts)) == Found()


@given(DIGITS, st.integers(0, 4), st.sampled_from(("", "REF ", "Rechnung-Nr. ", "NF")))
def test_zeros_before_a_number_make_no_difference(number, zeros, before):
    assume(len(number.lstrip("0")) >= 5)
    assert names(f"{before}{'0' * zeros}{number}", number)
    assert names(f"{before}{number}", "0" * zeros + number)


@given(DIGITS, st.text("0123456789", max_size=6), st.text("0123456789", max_size=6))
def test_a_number_inside_a_longer_one_never_counts(number, before, after):
    longer = before + number + after
    assume(longer.lstrip("0") != number.lstrip("0"))
    assert not names(f"PAYMENT {longer} OF TODAY", number)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12), st.data())
def test_what_some_claims_come_to_is_theirs(cents, data):
    chosen = data.draw(st.sets(st.sampled_from(range(len(cents))), min_size=1))
    claims = [Decimal(c) / 100 for c in cents]
    until = silence(claims, line(amount=sum(claims[place] for place in chosen)))
    settled = [claims[key] for key, day in until.items() if day == SETTLED]
    assert settled, "nothing that it pays was found"
    assert set(until.values()) <= {SETTLED, WEDNESDAY} and len(until) == len(claims)


# how long


def test_what_is_paid_exactly_is_silent_and_the_rest_for_three_working_days():
    assert silence([100], line()) == {0: SETTLED}
    assert silence([60, 40, 30], line()) == {0: SETTLED, 1: SETTLED, 2: WEDNESDAY}
    assert silence([60, 40], line()) == {0: SETTLED, 1: SETTLED}
    assert silence([100, 60, 40], line())[0] == SETTLED
    assert silence([100, 100, 50], line()) == {0: SETTLED, 1: SETTLED, 2: WEDNESDAY}


def test_an_amount_that_fits_nothing_is_looked_at_for_three_working_days():
    for amount in ("7.00", "99.99", "100.01", "1000"):
        assert silence([100], line(amount=amount)) == {0: WEDNESDAY}
    euros = (("EUR", Decimal(100)),)
    assert silence([100], line(amounts=euros)) == {0: WEDNESDAY}
    imported_late = line(amount="7")._replace(since=WEDNESDAY)
    # the 17th is a holiday: nobody is asked on it anyway
    assert silence([100], imported_late) == {0: date(2026, 3, 17)}, "nobody could look before"


def test_of_a_foreign_transfer_both_amounts_may_fit():
    both = (("EUR", Decimal(90)), ("USD", Decimal(100)))
    assert silence([100], line(amounts=both)) == {0: SETTLED}
    assert silence([Open(0, Decimal(90), "EUR")], line(amounts=both)) == {0: SETTLED}


def test_a_number_silences_its_invoice():
    named = {0: [line("INV/2026/00011")]}
    assert silence([100, 50], named=named) == {0: SETTLED}
    assert silence([70, 50], named=named) == {0: WEDNESDAY}, "paid in part: the other goes on"
    assert silence([70, 30], named=named) == {0: SETTLED, 1: SETTLED}


def test_who_deducts_credits_pays_the_rest():
    assert silence([130], line(), credit=30) == {0: SETTLED}
    assert silence([100], line(), credit=30) == {0: SETTLED}
    assert silence([120], line(), credit=30) == {0: WEDNESDAY}


def test_paid_in_several_goes():
    halves = line(amount="50"), line(amount="50", key=2)
    assert silence([100], *halves) == {0: SETTLED}
    assert silence([101], *halves) == {0: WEDNESDAY}


def test_money_that_goes_out_is_nobodys():
    out = line("ANA UPPER", amount="-100", owners=(CUSTOMER,))
    index = LineIndex([out])
    assert index.is_empty and index.of_customer(CUSTOMER, ["Ana Upper"], ()) == Found()


def test_a_line_with_a_partner_is_theirs_alone():
    theirs = line("INV/2026/00011 ANA UPPER", owners=(99,), is_theirs=True)
    index = LineIndex([theirs])
    assert not index.has_words and not index.of_number("INV/2026/00011")
    assert index.of_customer(99, [], ()).sure == {theirs}
    by_account = line("INV/2026/00011", owners=(99,))
    assert LineIndex([by_account]).of_number("INV/2026/00011"), "who pays for somebody else"


def test_a_calendar_that_never_opens_ends_with_the_line():
    days = frozenset(FRIDAY + timedelta(days=n) for n in range(2 * LINE_DAYS))
    never = ContactCalendar("Europe/Dublin", DUBLIN.hours, "IE", closed=days)
    found = Found(frozenset([line(amount="7")]))
    assert silent_until([Open(0, Decimal(100))], found, {}, {}, never) == {0: SETTLED}


def test_hostile_texts_and_many_claims_take_no_time():
    chance = random.Random(1)
    started = time.process_time()
    index = LineIndex(
        [
            line("1/" * 50_000),
            line("a " * 50_000),
            line("\x00'\"<b>" * 9_000),
            line("ana upper" * 999),
        ]
    )
    index.of_customer(CUSTOMER, ["a " * 5_000, "x" * 100_000], ["1" * 100_000])
    silence([Decimal(chance.randrange(10**6)) / 100 for _n in range(100)], line(amount="999999.99"))
    assert time.process_time() - started < 5


def test_cost_grows_with_what_is_open_plus_what_is_unmatched():
    """Each customer is looked up, none compared with all lines."""

    def seconds(count):
        index = LineIndex(
            line(f"PIX PAYER {n} INV/2025/{n:05}", f"Payer Number{n}", key=n) for n in range(count)
        )
        started = time.process_time()
        for n in range(2_000):
            index.of_customer(n, [f"Customer Name {n}"], [f"12.345.{n:03}/0001-95"])
            index.of_number(f"INV/2026/{n:05}")
        return time.process_time() - started

    seconds(10)
    assert seconds(1_000) < 5 * seconds(10)
