"""The database as `dunning/` wants it: frozen facts about debtors, for decisions and for the forecast.

It may use common/ to followup/ and `dunning/`, and writes nothing.
Entry: `collection.snapshot._take(company_id, debtor_ids, …)` for decisions,
`collection.forecast.facts._customers(company, forecast)` for the days to come of everybody, and
`_of(company, debtor_ids)` for those of some.

- **Facts are one query**, for a plan of 2,000 debtors and for the one at door 2; rulers, steps and
  calendars are read once per batch (`settings.py`).
- **Money on the bank that nobody matched** silences whose it may be: by partner, name, account or tax id,
  else by the number or reference of an invoice in its text (`dunning/bank_lines.py`). What it pays exactly
  is silent; what does not fit is silent for three working days. An equal amount alone says nothing where
  many pay the same fee.
- **An address that failed** is a fact of the plan, by channel and role, as long as the recipient of that
  role still has it: steps that would go there wait. Only plan asks: it would cost door 2 a
  query for each message.
- **The forecast** takes the facts of decisions, and adds until when a hold, a pause or a ruler lasts.
"""

from . import collection_snapshot
from . import collection_failed_addresses
from . import forecast
