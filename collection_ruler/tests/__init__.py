from . import (
    test_bad_input,
    test_cron,
    test_doors,
    test_identity,
    test_install,
    test_messages,
    test_money,
    test_plan,
    test_ruler,
    test_security,
    test_stories,
    test_views,
)
