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
