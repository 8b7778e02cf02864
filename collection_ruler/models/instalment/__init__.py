"""What is owed: one row per entry, receivable account, partner and due date, and what payments leave of it.

It may use common/, company/, ruler/ and `dunning/`; it says nothing to anybody.
Entry: the record's `_key()`, by which all ledgers know it, and `collection.settlement` for what came back.

- **A payment that came back** counts only if it was money and was thanked for, or stood for more than a day
  where nobody wanted thanks: somebody may only be mending an entry. The new occurrence counts from an
  `anchor_date` that puts the last said step on the day of the return. If it is overdue by then, it starts at
  the first overdue step, or at the last said one where that is later. Whether an earlier notice was passed
  over depends on when a run came, so it is not asked.
- **Another due date** has a course of its own (A14): a word two days before it instead of all notices,
  then on as ever, but for overdue words that were said already (`Ladder.agreed`).
"""

from . import collection_instalment
from . import account_move
from . import agreed_date
from . import collection_settlement
