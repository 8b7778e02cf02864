"""Many records of ours in one statement, and what PostgreSQL has to know about that."""

from odoo.tools import SQL

# from so many new records on the database counts again
MANY = 1000
# before the first large statement of a transaction: PostgreSQL compiles what it takes for expensive, and
# for statements as wide as ours that takes a second, several times as long as they do
NO_JIT = SQL("SET LOCAL jit = off;")


def analyze(env, *models):
    """Let the database count again what it believes to be few: its own turn comes minutes later, and
    until then it may read a whole table for each of its rows.

    :param models: that just got at least MANY records
    """
    tables = SQL(", ").join(SQL.identifier(env[model]._table) for model in models)
    env.cr.execute(SQL("ANALYZE %s", tables))


def insert_rows(env, model, names, rows):
    """Create many records of a model of ours in one statement; the ORM makes one for each hundred.

    :param names: stored fields of the model; what is left out stays empty
    :param rows: [(value of each field as the database knows it…)]
    :return: the new records, in the order of the rows
    """
    records = env[model]
    if not rows:
        return records
    records.flush_model()
    types = [records._fields[name].column_type[1] for name in names]
    found = env.execute_query(
        SQL(
            "INSERT INTO %(table)s (%(columns)s, create_uid, write_uid, create_date, write_date) "
            "SELECT v.*, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC' "
            "FROM (VALUES %(rows)s) v RETURNING id",
            table=SQL.identifier(records._table),
            columns=SQL(", ").join(SQL.identifier(name) for name in names),
            uid=env.uid,
            rows=_values(types, rows),
        )
    )
    records = records.browse([row[0] for row in found])
    records.modified(names, create=True)
    for field in filter(lambda field: field.compute, map(records._fields.get, names)):
        env.remove_to_compute(field, records)  # it was given
    return records


def _values(types, rows):
    """The rows of a VALUES list.

    :param types: names of the columns' types, as PostgreSQL knows them
    """
    # one piece of SQL per row: one per value costs more than the statement itself
    row_of = "(" + ", ".join(f"%s::{kind}" for kind in types) + ")"
    return SQL(", ").join(SQL(row_of, *row) for row in rows)


def write_rows(env, model, names, rows):
    """Write values of their own on many records, in one statement, where they differ.

    Like ``write``, stored fields that depend on them are computed anew. It asks nobody's rights.

    :param names: stored fields of the model, none of them translated
    :param rows: [(id, value of each field as the database knows it…)]
    """
    if not rows:
        return
    records = env[model]
    records.flush_model(names)
    types = ["int", *(records._fields[name].column_type[1] for name in names)]
    columns = [SQL.identifier(name) for name in names]
    old = SQL(", ").join(SQL("r.%s", column) for column in columns)
    new = SQL(", ").join(SQL("v.%s", column) for column in columns)
    found = env.execute_query(
        SQL(
            "UPDATE %(table)s r SET %(assignments)s FROM (VALUES %(rows)s) v(id, %(columns)s) "
            "WHERE v.id = r.id AND %(old)s IS DISTINCT FROM %(new)s RETURNING r.id",
            table=SQL.identifier(records._table),
            assignments=SQL(", ").join(SQL("%s = v.%s", c, c) for c in columns),
            rows=_values(types, rows),
            columns=SQL(", ").join(columns),
            old=SQL("ROW(%s)", old),
            new=SQL("ROW(%s)", new),
        )
    )
    records.browse([row[0] for row in found]).modified(names)
    fields = [records._fields[name] for name in names]
    for key, *values in rows:  # no need to read them again
        record = records.browse(key)
        for field, value in zip(fields, values, strict=True):
            field._update_cache(record, field.convert_to_cache(value, record, validate=False))
