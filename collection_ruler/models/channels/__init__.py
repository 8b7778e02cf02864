"""Ways to reach customers: each answers the same questions, declared in `collection_channel.py`.

It may use everything above it, and writes no state but through the gate of follow-ups. Entry methods:
``collection.channel._named(code)``, and of what that gives `_leave(followups)`, `_follow(followups)` and
`_preview(followup)`. How to add a channel stands in the class `collection.channel`.
"""

from . import collection_channel
from . import collection_channel_email
from . import collection_channel_delivery
from . import collection_channel_activity
from . import collection_outcome
from . import collection_task
from . import collection_test_mode
from . import account_move_send
