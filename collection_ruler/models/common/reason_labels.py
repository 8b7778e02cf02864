"""Reasons in words for people."""

from ...dunning.reason import Reason


def reason_selection(env):
    """The reasons in plain words, one list for ledger, forms and banners, in the order of `Reason`."""
    return [
        *_said_or_passed_over(env),
        *_waiting(env),
        *_followed_up_by_nobody(env),
        *_taken_back(env),
        *_failed(env),
    ]


def _said_or_passed_over(env):
    """What is consumed: said, or passed over."""
    _ = env._
    return [
        (Reason.DUE, _("its step had come")),
        (Reason.OVERTAKEN, _("a later step had come as well")),
        (Reason.JOINED, _("the step lay behind when the ruler was switched on")),
        (Reason.ALREADY_SENT, _("the invoice had been sent before")),
        (Reason.NOT_FOR_THEM, _("this step is not for customers who pay like this one")),
        (Reason.SAID_BY_HAND, _("a person said it another way")),
    ]


def _waiting(env):
    """What waits, and follows once the cause is gone."""
    _ = env._
    return [
        (Reason.HELD, _("a hold pauses the ruler")),
        (Reason.BLOCKED, _("excluded from follow-up in accounting")),
        (Reason.IN_FLIGHT, _("a payment is under way")),
        (Reason.IN_BANK, _("money on the bank account may be theirs: match it")),
        (Reason.STALE_BANK, _("the bank data is old, a payment may have come: import it")),
        (Reason.SETTLING, _("what they paid in time may not have arrived yet")),
        (Reason.COVERED, _("outstanding credits cover the debt: reconcile them")),
        (
            Reason.NOT_SENT,
            _("the invoice was not sent to the customer yet: send it, or mark it as sent"),
        ),
        (Reason.JUST_DELIVERED, _("the invoice goes out first, or did only days ago")),
        (Reason.TASK_OPEN, _("a call or review of ours comes first: do it, or end it")),
        (Reason.THANKED, _("they paid and are thanked: reminders rest")),
        (Reason.TOO_LITTLE, _("too little is owed to ask for it")),
        (Reason.CONVERSATION, _("we spoke with them these days")),
        (Reason.WROTE, _("we wrote to them these days")),
        (Reason.TOO_SOON, _("the last contact was too recent")),
        (Reason.CAPPED, _("enough contacts in this period")),
        (Reason.ONE_A_DAY, _("the customer hears from us that day already")),
        (Reason.OVERDUE_FIRST, _("the reminder about something older comes first")),
        (Reason.CLOSED, _("outside the contact hours")),
        (Reason.TO_APPROVE, _("it waits for approval")),
        (Reason.LOOK_FIRST, _("a draft credit note stands against it: look at it first")),
        (Reason.UNANSWERED, _("nobody has answered what they wrote: answer them first")),
        *_untrue(env),
        (Reason.SKIPPED_TODAY, _("somebody skipped it for the day")),
        (Reason.BAD_ADDRESS, _("the e-mail address does not work: add another one")),
        (Reason.TURN_OF_YEAR, _("no firm word from 20 December to 2 January")),
        (Reason.NEVER_OPEN, _("the contact hours never open")),
        (Reason.PAST_LIMIT, _("overdue for longer than the ruler speaks")),
        (Reason.PAUSED, _("all sending is paused")),
        (Reason.RULER_STOPPED, _("the ruler is not running")),
        (Reason.UNPAID_PROMISE, _("a promise to pay was not kept: speak with them first")),
        (Reason.NOT_THEIRS, _("who was written to is not the customer")),
    ]


def _untrue(env):
    """The sentence that is not so; approving does not make it true (C8)."""
    _ = env._
    what_to_do = _("write to them yourself, or choose other words in the step")
    sentences = (
        (Reason.UNTRUE_COMING, _("it says that something will be due, and it is due already")),
        (Reason.UNTRUE_DUE_TODAY, _("it says “due today”, and that is another day")),
        (Reason.UNTRUE_OVERDUE, _("it says that something is overdue, and it is not")),
        (Reason.UNTRUE_NO_PAYMENT, _("it says that no payment was seen, and one was")),
        (Reason.UNTRUE_SLIPPED, _("it says “slipped through”, and they paid or answered before")),
        (Reason.UNTRUE_WROTE_BEFORE, _("it says that we wrote about it before, and we did not")),
        (
            Reason.UNTRUE_NOT_HEARD,
            _("it says that we have not heard from them, and they wrote, spoke or paid"),
        ),
        (Reason.UNTRUE_COLLEAGUES, _("it says that colleagues did not answer, and that is not so")),
        (Reason.UNTRUE_RETURNED, _("it says that a payment came back, and none did")),
        (Reason.UNTRUE_RECEIVED, _("it says that a payment was received, and it asks for one")),
        (Reason.UNTRUE_ATTACHED, _("it says that the invoice is attached, and it is not")),
    )
    return [(reason, f"{sentence}: {what_to_do}") for reason, sentence in sentences]


def _followed_up_by_nobody(env):
    """What no ruler looks after."""
    _ = env._
    return [
        (Reason.NO_RULER, _("no ruler is switched on")),
        (Reason.NOT_YET, _("the next run looks at it")),
        (Reason.NO_MATCH, _("no ruler takes it")),
        (Reason.ENDED, _("its ruler has ended")),
    ]


def _taken_back(env):
    """What was planned once."""
    _ = env._
    return [
        (Reason.PAID, _("paid before it left")),
        (Reason.GONE, _("the invoice or the step was removed or changed")),
        (Reason.REVERSED, _("the payment came back")),
        (Reason.REPLACED, _("another message took its place")),
        (Reason.BY_HAND, _("cancelled by hand")),
        (Reason.RESCHEDULED, _("another due date was agreed")),
    ]


def _failed(env):
    """What was tried and did not arrive."""
    _ = env._
    return [
        (Reason.NO_ADDRESS, _("no address to send to")),
        (Reason.NO_NUMBER, _("no telephone number to send to")),
        (Reason.OPTED_OUT, _("they do not want messages by this channel")),
        (Reason.UNREADABLE, _("the answer could not be understood")),
        (Reason.TEMPLATE_ERROR, _("the message could not be written")),
        (Reason.REFUSED, _("the mail server refused it")),
        (Reason.BOUNCED, _("it came back undelivered")),
        (Reason.UNCERTAIN, _("handed over, but no answer came")),
        (Reason.ERROR, _("something failed")),
    ]


def reason_label(env, reason):
    """One reason in plain words; what is no reason of ours is given back as it is."""
    return dict(reason_selection(env)).get(reason, reason or "")
