"""Late charges: what was charged to whom, what may be charged today, and who says so.

Uses the base add-on and this add-on's `dunning/charges.py`, which decides; the base knows nothing of it.
Entry methods: `collection.charge._count` (what may be charged) and `collection.charge._issue` (makes drafts).

Decisions (D6):

- **A rule is one form, not a list of items**: a fixed fee, a penalty, interest with its dated rates; each at
  most once, so that "charged once" can be said of an instalment whatever rule it had. It charges nobody by
  itself; a ruler names the one that may be used.
- **Counted in `dunning/charges.py`** from the course of the principal: what is open now and what was paid
  after each day. The interest of a day is on what was open when that day began. A credit note takes away
  what was never owed, so it counts from the beginning; what was paid within the grace days bears nothing.
  Facts are one query for any number of instalments.
- **The ledger** (`collection.charge`) keeps for which days interest was charged; what is free of them can be
  charged, so cancelling an old debit note frees its days and no others. The unique index over instalment,
  kind and first day catches two people at once: what overlaps begins on the same day. Deleting a draft or
  one of its lines takes the rows away; a cancelled or reversed note frees them. Whether a row counts is read
  off the note when it is asked for (`is_live`); a stored field would cost two queries for each line of any
  invoice.
- **A step charges as a task does**: the draft comes with the task, in the transaction that makes it, of what
  is free of holds that day; a person looks at it and posts it. A message could not name its own charges
  otherwise, since drafts count as charged.
- **An invoice that changed after it was charged** (its instalment is gone) is not charged again before that
  charge is cancelled.
- **The debit note is a plain draft invoice**, made as superuser once the person was found to be a collector.
  Odoo's `account_debit_note` copies one invoice, and would be a dependency for a link that our ledger has
  per instalment. Whatever invoice has rows in the ledger as a debit note bears no charges; no column on
  account.move is needed for that.
- **The principal stays the principal**: amount due, payment link and totals know nothing of charges. A
  message names them only where its step says so, in a table of its own.
"""

from . import collection_charge_rule
from . import collection_charge_rate
from . import collection_ruler
from . import collection_ruler_step
from . import collection_charge
from . import counting
from . import collection_instalment
from . import account_move
from . import collection_debtor
from . import collection_followup
from . import placeholders
