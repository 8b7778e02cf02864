from . import test_cron
from . import test_plan
from . import test_ruler
from . import test_stories
