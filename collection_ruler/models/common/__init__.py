from . import bulk_sql, clock, formatting, memo, reason_labels
