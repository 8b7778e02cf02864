from . import bulk_sql, clock, formatting, instalment_key, memo, reason_labels
