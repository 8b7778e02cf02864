"""What is tried again once there is another address, and what was said too late (C5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.addresses import Failed, is_another, tried_again
from dunning.purpose import Purpose
from dunning.reason import Reason

OLD, NEW = "old@example.com", "new@example.com"


def failed(key=1, **facts):
    facts = {
        "debtor_id": 1,
        "channel": "email",
        "purpose": Purpose.DUNNING,
        "reason": Reason.BOUNCED,
        "address": OLD,
        "role": "billing",
        "is_open": True,
        "late_notice": False,
        "overtaken": False,
        **facts,
    }
    return Failed(key, **facts)


@pytest.mark.parametrize(
    ("reason", "address", "dead", "expected"),
    [
        (Reason.BOUNCED, NEW, (), True),
        (Reason.BOUNCED, OLD, (), False),
        (Reason.BOUNCED, None, (), False),
        (Reason.BOUNCED, "", (), False),
        (Reason.BOUNCED, NEW, {NEW}, False),
        # there was none: the one that stands there now was never tried
        (Reason.NO_ADDRESS, OLD, (), True),
        (Reason.NO_ADDRESS, None, (), False),
    ],
)
def test_only_an_address_that_was_not_tried_is_another(reason, address, dead, expected):
    assert is_another(failed(reason=reason), (OLD,), address, dead) is expected


@pytest.mark.parametrize(
    "facts",
    [
        {"is_open": False},
        {"late_notice": True},
        {"overtaken": True},
        {"said_otherwise": True},
        {"purpose": Purpose.THANKS},
        {"purpose": Purpose.CONVERSATION},
    ],
)
def test_words_that_are_untrue_or_needless_by_now_are_not_said_again(facts):
    assert tried_again([failed(**facts)]) == []
    assert tried_again([failed()]) == [1]


def test_the_newest_is_tried_and_not_an_older_one_after_it_was_left_out():
    assert tried_again([failed(2, overtaken=True), failed(1)]) == []
    assert tried_again([failed(2), failed(1)]) == [2]
    # what is paid stands in nobody's way
    assert tried_again([failed(2, is_open=False), failed(1)]) == [1]


def test_each_invoice_goes_out_whatever_was_sent_beside_it():
    invoices = [failed(n, purpose=Purpose.DELIVERY, overtaken=True) for n in (3, 2)]
    assert tried_again([*invoices, failed(1)]) == [3, 2, 1]
    assert tried_again([failed(4, purpose=Purpose.DELIVERY, is_open=False)]) == []


@given(
    st.lists(
        st.builds(
            failed,
            st.integers(1, 99),
            debtor_id=st.integers(1, 2),
            channel=st.sampled_from(["email", "sms"]),
            purpose=st.sampled_from(list(Purpose)),
            is_open=st.booleans(),
            late_notice=st.booleans(),
            overtaken=st.booleans(),
        ),
        unique_by=lambda one: one.id,
    )
)
def test_nobody_is_asked_twice_by_one_channel(rows):
    """Whatever failed, one new address brings a customer one request by each channel at most."""
    again = dict.fromkeys(tried_again(rows))
    asked = [
        (one.debtor_id, one.channel)
        for one in rows
        if one.id in again and one.purpose in (Purpose.DUNNING, Purpose.RETURNED)
    ]
    assert len(asked) == len(set(asked))
    assert all(one.is_open for one in rows if one.id in again)
