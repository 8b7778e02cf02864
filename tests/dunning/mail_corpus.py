# ruff: noqa: E501 - lines of mails are as long as they are
"""Mails as mail programs write them, made of templates: what comes back to a message, and what people answer.

All of it was written for this project, in the formats of the programs named. Where a program returns our
message or its head, our Message-ID stands in it as that program leaves it.
"""

import base64
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import product
from typing import NamedTuple

OUR_ID = "<482913745120398.1773046800.123456789012345-openerp-7-collection.debtor@erp.school.example.com>"
CUSTOMER = "ana@customer.example.com"
BOUNCE = "bounce@school.example.com"
NOW = format_datetime(datetime(2026, 3, 9, 12, tzinfo=UTC))


class Mail(NamedTuple):
    """A mail of the corpus.

    :param kind: value of ``dunning.incoming.Kind`` that is right
    :param bad_address: of a bounce, whether the mailbox is not there; None where it does not say
    """

    name: str
    kind: str
    raw: bytes
    bad_address: bool | None = None


OURS = f"""Received: from erp.school.example.com by mail.school.example.com; {NOW}
Message-ID: {OUR_ID}
Subject: Example Guitar School: $ 100.00 is due today
From: Example Guitar School <office@school.example.com>
To: "Ana Example" <{CUSTOMER}>
Date: {NOW}

Hello Ana, $ 100.00 of invoice INV/2026/00011 is due today.
"""
OUR_HEAD = OURS.partition("\n\n")[0]

# (status, diagnostic, whether the mailbox is not there)
SAID = [
    ("5.1.1", "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual table", True),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", True),
    ("5.1.2", "550 5.1.2 Host unknown", True),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", True),
    ("5.0.0", "550 No such user here", True),
    ("5.4.4", "Host or domain name not found. Name service error for name=nowhere.example", True),
    ("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota", False),
    ("5.7.1", "550 5.7.1 Message rejected by policy", False),
    ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using list", False),
    (
        "5.7.26",
        "550 5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy",
        False,
    ),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", False),
    ("5.4.7", "delivery time expired", False),
    ("5.0.0", "554 delivery error", False),
    ("4.4.7", "450 4.4.7 message expired", False),
]


def head(sender, subject, to=BOUNCE, path="<>", **more):
    fields = {"Return-Path": path, "From": sender, "To": to, "Subject": subject, "Date": NOW}
    fields |= {"Message-ID": f"<{abs(hash((sender, subject, str(more))))}@mx.example.org>"}
    fields |= {"MIME-Version": "1.0"} | {k.replace("_", "-"): v for k, v in more.items()}
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)


def multipart(top, parts, subtype="report; report-type=delivery-status"):
    body = "".join(f"--B0UNDARY\n{part}\n" for part in parts)
    return f'{top}Content-Type: multipart/{subtype}; boundary="B0UNDARY"\n\n{body}--B0UNDARY--\n'


def status(action, code, said, final=CUSTOMER, original=CUSTOMER):
    named = f"Original-Recipient: rfc822;{original}\n" if original else ""
    return (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {final}\n{named}Action: {action}\nStatus: {code}\n"
        f"Diagnostic-Code: smtp; {said.format(to=final)}\n"
    )


WHOLE = f"Content-Type: message/rfc822\n\n{OURS}"
HEAD_ONLY = f"Content-Type: text/rfc822-headers\n\n{OUR_HEAD}\n"
ENCODED = (
    "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(OURS.encode()).decode()
)
# who writes reports that a machine can read: (name, sender, subject, words, how our message comes back)
REPORTERS = [
    ("postfix", "MAILER-DAEMON@mx.example.org (Mail Delivery System)", "Undelivered Mail Returned to Sender", "This is the mail system at host mx.example.org.", WHOLE),
    ("sendmail", "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>", "Returned mail: see transcript for details", "The original message was received", HEAD_ONLY),
    ("exchange", "postmaster@customer.example.com", "Undeliverable: Example Guitar School: $ 100.00 is due today", "Delivery has failed to these recipients or groups:", WHOLE),
    ("office365", "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@customer.example.com>", "Undeliverable: $ 100.00 is due today", "Your message couldn't be delivered.", HEAD_ONLY),
    ("gmail", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Failure)", "** Address not found **", WHOLE),
    ("ses", "MAILER-DAEMON@eu-west-1.amazonses.example", "Delivery Status Notification (Failure)", "An error occurred while trying to deliver the mail", HEAD_ONLY.replace("Message-ID", "X-Original-Message-ID")),
    ("german", "Mail Delivery System <mailer-daemon@kunden.example>", "Unzustellbar: Rechnung", "Ihre Nachricht konnte nicht zugestellt werden.", WHOLE),
    ("lotus", "Postmaster@customer.example.com", "DELIVERY FAILURE: User not listed in Domino Directory", "Your message was not delivered", HEAD_ONLY),
    ("encoded", "MAILER-DAEMON@mx.example.org", "Undelivered Mail", "Sorry.", ENCODED),
]  # fmt: skip


def _report(reporter, action, code, said, **recipients):
    _name, sender, subject, words, returned = reporter
    top = head(sender, subject, Auto_Submitted="auto-replied")
    text = f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
    return multipart(top, [text, status(action, code, said, **recipients), returned]).encode()


def reports():
    """Failures that a machine can read: each program, each answer."""
    for reporter, (code, said, is_bad) in product(REPORTERS, SAID):
        yield Mail(
            f"{reporter[0]} {code}", "bounce", _report(reporter, "failed", code, said), is_bad
        )
    gone = SAID[0][:2]
    for reporter in REPORTERS:
        # rewritten by their server; forwarded to another mailbox, which says nothing about the first
        inside = {"final": "ana.example@inside.example"}
        yield Mail(
            f"{reporter[0]} rewritten", "bounce", _report(reporter, "failed", *gone, **inside), True
        )
        elsewhere = {"final": "other@elsewhere.example", "original": ""}
        yield Mail(
            f"{reporter[0]} forwarded",
            "bounce",
            _report(reporter, "failed", *gone, **elsewhere),
            False,
        )


# bounces in words: (name, sender, subject, text above the copy, line before the copy, mailbox not there)
WORDS = [
    ("qmail", "MAILER-DAEMON@mx.example.org", "failure notice", "Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<{to}>:\nSorry, no mailbox here by that name. (#5.1.1)\n", "--- Below this line is a copy of the message.\n\nReturn-Path: <bounce@school.example.com>", True),
    ("qmail full", "MAILER-DAEMON@mx.example.org", "failure notice", "Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<{to}>:\nThe users mailfolder is over the allowed quota (size). (#5.2.2)\n", "--- Below this line is a copy of the message.\n", False),
    ("exim", "Mail Delivery System <Mailer-Daemon@mx.example.org>", "Mail delivery failed: returning message to sender", "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients.\nThis is a permanent error. The following address(es) failed:\n\n  {to}\n    SMTP error from remote mail server after RCPT TO:<{to}>:\n    550 5.1.1 unknown user\n", "------ This is a copy of the message, including all the headers. ------\n", True),
    ("exim policy", "Mail Delivery System <Mailer-Daemon@mx.example.org>", "Mail delivery failed: returning message to sender", "This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  {to}\n    550 5.7.1 rejected\n", "------ This is a copy of your message ------\n", False),
    ("yahoo", "MAILER-DAEMON@yahoo.example", "Failure Notice", "Sorry, we were unable to deliver your message to the following address.\n\n<{to}>:\n554: delivery error: dd This user doesn't have a yahoo.example account ({to}) [0]\n", "--- Below this line is a copy of the message.\n", True),
    ("gmail of old", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Failure)", "Delivery to the following recipient failed permanently:\n\n     {to}\n\nTechnical details of permanent failure:\nThe error that the other server returned was: 550 5.1.1 The email account that you tried to reach does not exist.\n", "----- Original message -----\n", True),
    ("groups", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Failure)", "Hello,\n\nWe're writing to let you know that the group you tried to contact (billing) may not exist, or you may not have permission to post messages to the group.\n", "----- Original message -----\n", None),
    ("sendmail of old", "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>", "Returned mail: User unknown", "   ----- The following addresses had permanent fatal errors -----\n<{to}>\n\n   ----- Transcript of session follows -----\n550 <{to}>... User unknown\n", "   ----- Original message follows -----\n", True),
    ("exchange of old", "System Administrator <postmaster@customer.example.com>", "Undeliverable: $ 100.00 is due today", "Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) could not be reached:\n\n      {to} on 09/03/2026 12:00\n            The e-mail account does not exist at the organization this message was sent to. <mx.example.org #5.1.1>\n", "-----Original message headers-----\n", True),
    ("lotus", "MAILER-DAEMON@customer.example.com", "DELIVERY FAILURE: 550 5.1.1 unknown user", "Your document was not delivered to: {to} because: 550 5.1.1 unknown user\n", "----- Returned message -----\n", True),
    ("groupwise", "Mailer-Daemon@customer.example.com", "Message status - undeliverable", "The message that you sent was undeliverable to the following: {to} (user not found)\n", "----- Original headers -----\n", True),
    ("web mailer", "postmaster@web.example", "Undeliverable mail", "Your mail could not be delivered. No reason was given.\n", "----- Original message -----\n", None),
    ("french", "MAILER-DAEMON@mx.example.fr", "Message non remis", "Votre message n'a pas pu être remis à {to}.\nL'adresse du destinataire est inconnue: destinataire inconnu.\n", "------ Copie du message ------\n", True),
    ("portuguese", "Mail Delivery System <MAILER-DAEMON@mx.example.com.br>", "Mensagem devolvida ao remetente", "Sua mensagem não foi entregue para {to}: usuário desconhecido.\n", "------ Mensagem original (original message) ------\n", True),
    ("spanish", "postmaster@mx.example.es", "No se ha podido entregar su mensaje", "No se pudo entregar a {to}: el usuario no existe.\n", "------ Mensaje original ------\n", True),
    ("german", "MAILER-DAEMON@mx.example.de", "Unzustellbare Nachricht", "An {to} konnte nicht zugestellt werden: Empfänger unbekannt.\n", "------ Kopie der Nachricht ------\n", True),
    ("italian", "postmaster@mx.example.it", "Mancata consegna", "Il messaggio per {to} non è stato consegnato: destinatario sconosciuto.\n", "----- Original message -----\n", True),
    ("list server", "bounces@lists.example.org", "Undeliverable: due today", "Your message to the list could not be delivered.\n", "----- Original message -----\n", None),
]  # fmt: skip


def words():
    """Failures told in words, with the whole of our message, its head, or only its id."""
    for name, sender, subject, text, before, is_bad in WORDS:
        above = text.format(to=CUSTOMER)
        for what, copy in (("whole", OURS), ("head", OUR_HEAD), ("id", f"Message-ID: {OUR_ID}")):
            top = head(sender, subject) + "Content-Type: text/plain; charset=utf-8\n\n"
            yield Mail(
                f"{name}, {what}", "bounce", f"{top}{above}\n{before}\n{copy}\n".encode(), is_bad
            )
        quoted = "".join(f"> {line}\n" for line in OURS.splitlines())
        top = head(sender, subject) + "Content-Type: text/plain; charset=utf-8\n\n"
        yield Mail(
            f"{name}, quoted", "bounce", f"{top}{above}\n{before}\n{quoted}".encode(), is_bad
        )


DELAYED = [
    ("Warning: message 1aB2cD-0001 delayed 24 hours", "A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n\nNo action is required on your part. Delivery attempts will continue for some time."),
    ("Delivery Status Notification (Delay)", "THIS IS A WARNING MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     ana@customer.example.com\n\nMessage will be retried for 2 more day(s)"),
    ("Delayed mail (still being retried)", "It has been delayed: 450 4.1.1 user unknown. The message will be retried."),
    ("Zustellung verzögert", "Die Zustellung Ihrer Nachricht verzögert sich. Es wird weiter versucht, sie zuzustellen."),
    ("Remise retardée", "La remise de votre message a été retardée. De nouvelles tentatives auront lieu."),
    ("Entrega atrasada", "A entrega da sua mensagem está atrasada; continuaremos tentando."),
    ("Entrega del mensaje retrasada", "La entrega de su mensaje se ha retrasado. Se seguirá intentando."),
]  # fmt: skip


def delays():
    """Servers that go on trying, and messages that arrived."""
    for reporter in REPORTERS:
        for code in ("4.4.1", "4.2.2", "4.1.1"):
            yield Mail(
                f"{reporter[0]} {code}", "delay", _report(reporter, "delayed", code, "450 Later")
            )
        for action in ("delivered", "relayed", "expanded"):
            yield Mail(
                f"{reporter[0]} {action}", "receipt", _report(reporter, action, "2.1.5", "250 OK")
            )
    for subject, text in DELAYED:
        top = head("Mail Delivery System <MAILER-DAEMON@mx.example.org>", subject)
        top += "Content-Type: text/plain; charset=utf-8\n\n"
        yield Mail(
            subject, "delay", f"{top}{text}\n\n------ Original headers ------\n{OURS}".encode()
        )


def complaints():
    """Spam complaints by ARF, and as some providers send them; receipts of reading."""
    for feedback, kind in (("abuse", "complaint"), ("fraud", "complaint"), ("opt-out", "complaint"), ("auth-failure", "machine"), ("not-spam", "machine")):  # fmt: skip
        for sender, path in (("Feedback Loop <fbl@provider.example>", "<fbl@provider.example>"), ("abuse@provider.example", "<>")):  # fmt: skip
            report = f"Content-Type: message/feedback-report\n\nFeedback-Type: {feedback}\nUser-Agent: FBL/1\nVersion: 1\n"
            text = "Content-Type: text/plain\n\nThis is an email abuse report."
            parts = [text, report, WHOLE]
            raw = multipart(head(sender, "FW: due today", path=path), parts, "report; report-type=feedback-report")  # fmt: skip
            yield Mail(f"arf {feedback} {sender}", kind, raw.encode())
    raw = multipart(head("staff@hotmail.example", "complaint about message from 192.0.2.7", path=None), [WHOLE], "mixed")  # fmt: skip
    yield Mail("in the form of before", "complaint", raw.encode())
    for sender, subject, kind in (
        ("Ana Example <ana@customer.example.com>", "Read: due today", "displayed"),
        ("Ana Example <ana@customer.example.com>", "Lida: due today", "deleted"),
    ):
        receipt = f"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;{CUSTOMER}\nOriginal-Message-ID: {OUR_ID}\nDisposition: manual-action/MDN-sent-manually; {kind}\n"
        text = "Content-Type: text/plain\n\nYour message was read."
        raw = multipart(head(sender, subject, path=None), [text, receipt], "report; report-type=disposition-notification")  # fmt: skip
        yield Mail(f"{subject} {kind}", "receipt", raw.encode())


MACHINES = {
    "exchange": ("Automatic reply: $ 100.00 is due today", {"Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"}),
    "outlook rule": ("Out of Office: due today", {"X_MS_Exchange_Inbox_Rules_Loop": CUSTOMER}),
    "gmail": ("Out of office Re: due today", {"Auto_Submitted": "auto-replied", "Precedence": "bulk"}),
    "apple": ("Re: due today", {"X_Apple_Action": "VACATION"}),
    "vacation(1)": ("away from my mail", {"Auto_Submitted": "auto-replied (vacation)", "Precedence": "junk"}),
    "null path": ("Ich bin im Urlaub", {"path": "<>"}),
    "german, no header": ("Automatische Antwort: fällig", {}),
    "portuguese": ("Resposta automática: vence hoje", {"Auto_Submitted": "auto-replied"}),
    "cpanel": ("Autoresponder", {"X_Autorespond": "due today", "Precedence": "auto_reply"}),
    "ticket": ("[#4711] We received your request", {"Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"}),
    "words of a bounce": ("Out of office: mail delivery failed", {"Auto_Submitted": "auto-replied"}),
    "old list": ("Auto reply", {"X_Precedence": "auto_reply"}),
}  # fmt: skip
ABSENT = (
    "I am out of the office until Monday. If delivery failed before, user unknown, write to my colleague.",
    f"Away.\n\n> Message-ID: {OUR_ID}\n> Hello Ana, $ 100.00 is due today.",
)


def machines():
    """Absence notes and acknowledgements, to where bounces go and to where replies go."""
    for (name, (subject, marks)), text, to in product(MACHINES.items(), ABSENT, (BOUNCE, "catchall@school.example.com")):  # fmt: skip
        more = {"path": f"<{CUSTOMER}>"} | marks | {"In_Reply_To": OUR_ID}
        top = head(f"Ana Example <{CUSTOMER}>", subject, to=to, **more)
        yield Mail(f"{name} to {to}", "machine", f"{top}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode())  # fmt: skip
    for sender in ("noreply@customer.example.com", "no-reply@desk.example"):
        top = head(sender, "Your ticket", path=f"<{sender}>", In_Reply_To=OUR_ID)
        yield Mail(sender, "machine", f"{top}\nThank you for your message.\n".encode())


QUOTES = {
    "outlook": "\n\n-----Original Message-----\nFrom: Example Guitar School <office@school.example.com>\nSent: Monday, March 9, 2026\nTo: Ana\nSubject: due today\n\nHello Ana, $ 100.00 is due today.\n",
    "gmail": "\n\nOn Mon, Mar 9, 2026 at 9:30 AM Example Guitar School <office@school.example.com> wrote:\n\n> Hello Ana, $ 100.00 is due today.\n",
    "apple": "\n\n> On 9 Mar 2026, at 09:30, Example Guitar School <office@school.example.com> wrote:\n> \n> Hello Ana\n",
    "mobile": "\n\nSent from my phone\n",
    "german": "\n\nAm 09.03.2026 um 09:30 schrieb Example Guitar School:\n> Hallo Ana\n",
    "a bounce": "\n\n---------- Forwarded message ---------\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\nSubject: failure notice\n\n<ana@customer.example.com>:\n550 5.1.1 user unknown\n",
}  # fmt: skip
PEOPLE = [
    ("Re: due today", "I will pay on Friday."),
    ("delivery failed?", "Your last mail: delivery failed? My mailbox is full sometimes, user unknown they say."),
    ("AW: fällig", "Ich habe schon gezahlt."),
    ("Re: Automatic reply: due today", "I am back, and I paid."),
    ("Undeliverable: your invoice?", "It says the following address failed: books@customer.example.com. Which is right?"),
    ("Fwd: failure notice", "Look what I got from your server."),
    ("complaint about message from you", "I never ordered this."),
    ("Out of office, but I will pay", "Sent from the beach."),
    ("Réponse: échéance", "Je paierai lundi."),
    ("Returned mail", "I returned your letter by mail."),
]  # fmt: skip


def people():
    """What people answer, with what their programs quote; some forward a bounce, as text or as a file."""
    paths = (f"<{CUSTOMER}>", None)
    for (subject, text), (program, quote), path in product(PEOPLE, QUOTES.items(), paths):
        more = {"In_Reply_To": OUR_ID, "References": OUR_ID}
        if program == "outlook":
            more |= {"Precedence": "bulk", "X_MS_Has_Attach": ""}
        top = head(f"Ana Example <{CUSTOMER}>", subject, "office@school.example.com", path, **more)
        top += "Content-Type: text/plain; charset=utf-8\n\n"
        yield Mail(f"{subject}, {program}", "person", f"{top}{text}{quote}".encode())
    forwarded = _report(REPORTERS[0], "failed", *SAID[0][:2]).decode().replace("B0UNDARY", "INNER")
    file = f"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n{forwarded}"
    parts = ["Content-Type: text/plain\n\nWhat is this?", file]
    loose = [parts[0], status("failed", *SAID[0][:2]), WHOLE]
    for name, inside in (("as a file", parts), ("part by part", loose)):
        top = head(f"Ana Example <{CUSTOMER}>", "Fwd: Undelivered Mail", path=f"<{CUSTOMER}>")
        yield Mail(f"bounce {name}", "person", multipart(top, inside, "mixed").encode())


CORPUS = [
    mail for make in (reports, words, delays, complaints, machines, people) for mail in make()
]
