"""Ways to reach customers: each answers the same questions, declared in `collection_channel.py`.

It may use everything above it, and writes no state but through the gate of follow-ups.
Entry: ``collection.hand.over._leave``, ``collection.outcome._follow`` and, for one channel,
``collection.channel._named``; how to add a channel is said in the class `collection.channel`.
"""

from . import collection_channel
from . import collection_channel_email
from . import collection_channel_delivery
from . import collection_channel_activity
from . import collection_hand_over
from . import collection_outcome
from . import collection_task
from . import collection_test_mode
from . import account_move_send
