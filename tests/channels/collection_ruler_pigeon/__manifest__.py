{
    "name": "Collection Ruler: pigeons",
    "summary": "An invented channel, for tests alone",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Collection Ruler contributors",
    "license": "AGPL-3",
    "depends": ["collection_ruler"],
    "data": ["ir.model.access.csv"],
}
