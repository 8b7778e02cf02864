"""What is owed: one row per entry, receivable account, partner and due date, and what payments leave of it.

It may use common/, company/, ruler/ and `dunning/`; it says nothing to anybody.
Entry: the record's `_key()`, by which all ledgers know it, and `collection.settlement` for what came back.

- **A payment that came back** counts only if it was money and was thanked for, or stood for more than a day
  where nobody wanted thanks: somebody may only be mending an entry. The new occurrence counts from an
  `anchor_date` that puts the last said step on the day of the return. What is overdue by then begins at the
  first overdue step: whether a notice that came too late was passed over before depends on when a run came
  by.
"""

from . import collection_instalment
from . import account_move
from . import collection_settlement
