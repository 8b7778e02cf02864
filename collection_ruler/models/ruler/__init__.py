from . import collection_stage
from . import collection_payer_class
from . import collection_ruler
from . import collection_ruler_step
from . import collection_database
from . import collection_manager_task
from . import matching
from . import step_history
