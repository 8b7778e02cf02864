"""Brings everything that Odoo needs into the project's own `.odoo/` folder.

One module per thing: `system` (Debian packages), `python_env`, `odoo_source`, `wkhtmltopdf`,
`browser`, `postgres`, `configuration`, `databases`; `everything` calls them in order. Each asks
first whether its work is done already, so a second run costs next to nothing and an interrupted one
carries on.
"""
