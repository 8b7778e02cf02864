from . import bulk_sql, clock, instalment_key, memo, reason_labels
