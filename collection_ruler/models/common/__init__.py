from . import bulk_sql, clock, memo, reason_labels
