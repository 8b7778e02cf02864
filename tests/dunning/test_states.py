"""Which state may follow which: each pair, of follow-ups and of the rows of their ledger (H3)."""

from itertools import product

import pytest

from dunning.states import FOLLOWUP, ITEM, Forbidden, check, may_follow, origins

# rows: the old state, None for a new record; columns: whether each new one may follow
NEW = ("planned", "to_approve", "queued", "sent", "failed", "uncertain", "cancelled")
MAY = {
    None: (1, 1, 0, 1, 0, 0, 0),
    "planned": (1, 1, 1, 1, 1, 0, 1),
    "to_approve": (1, 0, 0, 0, 0, 0, 1),
    "queued": (1, 1, 1, 1, 1, 1, 1),
    "sent": (0, 0, 0, 1, 1, 0, 0),
    "failed": (1, 0, 0, 1, 0, 0, 1),
    "uncertain": (1, 0, 0, 1, 1, 1, 0),
    "cancelled": (0, 0, 0, 0, 0, 0, 0),
}
NEW_ROW = ("planned", "sent", "skipped", "cancelled")
ROW_MAY = {
    None: (1, 0, 1, 0),
    "planned": (1, 1, 1, 1),
    "sent": (1, 0, 0, 1),
    "skipped": (0, 0, 0, 1),
    "cancelled": (1, 0, 0, 0),
}
CASES = [(FOLLOWUP, old, new, MAY[old][NEW.index(new)]) for old, new in product(MAY, NEW)]
CASES += [
    (ITEM, old, new, ROW_MAY[old][NEW_ROW.index(new)]) for old, new in product(ROW_MAY, NEW_ROW)
]


@pytest.mark.parametrize(("table", "old", "new", "may"), CASES)
def test_each_pair_is_allowed_or_raises(table, old, new, may):
    assert may_follow(old, new, table) == bool(may)
    assert (old in origins(new, table)) == bool(may and old)
    if may:
        check(old, new, table)
    else:
        with pytest.raises(Forbidden, match=new):
            check(old, new, table)


def test_what_is_no_state_is_refused():
    for old, new in (("planned", "gone"), ("gone", "planned"), ("", "planned")):
        with pytest.raises(Forbidden):
            may_follow(old, new)


def test_what_was_taken_back_never_leaves():
    """Whichever way is gone, no state leads out of a cancelled follow-up, and none past an approval."""
    assert not FOLLOWUP["cancelled"]
    assert set(origins("queued")) == {"planned", "queued"}
