"""Figures over many customers, read from the database at the moment of asking.

A report may use the models' conditions in SQL and the reasons of `dunning/`; it writes nothing.
Entry: `collection.coverage`, a row for each receivable that is overdue and followed up by nobody.
"""

from . import collection_coverage
