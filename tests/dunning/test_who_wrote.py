"""What comes back by mail: whether a person wrote it (C6), and whether it says for good that a message did
not arrive (C5)."""

from email import message_from_string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dunning.answers import is_automatic, is_final

PERSON = {"From": "Ana Example <ana@customer.example.com>", "Subject": "Re: Invoice"}


def mail(**headers):
    """A message with these headers (`_` stands for `-`), over those of a person."""
    named = PERSON | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{head}\r\nI will pay on Friday.\r\n".encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated; owner-email=ana@customer.example.com"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"AUTO_SUBMITTED": "\r\n auto-replied"},
        {"X_Apple_Action": "VACATION"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_MS_Exchange_Inbox_Rules_Loop": "ana@customer.example.com"},
        {"X_Autoresponder": "7.1"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Precedence": "junk"},
        {"Return_Path": "<>"},
        {"Return_Path": ""},
        {"From": "MAILER-DAEMON@mx.example.com"},
        {"From": '"Mail Delivery System" <Postmaster@mx.example.com>'},
        {"From": "post_master@mx.example.com"},
        {"From": "Mail Delivery <>"},
        {"From": "noreply+4711@shop.example.com"},
        {"From": "noreply-tickets@shop.example.com"},
        {"From": "do_not_reply@shop.example.com"},
        {"From": "Loja <nao-responda@shop.example.com>"},
        {"From": "ne-pas-repondre@shop.example.com"},
        {"From": "no-responder@shop.example.com"},
        {"Precedence": "auto-reply"},
        {"Delivered_To": "Autoresponder"},
        {"X_POST_MessageClass": "9; Autoresponder"},
        {"Subject": "Out of Office: Invoice"},
        {"Subject": "Fuera de la oficina: factura"},
        {"Subject": "Absence du bureau : facture"},
        {"Subject": "Resposta automatica: fatura"},
        {"Subject": "=?utf-8?q?Resposta_autom=C3=A1tica=3A_fatura?="},
        {"Subject": "Automatisch antwoord: factuur"},
        {"Subject": "Autosvar: faktura"},
        {"Subject": "=?utf-8?q?Odpowied=C5=BA_automatyczna=3A?= faktura"},
    ],
)
def test_machines_are_taken_for_machines(headers):
    assert is_automatic(mail(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Auto_Submitted": "No (a person pressed send)"},
        {"Auto_Submitted": "no; reason=none"},
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"Return_Path": "<ana@customer.example.com>"},
        {"X_Apple_Action": "REPLY"},
        {"From": "Postmaster Guitars <shop@customer.example.com>"},
        {"From": "mailer-daemon-fan@customer.example.com"},
        {"Subject": "Out of office, but I will pay"},
        # programs write the name as it comes, with commas, an @ and brackets
        {"From": "Silva, Ana <ana@customer.example.com>"},
        {"From": "ana@customer.example.com <ana@customer.example.com>"},
        {"From": "Financeiro @ ACME <ana@customer.example.com>"},
        {"From": "Ana <ana@customer.example.com>, Bob <bob@customer.example.com>"},
        {"From": "ACME S.A. [Contas; a pagar] <ana@customer.example.com>"},
        {"From": "ana@customer.example.com (Ana, Financeiro)"},
        {"From": "Noreply Guitars <ana@customer.example.com>"},
        {"From": "noreplymann@customer.example.com"},
        {"X_Auto_Response_Suppress": "None"},
        {"X_Autoreply": "no"},
        # a rule of ours passed on what she wrote
        {"X_MS_Exchange_Inbox_Rules_Loop": "office@school.example.com"},
    ],
)
def test_people_are_taken_for_people(headers):
    assert not is_automatic(mail(**headers))


def test_what_stands_in_the_text_is_no_header():
    assert not is_automatic(mail() + b"Auto-Submitted: auto-replied\r\nReturn-Path: <>\r\n")


@given(st.binary(max_size=200), st.sampled_from(["From", "Auto-Submitted", "Return-Path", "X"]))
@example(b"\xff\xfe\x00", "From")
@example(b"=?utf-8?q?=FF?= <", "From")
def test_no_bytes_stop_the_mail_gate(value, name):
    """Whatever comes in is one or the other; a letter that cannot be read is no error of ours."""
    assert is_automatic(name.encode() + b": " + value + b"\r\n\r\nText") in (True, False)


REPORT = """Content-Type: multipart/report; report-type=delivery-status; boundary="PART"

--PART
Content-Type: text/plain

It says so in words: failed.

--PART
Content-Type: message/delivery-status

Reporting-MTA: dns; customer.example.com

{recipients}
--PART--
"""


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["failed"], True),
        (["Failed (for good)"], True),
        (["delayed"], False),
        (["delivered"], False),
        (["relayed"], False),
        (["expanded"], False),
        (["delayed", "failed"], True),
        (["delivered", "delayed"], False),
        ([], True),
    ],
)
def test_only_a_failure_is_final(actions, expected):
    recipients = "\n".join(
        f"Final-Recipient: rfc822; {n}@example.com\nAction: {action}\n"
        for n, action in enumerate(actions)
    )
    assert is_final(message_from_string(REPORT.format(recipients=recipients))) is expected


def test_what_is_no_report_counts_as_final():
    assert is_final(message_from_string("Subject: Undelivered\n\nAction: delayed"))
    broken = "Content-Type: message/delivery-status\n\nAction: delayed"
    assert is_final(message_from_string(broken)) is False
