"""The tests within the invented add-on need an Odoo that finds it: `test_scratch_channel.py` runs them."""

import os

collect_ignore = [] if "ODOO_RC" in os.environ else ["collection_ruler_pigeon"]
