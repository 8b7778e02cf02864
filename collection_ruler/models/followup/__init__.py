"""The ledger: what was said to whom about which instalment, what is planned, and what became of it.

Imports common, company, ruler, instalment, debtor and `dunning/`, and nothing of channels, doors or screens.
Entry: `collection.ledger` writes new follow-ups and rows; a copy of a follow-up comes from `_copy_anew`
(transitions.py). Only `_move_to`, `_move_rows` and `_move_sql` (collection_gate.py) change states.

- **One row per instalment, step, occurrence and attempt** stands in the ledger, by a unique index over what
  is planned, sent or skipped. Rows are never deleted; their state and reason change.
- **An event takes its own number as occurrence**: thanks that of the payment, so that each is thanked for
  once and a second part payment again.
- **What waits is overtaken** by a later step that is said now, by whatever channel; tasks are a track of
  their own.
- **One message to a person waits for approval**: what comes to wait as well joins it (`collection.approval`).
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
from . import collection_trouble
from . import collection_approval
from . import collection_thanks
