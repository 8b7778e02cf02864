"""Dialogs: what a person is asked, or shown, before something happens.

They may use all models, write only what the person confirms, and play the rest in a savepoint that is undone.
Each is opened by an action of the record that it is about; Odoo finds them by their model's name.
"""

from . import (
    base_partner_merge,
    collection_drop,
    collection_forecast,
    collection_preview,
    collection_reschedule,
    collection_ruler_activation,
    collection_ruler_activation_sentences,
    collection_ruler_activation_trial,
    collection_ruler_proposal,
    collection_simulation,
    collection_simulation_tables,
)
