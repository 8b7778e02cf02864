"""Collections in plain Python: when to speak, which step has come, what to say and why not.

Knows no Odoo. ``now`` is always an argument.
"""
