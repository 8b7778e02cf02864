"""What the ruler does, one verb after the other, in the order of `VERBS` (collection_verb.py): enrol what is
open, track what happened, send what is planned, look at how customers pay, plan, and send again.

Uses all packages before it; a verb commits nothing. Entry: `_todo(company)` says what a verb (a model
`collection.<verb>`) has to do, `_run(company, ids)` does a batch of it in the caller's transaction.

- **The neutral word about a payment that came back** goes out on the next morning; one undone before its
  thanks never counted, and the ruler resumes where it stood.
- **Another address** makes track try again by itself: the newest message whose debt is open, unless its
  words are no longer true or a later step waits; older ones are taken back. Writing a contact only queues a
  refresh.
- **The circuit breaker** leaves messages about money out of the work of send. They keep their instants, so
  they leave the same day once a manager allows it.
- **Profiles** are looked at once a day before plan, by track where money moved, and by enrol where a ruler
  or step is for certain classes of payers. History is that of the books, whether a ruler ever saw it; credit
  notes are no payments.
- **Two processes** work from the two ends of a list; what one has locked the other leaves out.
"""

from . import collection_verb
from . import collection_enrol
from . import collection_plan
from . import collection_unsent
from . import due_pairs
from . import collection_send
from . import collection_refresh
from . import collection_track
from . import collection_merge
from . import circuit_breaker
from . import money_task
from . import money_under_way
from . import collection_profile
from . import other_address
from . import payments
from . import thanks
from . import returned_payments
from . import ruler_choice
from . import customer_places
