"""Why something was said or left unsaid: one list for ledger, forms and portal."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an instalment was, was not, or will not yet be spoken about.

    The values are stored in the ledger: never rename one, only add.
    """

    # said
    DUE = "due"  # its step has come

    # consumed without a word: the watermark moves on and nothing follows
    OVERTAKEN = "overtaken"  # a later step had come as well (A9)
    JOINED = "joined"  # the step lay behind when the ruler was switched on (A8)
    ALREADY_SENT = "already_sent"  # the invoice had been delivered before (A3)
    NOT_FOR_THEM = "not_for_them"  # the step is not for customers who pay like this one (F6)
    SAID_BY_HAND = "said_by_hand"  # a person said it another way (F1)

    # waits: the watermark stays, and the latest step follows when the cause is gone
    HELD = "held"  # a hold on the debtor or on this instalment (F5)
    BLOCKED = "blocked"  # excluded from follow-up in accounting (D5)
    IN_FLIGHT = "in_flight"  # a payment is under way (D3)
    IN_BANK = "in_bank"  # money on the bank account may be theirs: match it (D3)
    STALE_BANK = "stale_bank"  # the bank data is old: a payment may have come (D3)
    SETTLING = "settling"  # what was paid in time may not have arrived yet (D3)
    COVERED = "covered"  # unapplied credits cover the debt (D2)
    NOT_SENT = "not_sent"  # the invoice did not reach the customer yet: somebody sends it (A3)
    JUST_DELIVERED = "just_delivered"  # the invoice went out a few days ago (A3)
    TOO_SOON = "too_soon"  # too few days since the last contact (B4)
    CONVERSATION = "talked"  # somebody of us spoke with them these days (B4)
    CAPPED = "capped"  # as many contacts as the period allows (B4)
    ONE_A_DAY = "one_a_day"  # the customer hears from us about something else today (B5)
    TASK_OPEN = (
        "task_open"  # a call or review of ours comes first, and nobody has done it yet (A4, A13)
    )
    THANKED = "thanked"  # they are thanked for a payment that day, and hear of nothing else (A5)
    TOO_LITTLE = "too_little"  # less is owed than the ruler, or the step, asks for (D6)
    OVERDUE_FIRST = "overdue_first"  # the first reminder about something older comes before (B5)
    CLOSED = "closed"  # outside the contact window, or a closed day (B1)
    TO_APPROVE = "to_approve"  # it leaves with somebody's fresh word only (A13)
    LOOK_FIRST = "look_first"  # a draft credit note stands against it: a person looks first (F3)
    UNANSWERED = "unanswered"  # nobody answered what they wrote: a person decides (C6)
    # it would say something that is not so: see `claims`, which names them (C8)
    UNTRUE_COMING = "untrue_coming"
    UNTRUE_DUE_TODAY = "untrue_due_today"
    UNTRUE_OVERDUE = "untrue_overdue"
    UNTRUE_NO_PAYMENT = "untrue_no_payment"
    UNTRUE_SLIPPED = "untrue_slipped"
    UNTRUE_WROTE_BEFORE = "untrue_wrote_before"
    UNTRUE_NOT_HEARD = "untrue_not_heard"
    UNTRUE_COLLEAGUES = "untrue_colleagues"
    UNTRUE_RETURNED = "untrue_returned"
    UNTRUE_RECEIVED = "untrue_received"
    UNTRUE_ATTACHED = "untrue_attached"
    SKIPPED_TODAY = "put_off"  # a person skipped it for a day (A13)
    BAD_ADDRESS = "bad_address"  # the last message to this address did not arrive (C5)
    TURN_OF_YEAR = "turn_of_year"  # no firm word from 20 December to 2 January
    NEVER_OPEN = "never_open"  # no contact window within the search limit (B1)
    PAST_LIMIT = "past_limit"  # in default for longer than the ruler speaks (A4)
    PAUSED = "paused"  # the company pauses all sending until a day (A13)
    RULER_STOPPED = "ruler_stopped"  # the ruler is draft, paused or outside its dates (A4)
    UNPAID_PROMISE = "unpaid_promise"  # a promise to pay that was not kept is dealt with first
    NOT_THEIRS = "not_theirs"  # who was written to says that they are not the customer

    # nobody follows it up (A6)
    NO_RULER = "no_ruler"  # no ruler is switched on
    NOT_YET = "not_yet"  # the next run looks at it
    NO_MATCH = "no_match"  # no ruler takes it
    ENDED = "ended"  # its ruler has ended

    # planned once, then taken back
    PAID = "paid"  # nothing is owed any more
    GONE = "gone"  # the entry was cancelled, reset or rewritten (D5)
    REVERSED = "reversed"  # the payment that we wanted to give thanks for came back (A5)
    REPLACED = "replaced"  # another message took its place
    BY_HAND = "by_hand"  # a person cancelled it
    RESCHEDULED = "rescheduled"  # another due date was agreed (F7)

    # tried and not arrived
    NO_ADDRESS = "no_address"  # the recipient has no address for this channel; its next steps wait
    NO_NUMBER = "no_number"  # the recipient has no telephone number for this channel
    OPTED_OUT = "opted_out"  # they do not want messages by this channel
    UNREADABLE = "unreadable"  # an answer came that could not be understood
    TEMPLATE_ERROR = "template_error"  # the text could not be made (H2)
    REFUSED = "refused"  # the gateway refused it for good
    BOUNCED = "bounced"  # it came back
    UNCERTAIN = "uncertain"  # handed over, and no answer came (H3)
    ERROR = "error"  # something else failed; see the log line it names


# failures that a better address mends
NO_GOOD_ADDRESS = ("bounced", "no_address", "refused")
# why a person is asked before a message leaves, beside the wish of its step (A13)
ASKS_A_PERSON = (
    Reason.LOOK_FIRST,
    Reason.UNANSWERED,
    *(reason for reason in Reason if reason.startswith("untrue_")),
)
# states of what has not left yet and may
STILL_HERE = ("planned", "to_approve")
