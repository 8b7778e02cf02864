"""A second attempt by another channel, where the first did not arrive (A11).

In the ledger both are rows of the same step of the same instalment: attempt 0 is the step itself, attempt 1
its fallback. Each may be there once, and what failed keeps its row. Only one of the two is ever on its way:
`models/followup/fallbacks.py` asks here when a fallback is planned (`may_fall_back`), at both doors
(`may_leave`), and when somebody tries again (`may_retry`).
"""

STEP, FALLBACK = 0, 1
# states of a follow-up that did not arrive, or of which nobody knows; what came back is failed
NOT_ARRIVED = ("failed", "uncertain")
# states of a follow-up that is with the customer, may be, or is on its way there
HAS_LEFT = ("queued", "sent", "uncertain")


def may_fall_back(attempt: int, state: str) -> bool:
    """Whether another channel may be tried for a follow-up.

    :param attempt: of the follow-up; a fallback has none of its own
    :param state: of the follow-up
    """
    return attempt == STEP and state in NOT_ARRIVED


def may_leave(first: str | None) -> bool:
    """Whether a fallback may still leave.

    :param first: state of the follow-up in whose place it speaks, None where its rows were taken back
    """
    return first in NOT_ARRIVED


def may_retry(second: str | None) -> bool:
    """Whether a follow-up that did not arrive may be tried again by its own channel. A fallback that has not
    left is taken back for it.

    :param second: state of its fallback, None without one
    """
    return second not in HAS_LEFT
