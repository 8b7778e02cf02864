"""What is owed: one row per entry, receivable account, partner and due date, and what payments leave of it.

It may use common/, company/, ruler/ and `dunning/`; it says nothing to anybody.
Entry: the record's `_key()`, by which all ledgers know it, and `collection.settlement` for what came back.
"""

from . import collection_instalment
from . import account_move
from . import collection_settlement
