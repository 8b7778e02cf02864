"""The ledger: what was said to whom about which instalment, what is planned, and what became of it.

Uses common, company, ruler, instalment, debtor and `dunning/`; it knows no channel, door or screen.
Entry: `collection.ledger` alone writes new follow-ups and rows; `_move_to` (states.py) alone changes states.

- **One row per instalment, step, occurrence and attempt** stands in the ledger, by a unique index over what
  is planned, sent or skipped. Rows are never deleted; their state and reason change.
- **An event takes its own number as occurrence**: thanks that of the payment, so that each is thanked for
  once and a second part payment again.
- **What waits is overtaken** by a later step that is said now, by whatever channel; tasks are a track of
  their own.
"""

from . import collection_gate
from . import collection_followup
from . import collection_followup_item
from . import transitions
from . import collection_failure
from . import collection_ledger
from . import pairs
from . import events
from . import fallbacks
from . import collection_outbox
from . import collection_thanks
