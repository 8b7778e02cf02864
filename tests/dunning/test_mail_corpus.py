"""Who wrote what comes in, and what it says, over a corpus in the formats of many mail programs (C5, C6).

The figures: ``setup/test tests/dunning/test_mail_corpus.py -s``; for each kind what was taken for what,
and of final bounces with our Message-ID how many are marked (wanted: 97 %).
"""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_corpus import CORPUS, CUSTOMER, OUR_ID

from dunning.answers import is_automatic
from dunning.bounce_verdict import verdict_on
from dunning.incoming import Incoming, Kind, read
from dunning.mail_answers import OURS

READ = {id(mail): read(mail.raw) for mail in CORPUS}


def of_kind(*kinds):
    return [(mail, READ[id(mail)]) for mail in CORPUS if mail.kind in kinds]


def marked(incoming):
    """Whether the gate would find our message, and note that it came back."""
    if incoming.kind != Kind.BOUNCE or OUR_ID not in incoming.message_ids:
        return None
    return verdict_on(incoming, [CUSTOMER])


def test_the_figures():
    taken = Counter((mail.kind, str(READ[id(mail)].kind)) for mail in CORPUS)
    for (right, found), count in sorted(taken.items()):
        print(f"{right:>10} taken for {found:<10} {count:>4}")
    finals = of_kind("bounce")
    count = sum(bool(marked(incoming)) for _mail, incoming in finals)
    print(
        f"of {len(finals)} finals with our Message-ID {count} are marked: {count / len(finals):.1%}"
    )
    assert len(CORPUS) > 400
    assert count >= 0.97 * len(finals)


def wrong(pairs, is_wrong):
    return [f"{mail.name}: {incoming.kind}" for mail, incoming in pairs if is_wrong(incoming)]


def test_no_delay_is_marked():
    assert not wrong(of_kind("delay", "receipt"), lambda one: one.kind == Kind.BOUNCE)


def test_no_machine_is_taken_for_a_person():
    kinds = ("bounce", "delay", "receipt", "machine", "complaint")
    assert not wrong(of_kind(*kinds), lambda one: one.kind == Kind.PERSON)


def test_no_person_is_taken_for_a_machine():
    assert not wrong(of_kind("person"), lambda one: one.kind != Kind.PERSON)
    assert not [mail.name for mail, _read in of_kind("person") if is_automatic(mail.raw)]


def test_absence_notes_and_complaints_mark_nothing():
    assert not wrong(of_kind("machine", "complaint"), lambda one: one.kind == Kind.BOUNCE)
    assert not wrong(of_kind("complaint"), lambda one: one.kind != Kind.COMPLAINT)
    assert not wrong(of_kind("receipt"), lambda one: one.kind != Kind.RECEIPT)


def bounce_in_words(subject, text):
    head = f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: {subject}\n"
    head += "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
    return read(f"{head}{text}\n".encode())


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Unzustellbar", "Empfänger unbekannt. Es wird nicht erneut versucht, sie zuzustellen."),
        ("Mensaje devuelto", "El usuario no existe. No se volverá a intentar la entrega."),
        ("Mensagem devolvida", "Usuário desconhecido. Não haverá nova tentativa."),
        ("Message non remis", "Destinataire inconnu. Aucune nouvelle tentative ne sera effectuée."),
        ("Undelivered mail", "User unknown. No action is required; please remove the address."),
        ("failure notice", "After a temporary failure for 5 days I gave up. (#4.4.7)"),
        ("Returned mail", "It was delayed for 5 days and has now failed permanently."),
        # what follows is a subject of ours
        ("Undeliverable: Vacation Homes Ltd: $ 100.00 is due today", "550 5.1.1 user unknown"),
        ("=?utf-8?q?Mensagem_devolvida=3A_Col=C3=B4nia_de_f=C3=A9rias?=", "550 5.1.1 user unknown"),
    ],
)
def test_who_has_given_up_delays_nothing(subject, text):
    assert bounce_in_words(subject, f"ana@customer.example.com\n{text}").kind == Kind.BOUNCE


@pytest.mark.parametrize(
    "text",
    [
        "Delivery is delayed. It will be retried for 5 days before giving up.",
        "Die Zustellung wird weiter versucht.",
        "Haverá nova tentativa em 4 horas. 451 4.7.1 greylisted",
        "De nouvelles tentatives seront faites. 450 4.2.1",
    ],
)
def test_who_goes_on_trying_has_not_given_up(text):
    assert (
        bounce_in_words("Undelivered mail", f"ana@customer.example.com\n{text}").kind == Kind.DELAY
    )


def test_a_persons_feedback_with_an_attached_mail_is_no_complaint():
    head = "From: ana@customer.example.com\nSubject: Feedback report on your invoice\n"
    head += 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    text = "--b\n\nWe dispute it.\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n--b--\n"
    assert read(f"{head}{text}".encode()).kind == Kind.PERSON


def test_an_address_is_bad_only_where_its_mailbox_is_not_there():
    finals = [(mail, marked(incoming)) for mail, incoming in of_kind("bounce")]
    judged = {mail.name: (mail.bad_address, v.is_bad_address) for mail, v in finals if v}
    assert not [name for name, (right, found) in judged.items() if found and not right]
    missed = [name for name, (right, found) in judged.items() if right and not found]
    assert len(missed) <= 0.05 * len(judged), missed


def test_what_is_about_us_is_told_apart():
    ours = [
        mail.name for mail, one in of_kind("bounce") if (v := marked(one)) and v.meaning in OURS
    ]
    assert any("5.7.26" in name for name in ours)
    assert not [name for name in ours if not name.endswith(("5.7.26", "5.7.1"))]


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [
        ((CUSTOMER,), True),
        (("other@elsewhere.example", CUSTOMER), True),
        (("other@elsewhere.example",), False),
        (("seller@school.example.com",), None),
        ((), True),
    ],
)
def test_whom_a_bounce_names(recipients, expected):
    incoming = Incoming(Kind.BOUNCE, (), ((recipients, "550 5.1.1 user unknown"),))
    incoming = incoming._replace(failures=tuple(map(_failure, incoming.failures)))
    verdict = verdict_on(incoming, [CUSTOMER.upper()], ["seller@school.example.com"])
    assert (verdict and verdict.is_bad_address) is expected


def _failure(pair):
    from dunning.incoming import Failure  # noqa: PLC0415 - only here

    return Failure(*pair)


@given(st.binary(max_size=300), st.sampled_from(CORPUS), st.integers(0, 2000))
def test_no_bytes_stop_the_mail_gate(noise, mail, place):
    incoming = read(mail.raw[:place] + noise + mail.raw[place:])
    assert incoming.kind in Kind
    assert len(incoming.message_ids) <= 100
