"""The database as `dunning/` wants it: frozen facts about debtors, for decisions and for the forecast.

It may use common/ to followup/ and `dunning/`, and writes nothing.
Entry: `collection.snapshot._take(company_id, debtor_ids, …)` for decisions,
`collection.forecast.facts._customers(company)` for the days to come.
"""

from . import collection_snapshot
from . import collection_failed_addresses
from . import forecast
