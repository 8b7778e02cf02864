"""How a message reads: the fields that words may use, tables, pay button, bank details, envelope.

It may use the ledger and the facts above it, and decides nothing: what is asked for, and in which tone, was
decided at door 1. Entry methods: the fields of `placeholders.py` for template editors, which say what
``collection.words`` says of what was read once for the batch (``collection.spoken``); for channels
``collection.message`` (`_write_safely`, `_keep`) and ``collection.envelope`` (`_headers`, `_mails`,
`_layout`).

Words of a template are cleaned and taken apart once (`mail_template.py`); the frame and the bank details
are rendered once per company and language, with a place for what differs; tables and buttons of a batch in
one go. Odoo does each for every record, and starting QWeb takes longer than rendering a small part.
"""

from . import collection_bank_details
from . import collection_envelope
from . import collection_message
from . import collection_message_sums
from . import collection_message_tables
from . import collection_other_debts
from . import collection_pay_button
from . import collection_remaining
from . import collection_spoken
from . import collection_words
from . import mail_template
from . import payment_link
from . import placeholders
