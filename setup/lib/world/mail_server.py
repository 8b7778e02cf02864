"""An SMTP server that really receives, and misbehaves on demand."""

import asyncio
import email
import email.message
import email.policy
import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session


class Behaviour(enum.Enum):
    """What the server does with a recipient."""

    ACCEPT = "takes the message and says so"
    REFUSE = "550 at RCPT: no such user"
    DEFER = "451 at RCPT: try later"
    DISCONNECT_BEFORE_DATA = "hangs up at RCPT"
    DISCONNECT_AFTER_DATA = "takes the message and hangs up without an answer"
    REFUSE_AFTER_DATA = "554 after the message"
    SLOW = "takes the message and answers after some seconds"
    HANG = "takes the message and answers only when `release()` is called"


@dataclass(frozen=True)
class Received:
    """A message that the server has received.

    :param received_at: in the simulated clock, UTC
    """

    raw: bytes
    mail_from: str
    recipients: tuple[str, ...]
    received_at: datetime
    behaviour: Behaviour

    @property
    def message(self) -> email.message.EmailMessage:
        """The message parsed, with the line ends that Python's texts have."""
        text = self.raw.replace(b"\r\n", b"\n")
        return email.message_from_bytes(text, policy=email.policy.default)


@dataclass
class MailServer:
    """An SMTP server on 127.0.0.1, on a free port, in a thread of its own.

    :param now: tells the time that messages are stamped with
    :param behave: decides by the recipient's address; None leaves it to `behaviours`
    :param behaviours: what to do by recipient's address; everybody else's mail is accepted
    :param slowness: the seconds that SLOW takes
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    behave: Callable[[str], Behaviour | None] = lambda address: None
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    slowness: float = 3.0
    port: int = 0

    def __post_init__(self):
        self.connections = 0
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._released = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()

    @property
    def received(self) -> list[Received]:
        """The messages so far, in the order of their arrival (a copy)."""
        with self._changed:
            return list(self._received)

    def start(self) -> None:
        """Listen; a port of 0 is replaced by a free one, which is kept for later starts."""
        self._released.clear()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        opening = self._loop.create_server(self._protocol, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Hang up everywhere and listen no more; what was received is kept."""
        if self._loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._loop = None

    def release(self) -> None:
        """Let those answer that HANG holds back, now and in future."""
        self._released.set()

    def wait_for(self, count: int, seconds: float = 30) -> list[Received]:
        """Wait until at least that many messages have been received, and return all of them.

        :raises TimeoutError: when they do not come in time
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, seconds):
                raise TimeoutError(f"{len(self._received)} of {count} messages in {seconds} s")
            return list(self._received)

    def reset(self) -> None:
        """Be as new, at the same port: nothing received, and everybody gets an answer."""
        self.stop()
        self.behave = lambda address: None
        self.behaviours.clear()
        self.clear()
        self.start()

    def clear(self) -> None:
        """Forget what was received."""
        with self._changed:
            self._received.clear()

    def behaviour_for(self, address: str) -> Behaviour:
        return self.behave(address) or self.behaviours.get(address, Behaviour.ACCEPT)

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _protocol(self) -> SMTP:
        self.connections += 1
        return SMTP(self, hostname="mail.test", enable_SMTPUTF8=True, loop=self._loop)

    # ------------------------------------------- called by aiosmtpd, in the server's thread

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        match self.behaviour_for(address):
            case Behaviour.REFUSE:
                return "550 5.1.1 no such user"
            case Behaviour.DEFER:
                return "451 4.3.0 try again later"
            case Behaviour.DISCONNECT_BEFORE_DATA:
                server.transport.abort()
                return "421 gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        wanted = [self.behaviour_for(address) for address in envelope.rcpt_tos]
        behaviour = next((one for one in wanted if one != Behaviour.ACCEPT), Behaviour.ACCEPT)
        if behaviour == Behaviour.REFUSE_AFTER_DATA:
            return "554 5.7.1 refused"
        self._keep(envelope, behaviour)
        if behaviour == Behaviour.DISCONNECT_AFTER_DATA:
            server.transport.abort()
        elif behaviour == Behaviour.SLOW:
            await asyncio.sleep(self.slowness)
        elif behaviour == Behaviour.HANG:
            while not self._released.is_set():
                await asyncio.sleep(0.02)
        return "250 OK"

    def _keep(self, envelope: Envelope, behaviour: Behaviour) -> None:
        message = Received(
            raw=envelope.original_content or envelope.content,
            mail_from=envelope.mail_from,
            recipients=tuple(envelope.rcpt_tos),
            received_at=self.now(),
            behaviour=behaviour,
        )
        with self._changed:
            self._received.append(message)
            self._changed.notify_all()
