"""What a batch remembers between its records."""


class Memo(dict):
    """What is read once for one batch, in the context key ``collection_memo``.

    Compared by identity: Odoo compares contexts often.
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__
