"""The benchmark: many instalments, the scheduled action as in life, raw SQL beside it.

`customers` makes the instalments (with `copying`), `verbs` runs the verbs inside one Odoo process
and measures them (with `meter`), `papers` does it for PDFs, `floors` does the same work in raw SQL,
`marks` tells how good the figures are. `process` is the entry of the processes that run Odoo.
"""
