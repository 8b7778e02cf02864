"""The demonstration: what the school's customers do, and what the mail server received."""
