"""Ways to reach customers: each answers the same questions, declared in `collection_channel.py`.

It may use everything above it, and writes no state but through the gate of follow-ups.
Entry: ``collection.hand.over._leave``, ``collection.outcome._follow`` and, for one channel,
``collection.channel._named``; how to add a channel is said in the class `collection.channel`.

- **Delivering an invoice is a channel** that steps cannot choose: it goes by Odoo's own sending, after the
  commit. Its mail gets our layout without the access button, which would open the invoice's chatter to
  whoever it is forwarded to, and is tied to its follow-up, so that door 2 guards it.
- **Several channels of one step leave on one day** and count as one contact; a task counts when it was
  done.
"""

from . import collection_channel
from . import all_channels
from . import collection_channel_email
from . import collection_channel_delivery
from . import collection_channel_activity
from . import collection_hand_over
from . import collection_outcome
from . import collection_task
from . import collection_test_mode
from . import account_move_send
