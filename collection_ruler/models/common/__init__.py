"""What every room needs and no room owns: the time, SQL that several ask alike, labels of reasons.

It may use `dunning/` and nothing else of ours.
Entry: `clock.now(env)`, the conditions of `instalment_key`, `bulk_sql.write_rows`, `reason_labels`.
"""

from . import bulk_sql, clock, formatting, instalment_key, memo, reason_labels
