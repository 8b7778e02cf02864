from importlib.util import find_spec

from . import (
    test_activation,
    test_approval,
    test_bad_input,
    test_brakes,
    test_conversation,
    test_cron,
    test_debtor_words,
    test_doors,
    test_drop,
    test_enrol,
    test_flood,
    test_identity,
    test_install,
    test_match,
    test_minimum,
    test_messages,
    test_money,
    test_outgoing,
    test_places,
    test_plan,
    test_preferences,
    test_proposal,
    test_ruler,
    test_ruler_line,
    test_run,
    test_screens,
    test_security,
    test_simulation,
    test_stories,
    test_today,
    test_tours,
    test_views,
)

if find_spec("hypothesis"):  # comes with setup/test, not with Odoo
    from . import test_reference
