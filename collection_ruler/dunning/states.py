"""Which state of a follow-up, and of a row of its ledger, may follow which.

Whoever writes a state asks here first. What the tables do not name is a mistake of ours, and is refused: what
left is never planned again by accident, and what was taken back never leaves.
"""

from collections.abc import Mapping


class Forbidden(ValueError):
    """One state may not follow another; the text names both."""


# None is before there is one: what a new follow-up, or a new row, may be
FOLLOWUP: Mapping[str | None, tuple[str, ...]] = {
    # a conversation is noted once it took place
    None: ("planned", "to_approve", "sent"),
    # put off; a person has to approve it; a task, and what has no outbox, is sent at once
    "planned": ("planned", "to_approve", "queued", "sent", "failed", "cancelled"),
    # approved, or taken back: nothing leaves past the person who was asked
    "to_approve": ("planned", "cancelled"),
    # the mail server took it, put it off, refused it or gave no answer; a door, or a person in Odoo's own
    # outbox, took it back; a draft credit note appeared, so that a person looks first
    "queued": ("planned", "to_approve", "queued", "sent", "failed", "uncertain", "cancelled"),
    # told twice that it arrived; it came back, or a person's own message did not arrive after all
    "sent": ("sent", "failed"),
    # tried again, or another message took its place; a person's own message arrived after all
    "failed": ("planned", "sent", "cancelled"),
    # a person has it said again; the mail server's answer came late, or the message came back
    "uncertain": ("planned", "sent", "failed", "uncertain"),
    # what is said after all is a follow-up of its own
    "cancelled": (),
}
ITEM: Mapping[str | None, tuple[str, ...]] = {
    None: ("planned", "skipped"),
    # in a message of its own that waits; the invoice went out another way; taken back
    "planned": ("planned", "sent", "skipped", "cancelled"),
    # handed over, and it did not arrive: still owed to the customer; where customers were merged, one of two
    # rows tells it
    "sent": ("planned", "cancelled"),
    "skipped": ("cancelled",),
    # the payment was undone: the step is said after all, in a follow-up of its own
    "cancelled": ("planned",),
}


def may_follow(
    old: str | None, new: str, table: Mapping[str | None, tuple[str, ...]] = FOLLOWUP
) -> bool:
    """Whether a state may follow another.

    :param old: None for a new record
    :param table: `FOLLOWUP`, or `ITEM` for a row of the ledger
    :raise Forbidden: unknown state
    """
    for state in (old, new or ""):
        if state not in table:
            raise Forbidden(f"There is no state {state!r}")
    return new in table[old]


def origins(new: str, table: Mapping[str | None, tuple[str, ...]] = FOLLOWUP) -> tuple[str, ...]:
    """The states that one may follow, for the condition of a statement that writes it.

    :raise Forbidden: unknown state
    """
    return tuple(old for old in table if old and may_follow(old, new, table))


def check(
    old: str | None, new: str, table: Mapping[str | None, tuple[str, ...]] = FOLLOWUP
) -> None:
    """:raise Forbidden: the new state may not follow the old one"""
    if not may_follow(old, new, table):
        raise Forbidden(f"{new!r} may not follow {old!r}")
