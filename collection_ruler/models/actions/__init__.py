"""What people do: switch a ruler on, drop a card, agree on another date, and see at once what comes of it.

It may use every package before it, and asks `dunning/` before anything is said.
Entry: `collection.ruler._activate()`; `collection.board`, `collection.rescheduling` and
`collection.refresh.now` for the rest.

- **Another due date** (F7): the journal item's date is Odoo's, so the dialog writes it there, and
  instalment and ledger follow. An entry that is reset to draft first is corrected, not renegotiated, and
  begins anew.
- **Dropping a card never writes a stage.** On a reminder's column that step is taken by `decide`, as if its
  day had come; "only note it" consumes it as `said_by_hand`. A task asked for so is ours: no cap stops it,
  a hold does.
- **What a person does is seen at once**, for up to twenty debtors; those that a run holds are left to it.
"""

from . import account_move_line
from . import activation
from . import collection_board
from . import collection_refresh_now
from . import collection_rescheduling
