"""Whom a message goes to: what is an address, and who hears of an invoice (B6, B9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.addresses import Reader, display_name, mailboxes, order, who_hears
from dunning.message_shape import in_one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@x.example; b@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example|b@y.example", ("a@x.example", "b@y.example")),
        ("“a@x.example”", ("a@x.example",)),
        ("a@x.example,b@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example b@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example\r\nb@y.example;", ("a@x.example", "b@y.example")),
        ("a@x.example; A@X.example", ("a@x.example",)),
        ("Ana <a@x.example>; 'Bea' <b@y.example>", ("a@x.example", "b@y.example")),
        ('"Silva, Ana" <ANA@X.Example>', ("ana@x.example",)),
        ('"Bike@Home.example" <a@x.example>', ("a@x.example",)),
        ("sol@old.example <a@x.example>", ("a@x.example",)),
        ('"a@x.example"', ("a@x.example",)),
        ("mailto:a@x.example", ("a@x.example",)),
        (" a@x.example. ", ("a@x.example",)),
        ("a.b+c@x-y.example", ("a.b+c@x-y.example",)),
        ("ana@MÜNCHEN.example", ("ana@xn--mnchen-3ya.example",)),
        ("ana@xn--mnchen-3ya.example", ("ana@xn--mnchen-3ya.example",)),
        ("João@x.example", ("João@x.example",)),
        ("sem e-mail", ()),
        ("sem e-mail; a@x.example", ("a@x.example",)),
        ("n/a", ()),
        ("@x.example", ()),
        ("ana@", ()),
        ("ana@x", ()),
        ("ana@@x.example", ()),
        ("ana@x..example", ()),
        ("ana@-x.example", ()),
        ("   ", ()),
        ("\x00", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_the_addresses_in_a_field(text, expected):
    assert mailboxes(text) == expected
    assert mailboxes(", ".join(expected)) == expected, "what was stored is read as it was"


@given(st.text(max_size=60))
def test_no_text_is_too_odd_and_what_is_found_can_stand_in_a_header(text):
    for address in mailboxes(text):
        assert address.count("@") == 1
        assert in_one_line(address) == address
        assert not set(address) & set(' ,;<>"')
        assert mailboxes(address) == (address,)


@given(st.text(max_size=60))
def test_a_name_brings_no_address_and_no_header_along(text):
    name = display_name(text)
    assert not mailboxes(name)
    assert not [letter for letter in name if ord(letter) < 32 or letter in "\x7f\u2028\u202e"]


def test_a_name_with_an_address_in_it():
    assert display_name("Padaria Sol\r\nEmail: sol@old.example.com") == ""
    assert display_name("Padaria\r\nSol") == "Padaria Sol"
    assert in_one_line("Padaria Sol\r\nBcc: sol@old.example.com") == (
        "Padaria Sol Bcc: sol@old.example.com"
    )


DESK = Reader(1, ("desk@x.example",))
STORE = Reader(2, ("store@x.example",))
INVOICES = Reader(3, ("invoices@x.example",))
COMPANY = Reader(4, ("company@x.example",))
BOSS = Reader(5, ("boss@x.example",))
CONTACTS = {"collection": [DESK], "invoice": [INVOICES], "escalation": [BOSS]}


def heard_by(*dead, role="billing", contacts=CONTACTS, addressee=STORE, customer=COMPANY):
    return who_hears(order(role, contacts, addressee, customer), dead)


def test_an_address_that_fails_gives_way_to_the_next():
    dead = []
    for expected in (DESK, STORE, INVOICES, COMPANY):
        assert heard_by(*dead) == expected
        dead += expected.addresses
    assert heard_by(*dead) == DESK, "nobody is left: a person is asked about the first"
    mute = {**CONTACTS, "collection": [Reader(1)]}
    assert heard_by(*dead, contacts=mute) == STORE, "an address that failed before none at all"


def test_whoever_has_no_address_gives_way_to_the_next():
    silent = {**CONTACTS, "collection": [Reader(1)]}
    assert heard_by(contacts=silent) == STORE
    assert heard_by(contacts={}, addressee=Reader(2), customer=COMPANY) == COMPANY
    assert heard_by(contacts={}, addressee=Reader(2), customer=Reader(4)) == Reader(2)
    assert heard_by(contacts={}, addressee=None, customer=None) is None


def test_an_invoice_that_is_made_out_to_the_company_goes_to_its_contact_for_invoices():
    assert heard_by(contacts={"invoice": [INVOICES]}, addressee=COMPANY) == INVOICES
    assert heard_by(contacts={"invoice": [INVOICES]}, addressee=STORE) == STORE


def test_an_invoice_is_delivered_to_whom_it_is_made_out_to():
    assert heard_by(role="delivery") == STORE
    assert heard_by(role="delivery", addressee=COMPANY) == COMPANY
    assert heard_by(*STORE.addresses, role="delivery") == DESK
    assert heard_by(role="delivery", addressee=None, customer=None) == DESK


def test_one_of_two_addresses_fails():
    both = Reader(1, ("a@x.example", "b@y.example"))
    assert both.living({"a@x.example"}) == ("b@y.example",)
    assert heard_by("a@x.example", contacts={"collection": [both]}) == both
    assert heard_by(*both.addresses, contacts={"collection": [both]}) == STORE


@pytest.mark.parametrize(
    "above", [[], [Reader(5)], [Reader(5, DESK.addresses)], [Reader(5, COMPANY.addresses)]]
)
def test_nobody_is_above_whoever_had_the_messages(above):
    """Else "your colleagues did not answer" goes to those very colleagues."""
    assert heard_by(role="escalation", contacts={**CONTACTS, "escalation": above}) is None


def test_the_contact_for_escalations():
    assert heard_by(role="escalation") == BOSS
    second = {**CONTACTS, "escalation": [Reader(5, DESK.addresses), Reader(6, ("ceo@x.example",))]}
    assert heard_by(role="escalation", contacts=second).id == 6


@given(
    st.lists(st.sampled_from("abcdef"), max_size=4),
    st.lists(st.sampled_from("abcdef"), max_size=4),
    st.sets(st.sampled_from("abcdef")),
    st.sampled_from(["billing", "escalation"]),
)
def test_whoever_works_is_never_passed_over(first, second, dead, role):
    contacts = {
        kind: [Reader(n, (address,)) for n, address in enumerate(own)]
        for kind, own in (("collection", first), ("invoice", second), ("escalation", second))
    }
    candidates = order(role, contacts, None, Reader(9, ("c",)))
    heard = who_hears(candidates, dead)
    working = [r for r in candidates if r.living(dead)]
    assert heard == (working[0] if working else heard)
    assert bool(heard and heard.living(dead)) == bool(working)
