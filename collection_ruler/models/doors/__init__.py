"""The two doors that a message passes, who or what wrote what comes in (`collection.bounce` writes what
reports say), and replies to invoices that the ruler delivered. Other replies are `collection.conversation`.

They may use everything before them, and ask `dunning/` anew what was decided before. Entry methods: door 1
is ``collection.door`` (`_lock`, `_check`, `_apply`). Door 2 is ``collection.gateway``: ``mail.mail`` asks it
for Odoo's own queue (`_ask`) and tells it what ``ir.mail_server`` was answered (`_answer`); `_hand_over` does
both for a channel with a queue of its own.

- **What meets a hold here stays planned** and is asked again in the next window. Cancelled, it would be
  lost, since its step is consumed; while it waits it does not count as a contact.
- **Who hears of it is asked at both** (`collection.addressing`): door 1 addresses anew, divides and joins;
  door 2 has it written anew where somebody else hears of it by now. An address is asked for money once a
  day.
- **Approval is a date**: after three days a door asks again, and also when a draft credit note stands
  against something overdue. The whole message waits for a person then, since it names everything that is
  due.
- **Test mode** turns e-mails aside at door 2: one place for our messages and for invoices that Odoo sends
  for us, also for what was queued before it was switched on. What was sent counts as said.
- **Our own troubles hold the channel**, by `collection.trouble`: only one message is tried after each
  pause, and each is asked anew before it leaves. A bounce never holds it: another server said it.
- **A bounce is ours by our Message-ID alone**, wherever it stands in it: an address anybody can write.
- **Door 2 takes three statements**: lock and read what is asked for, read the facts, stamp. Only what is no
  longer right goes the long way, by door 1.
"""

from . import collection_addressing
from . import collection_door
from . import collection_gateway
from . import gateway_answers
from . import incoming_mail
from . import collection_bounce
from . import ir_mail_server
from . import mail_mail
from . import test_mode
