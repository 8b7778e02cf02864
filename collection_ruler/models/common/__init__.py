"""What every package needs and none owns: the time, SQL that several ask alike, labels of reasons.

It imports `dunning/` and nothing else of ours.
Entry: `clock.now(env)`, the conditions of `instalment_key`, `bulk_sql.write_rows`, `reason_labels`, and
`memo_of(env)`: what a batch reads once, believed only where our own code made it, since a
context can come by RPC.

`collection.checked`: what people write may not lead to what they may not see.

Rows of ours are written by one statement per batch (`bulk_sql`). Activities are created by the ORM. Messages
and mails are inserted in one statement (`create_many`), unless an add-on has a say in how they are made.
Where a statement is slow, look first whether PostgreSQL knows how much is in its tables (`analyze`), and
whether it compiles (`NO_JIT`), or reads whole tables where a batch asks by keys (`BY_KEYS`).
"""

from . import bulk_sql, clock, collection_checked, formatting, instalment_key, memo, reason_labels
