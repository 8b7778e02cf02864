"""The SMTP server receives really, and misbehaves as it is told."""

import smtplib
import threading
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from world import Behaviour, MailServer

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def server():
    with MailServer(now=lambda: NOW, slowness=0.3) as server:
        yield server


def send(server, *recipients, timeout=5):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@x.test", "a@x.test", "Aviso é"
    message.set_content("Olá")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=timeout) as client:
        return client.send_message(message, "us@x.test", list(recipients))


def test_accepts(server):
    send(server, "a@x.test", "b@x.test")
    (received,) = server.wait_for(1)
    assert received.recipients == ("a@x.test", "b@x.test")
    assert received.mail_from == "us@x.test"
    assert received.received_at == NOW
    assert received.message["Subject"] == "Aviso é"
    assert received.message.get_content() == "Olá\n"


@pytest.mark.parametrize(("behaviour", "code"), [(Behaviour.REFUSE, 550), (Behaviour.DEFER, 451)])
def test_refuses_a_recipient(server, behaviour, code):
    server.behaviours["a@x.test"] = behaviour
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(server, "a@x.test")
    assert refusal.value.recipients["a@x.test"][0] == code
    assert not server.received


def test_refuses_after_data(server):
    server.behaviours["a@x.test"] = Behaviour.REFUSE_AFTER_DATA
    with pytest.raises(smtplib.SMTPDataError):
        send(server, "a@x.test")
    assert not server.received


@pytest.mark.parametrize(
    ("behaviour", "received"),
    [(Behaviour.DISCONNECT_BEFORE_DATA, 0), (Behaviour.DISCONNECT_AFTER_DATA, 1)],
)
def test_hangs_up(server, behaviour, received):
    server.behave = lambda address: behaviour if address.startswith("a@") else None
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(server, "a@x.test")
    assert len(server.received) == received
    send(server, "b@x.test")
    assert len(server.received) == received + 1


def test_is_slow(server):
    server.behaviours["a@x.test"] = Behaviour.SLOW
    started = time.monotonic()
    send(server, "a@x.test")
    assert time.monotonic() - started >= 0.3


def test_hangs_until_released(server):
    server.behaviours["a@x.test"] = Behaviour.HANG
    sender = threading.Thread(target=send, args=(server, "a@x.test"))
    sender.start()
    server.wait_for(1)
    assert sender.is_alive()
    server.release()
    sender.join(5)
    assert not sender.is_alive()


def test_stops_while_it_hangs_and_starts_again_on_its_port(server):
    server.behaviours["a@x.test"] = Behaviour.HANG
    failures = []

    def attempt():
        try:
            send(server, "a@x.test")
        except (smtplib.SMTPException, OSError) as error:
            failures.append(error)

    sender = threading.Thread(target=attempt)
    sender.start()
    server.wait_for(1)
    port = server.port
    server.stop()
    sender.join(10)
    assert failures
    server.start()
    assert server.port == port
    send(server, "b@x.test")
    assert len(server.received) == 2


def test_waits_no_longer_than_told(server):
    with pytest.raises(TimeoutError, match="0 of 1"):
        server.wait_for(1, seconds=0.1)
