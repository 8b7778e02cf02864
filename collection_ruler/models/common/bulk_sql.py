"""Many records of ours in one statement, and what PostgreSQL has to know about that."""

import json
from datetime import date
from decimal import Decimal

from odoo.tools import SQL

# from so many new records on the database counts again
MANY = 1000
# before the first large statement of a transaction: PostgreSQL compiles what it takes for expensive, and
# for statements as wide as ours that takes a second, several times as long as they do
NO_JIT = SQL("SET LOCAL jit = off;")
# before the first statement of a batch, which asks about some thousand customers by their keys: as it comes,
# PostgreSQL takes that for dear as on disks that turn, and reads all instalments there are instead
BY_KEYS = SQL("SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1;")


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
    types = {name: records._fields[name].column_type[1] for name in names}
    found = env.execute_query(
        SQL(
            "INSERT INTO %(table)s (%(columns)s, create_uid, write_uid, create_date, write_date) "
            "SELECT %(values)s, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC' "
            "FROM %(rows)s RETURNING id",
            table=SQL.identifier(records._table),
            columns=SQL(", ").join(SQL.identifier(name) for name in names),
            values=SQL(", ").join(SQL("v.%s", SQL.identifier(name)) for name in names),
            uid=env.uid,
            rows=rows_as("v", types, rows),
        )
    )
    records = records.browse([row[0] for row in found])
    records.modified(names, create=True)
    for field in filter(lambda field: field.compute, map(records._fields.get, names)):
        env.remove_to_compute(field, records)  # it was given
    return records


def create_many(records, values):
    """Like ``create``, in one statement; the ORM takes ten times as long for mails.

    Values are written as they are: nobody cleans texts, and what Odoo's own ``create`` would add has to be
    among them. Where an add-on has a say in how records of the model are made, the ORM makes them.

    :param records: a model of Odoo
    :param values: [values as for ``create``, the same fields in each; of many2many only commands with ids]
    :return: the new records, in the order of the values
    """
    if not values or _is_made_by_orm(records):
        return records.create(values)
    # what is the same for all, also somebody's own defaults
    default = records._add_missing_default_values(values[0])
    fields = [records._fields[name] for name in default]
    columns = [field for field in fields if field.store and field.column_type]
    rows = [
        [
            column.convert_to_cache(one.get(column.name, default[column.name]), records, False)
            for column in columns
        ]
        for one in values
    ]
    created = insert_rows(records.env, records._name, [column.name for column in columns], rows)
    for field in fields:
        if field.type == "many2many":
            linked = [
                (record.id, key)
                for record, one in zip(created, values, strict=True)
                for key in field.convert_to_cache(one.get(field.name), records, False)
            ]
            _link(field, linked, created)
    return created


def _is_made_by_orm(records):
    """Whether records need more than their columns: an add-on overrides ``create``, checks them, or adds what
    is computed, or stored in a form of its own."""
    makers = [vars(kind)["create"] for kind in type(records).mro() if "create" in vars(kind)]
    own = f"odoo.addons.{records._original_module}."
    modules = {method.__module__ for method in (*makers, *records._constraint_methods)}
    return any(m.startswith("odoo.addons.") and not m.startswith(own) for m in modules) or any(
        field.store
        and not field.inherited
        and (field.compute or field.company_dependent or field.translate)
        for field in records._fields.values()
    )


def _link(field, linked, records):
    """Fill a many2many field of new records.

    :param linked: [(id, id of the linked record)]
    """
    if linked:
        table = SQL.identifier(field.relation)
        columns = SQL("%s, %s", SQL.identifier(field.column1), SQL.identifier(field.column2))
        rows = rows_as("r", {"own": "int", "linked": "int"}, linked)
        records.env.cr.execute(SQL("INSERT INTO %s (%s) SELECT * FROM %s", table, columns, rows))
        records.modified([field.name])


def rows_as(alias, types, rows):
    """Many rows for the FROM of a statement: ``alias(column, …)``, texts after all other columns.

    As one JSON text: PostgreSQL and its driver read that several times faster than a list of VALUES. Long
    texts stand beside it as they are, since in JSON each would be written and read once more.

    :param types: {column: its type, as PostgreSQL knows it}
    :param rows: [(value of each column as the database knows it…)]
    """
    texts = [name for name, kind in types.items() if kind == "text"]
    rest = {name: kind for name, kind in types.items() if kind != "text"}
    rows = [dict(zip(types, row, strict=True)) for row in rows]
    sources = []
    if rest:
        columns = [SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in rest.items()]
        short = [{name: _plain(row[name]) for name in rest} for row in rows]
        text = json.dumps(short, default=_as_text, ensure_ascii=False)
        sources.append(SQL("json_to_recordset(%s) AS (%s)", text, SQL(", ").join(columns)))
    for name in texts:
        sources.append(SQL("unnest(%s::text[])", [row[name] for row in rows]))
    names = SQL(", ").join(map(SQL.identifier, [*rest, *texts]))
    return SQL("ROWS FROM (%s) %s(%s)", SQL(", ").join(sources), SQL.identifier(alias), names)


def _as_text(value):
    """:raise TypeError: nothing that a column of ours holds"""
    if isinstance(value, date | Decimal):  # a datetime is a date too
        return str(value)
    raise TypeError(f"{value!r} is no value of a column")


def _plain(value):
    """JSON has no number for NaN and the infinities, PostgreSQL reads them from a text."""
    return repr(value) if isinstance(value, float) else value


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
    types = {"id": "int"} | {name: records._fields[name].column_type[1] for name in names}
    columns = [SQL.identifier(name) for name in names]
    old = SQL(", ").join(SQL("r.%s", column) for column in columns)
    new = SQL(", ").join(SQL("v.%s", column) for column in columns)
    found = env.execute_query(
        SQL(
            "UPDATE %(table)s r SET %(assignments)s FROM %(rows)s "
            "WHERE v.id = r.id AND %(old)s IS DISTINCT FROM %(new)s RETURNING r.id",
            table=SQL.identifier(records._table),
            assignments=SQL(", ").join(SQL("%s = v.%s", c, c) for c in columns),
            rows=rows_as("v", types, rows),
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


def write_changed(env, model, names, rows):
    """Like `write_rows`, for records that this transaction has read: those that are as they are to be, which
    are most, are left out.

    :param rows: as there
    """
    stands = env[model].sudo().browse(row[0] for row in rows).read(names, load="")
    known = {tuple(None if value is False else value for value in one.values()) for one in stands}
    write_rows(env, model, names, [row for row in rows if row not in known])
