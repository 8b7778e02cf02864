from . import test_cron
from . import test_doors
from . import test_money
from . import test_plan
from . import test_ruler
from . import test_stories
from . import test_views
