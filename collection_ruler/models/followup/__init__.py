"""The ledger: what was said to whom about which instalment, what is planned, and what became of it.

Uses common, company, ruler, instalment, debtor and `dunning/`; it knows no channel, door or screen.
Entry: `collection.ledger` alone writes new follow-ups and rows; `_move_to` (states.py) alone changes states.
"""

from . import collection_gate
from . import collection_followup
from . import collection_followup_item
from . import states
from . import collection_failure
from . import collection_ledger
from . import pairs
from . import events
from . import fallbacks
from . import collection_outbox
from . import collection_thanks
