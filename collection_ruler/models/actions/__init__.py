"""What people do: switch a ruler on, drop a card, agree on another date, and see at once what comes of it.

It may use every room before it, and asks `dunning/` before anything is said.
Entry: `collection.ruler._activate()`; `collection.board`, `collection.rescheduling` and
`collection.refresh.now` for the rest.
"""

from . import account_move_line
from . import activation
from . import collection_board
from . import collection_refresh_now
from . import collection_rescheduling
