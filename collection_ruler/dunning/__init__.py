"""When, how and why a customer is spoken to: plain Python, no Odoo, no clock of its own.

Import from the modules: calendar (may we speak?), ladder (which step has come?), reason (why).
"""
