from . import (
    test_appendix,
    test_charge_rules,
    test_counting,
    test_issuing,
    test_languages,
    test_rights,
    test_step_that_charges,
    test_tour,
)
