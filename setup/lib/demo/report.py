"""Joins what the mail server received with the follow-ups that Odoo says it sent."""

import html.parser
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

from world import OdooServer, Received

FOLLOWUP_OF_MESSAGE = """
    SELECT f.id, f.purpose, f.step_name, f.channel, coalesce(r.lang, p.lang), p.id, p.name,
           CASE WHEN f.purpose = 'thanks' THEN f.amount_paid ELSE f.amount_due END, c.name
      FROM mail_message m
      JOIN collection_followup f ON f.mail_message_id = m.id
      JOIN collection_debtor d ON d.id = f.debtor_id
      JOIN res_partner p ON p.id = d.partner_id
      LEFT JOIN res_partner r ON r.id = f.partner_id
      JOIN res_currency c ON c.id = f.currency_id
     WHERE m.message_id = %s
"""
ASKING = ("dunning", "returned")
# what a message asks for; thanks and deliveries speak about their ledger rows instead
ASKED_BY = """
    SELECT m.name, i.due_date FROM collection_followup_instalment_rel r
      JOIN collection_instalment i ON i.id = r.instalment_id
      JOIN account_move m ON m.id = i.move_id
     WHERE r.followup_id = %(followup)s
     UNION ALL
    SELECT m.name, t.due_date FROM collection_followup_item t
      JOIN account_move m ON m.id = t.move_id
     WHERE t.followup_id = %(followup)s AND NOT EXISTS (
           SELECT FROM collection_followup_instalment_rel WHERE followup_id = %(followup)s)
     ORDER BY 2, 1
"""

# the ledger's rows: which steps of which instalments it was sent for
SENT_FOR = """
    SELECT m.name, t.due_date::text, t.step_name, t.occurrence
      FROM collection_followup_item t JOIN account_move m ON m.id = t.move_id
     WHERE t.followup_id = %s AND t.state IN ('planned', 'sent')
     ORDER BY t.due_date, m.name, t.id
"""
# what the books say at this moment about those instalments: open on each, and the customer's credits
OPEN_NOW = """
    SELECT coalesce(sum(l.amount_residual_currency), 0), coalesce(bool_and(l.amount_residual > 0), false)
      FROM account_move_line l JOIN account_account a ON a.id = l.account_id
      JOIN account_move m ON m.id = l.move_id
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
       AND (m.name, coalesce(l.date_maturity, l.date)) IN %s
"""
CREDITS_NOW = """
    SELECT coalesce(-sum(l.amount_residual_currency), 0)
      FROM account_move_line l JOIN account_account a ON a.id = l.account_id
      JOIN res_partner p ON p.id = l.partner_id
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
       AND l.amount_residual < 0 AND p.commercial_partner_id = %s
"""


@dataclass(frozen=True)
class Line:
    """One message that the mail server received; None where no follow-up belongs to it."""

    received_at: str
    channel: str
    to: str
    subject: str
    language: str | None
    step: str | None
    purpose: str | None
    due_date: str | None
    invoice_numbers: list[str]
    amount: float | None
    currency: str | None
    customer: str | None
    partner: int | None
    attachments: list[str]
    links: list[str]
    text: str
    sent_for: list[list]  # [invoice, due date, step, occurrence] of the ledger
    owed: float | None  # net residual in the books when it arrived; for messages that ask for money
    followup: int | None
    message_id: str
    # the debtor's banner in the evening before; None where something happened to them since
    announced: str | None = None


def line(server: OdooServer, received: Received) -> Line:
    """Describe a received message: address, subject, text, files and links as they arrived."""
    message = received.message
    rows = server.query(FOLLOWUP_OF_MESSAGE, [message["Message-Id"]])
    followup = purpose = step = language = customer = amount = currency = owed = partner = None
    channel = "email"
    asked, sent_for = [], []
    if rows:
        (followup, purpose, step, channel, language, partner, customer, amount, currency) = rows[0]
        asked = server.query(ASKED_BY, {"followup": followup})
        sent_for = [list(row) for row in server.query(SENT_FOR, [followup])]
        if purpose in ASKING and asked:
            owed = _owed(server, partner, asked)
    text, links = _read(message)
    return Line(
        received_at=received.received_at.isoformat(timespec="seconds"),
        channel=channel,
        to=parseaddr(str(message["To"]))[1] or received.recipients[0],
        subject=str(message["Subject"]),
        language=language,
        step=step,
        purpose=purpose,
        due_date=min(due for _name, due in asked).isoformat() if asked else None,
        invoice_numbers=list(dict.fromkeys(name for name, _due in asked)),
        amount=float(amount) if amount is not None else None,
        currency=currency,
        customer=customer,
        partner=partner,
        attachments=[part.get_filename() for part in message.iter_attachments()],
        links=links,
        text=text,
        sent_for=sent_for,
        owed=owed,
        followup=followup,
        message_id=message["Message-Id"],
    )


def _owed(server: OdooServer, partner: int, asked: list[tuple]) -> float:
    """The net residual of what is asked for, straight from the journal items; 0 if a part is paid."""
    total, all_open = server.query(OPEN_NOW, [tuple(asked)])[0]
    credit = server.query(CREDITS_NOW, [partner])[0][0]
    return float(total - credit) if all_open else 0.0


def write(lines: list[Line], file: Path) -> None:
    """Write one JSON object per line."""
    with open(file, "w", encoding="utf-8") as handle:
        for entry in lines:
            values = asdict(entry)
            handle.write(json.dumps(values, ensure_ascii=False) + "\n")


def amount_in_text(entry: Line) -> bool:
    """Whether the message names the amount that Odoo noted for it."""
    if entry.amount is None:
        return False
    return f"{entry.amount:,.2f}" in entry.text


def received_at(entry: Line) -> datetime:
    return datetime.fromisoformat(entry.received_at)


def _read(message) -> tuple[str, list[str]]:
    body = message.get_body(("html", "plain"))
    if body is None:
        return "", []
    content = body.get_content()
    if body.get_content_subtype() != "html":
        return content, re.findall(r"https?://\S+", content)
    reader = _Reader()
    reader.feed(content)
    return re.sub(r"\s+", " ", " ".join(reader.words)), reader.links


class _Reader(html.parser.HTMLParser):
    """Collects the words and the links of an HTML text."""

    def __init__(self):
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        link = dict(attrs).get("href")
        if tag == "a" and link and link.startswith("http"):
            self.links.append(link)

    def handle_data(self, data):
        self.words.append(data.strip())
