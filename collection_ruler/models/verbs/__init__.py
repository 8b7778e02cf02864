"""What the ruler does, one verb after the other: enrol what is open, track what happened, plan, send.

Uses all packages before it; a verb commits nothing. Entry: `_todo(company)` says what a verb (a model
`collection.<verb>`) has to do, `_run(company, ids)` does a batch of it in the caller's transaction.
"""

from . import collection_verb
from . import collection_enrol
from . import collection_plan
from . import due_pairs
from . import collection_send
from . import collection_refresh
from . import collection_track
from . import collection_merge
from . import circuit_breaker
from . import collection_profile
from . import other_address
from . import payments
from . import thanks
from . import returned_payments
from . import ruler_choice
from . import customer_places
