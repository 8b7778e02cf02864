"""What late payment costs, decided in plain Python: no Odoo, no clock, money as Decimal (D6)."""
