from . import base_partner_merge, collection_ruler_activation
