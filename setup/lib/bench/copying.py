"""Copies a set of rows that belong together, many times, by INSERT … SELECT.

Ids of copies are computed: copy number k of the template's n rows of a table starts at
`base + (k - 1) * n`. So references between copied rows are computed as well, whatever their column,
and copying can go on later, in another process.
"""

from dataclasses import dataclass, field

SCHEMA = """
    CREATE SCHEMA bench;
    CREATE TABLE bench.source (name text PRIMARY KEY, base int, number int);
    CREATE TABLE bench.template (name text, id int, rank int, PRIMARY KEY (name, id));
"""
REFERENCES = """
    SELECT a.attname, r.relname
      FROM pg_constraint c
      JOIN pg_class r ON r.oid = c.confrelid
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.conrelid = %s::regclass
"""
REFERRERS = """
    SELECT t.relname, a.attname, r.relname
      FROM pg_constraint c
      JOIN pg_class t ON t.oid = c.conrelid
      JOIN pg_class r ON r.oid = c.confrelid
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND r.relname = ANY(%s)
"""
COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     ORDER BY attnum
"""


class WrongCopy(Exception):
    """What was copied is not what Odoo would have made of it."""


@dataclass(frozen=True)
class Table:
    """A table whose template rows are copied.

    :param values: {column: SQL} where a copy differs; `t` is the template's row, `k` the number of
        the copy, `n.id` the new id
    :param joins: more tables that `values` need
    :param has_id: no for a table that only joins two others
    """

    name: str
    values: dict[str, str] = field(default_factory=dict)
    joins: str = ""
    has_id: bool = True


class Copier:
    """Copies the rows of some tables; those that the `joins` of others need come first.

    :param cursor: of a psycopg2 connection, in a transaction of the caller
    """

    def __init__(self, cursor, tables: list[Table]):
        self.cursor = cursor
        self.tables = {table.name: table for table in tables}

    def prepare(self, template: dict[str, list[int]]) -> None:
        """Note the template's rows by table, and see that nothing else refers to them."""
        self.cursor.execute(SCHEMA)
        for name, ids in template.items():
            self.cursor.execute(
                f"INSERT INTO bench.source SELECT %s, max(id), %s FROM {name}", [name, len(ids)]
            )
            self.cursor.execute(
                "INSERT INTO bench.template SELECT %s, * FROM unnest(%s::int[]) WITH ORDINALITY",
                [name, sorted(ids)],
            )
        self._check_referrers()

    def copy(self, first: int, last: int) -> None:
        """Make the copies with these numbers, and let the next rows of Odoo come after them."""
        # all referenced rows come in the same transaction: constraints are checked by `check`
        self.cursor.execute("SET LOCAL session_replication_role = replica")
        for table in self.tables.values():
            self._copy(table, first, last)
        self.cursor.execute("SET LOCAL session_replication_role = origin")
        for table in filter(lambda table: table.has_id, self.tables.values()):
            self.cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table.name}",
                [table.name],
            )

    def check(self) -> None:
        """See that every reference between copied rows leads somewhere.

        :raises WrongCopy: naming the first that does not
        """
        for table in self.tables.values():
            for column, target in self._copied_references(table.name).items():
                self.cursor.execute(
                    f"SELECT count(*) FROM {table.name} t WHERE {column} IS NOT NULL "
                    f"AND NOT EXISTS (SELECT FROM {target} r WHERE r.id = t.{column})"
                )
                if count := self.cursor.fetchone()[0]:
                    raise WrongCopy(
                        f"{count} rows of {table.name} have a {column} without {target}"
                    )

    def _copy(self, table: Table, first: int, last: int) -> None:
        columns = self._rows(COLUMNS, [table.name])
        references = self._copied_references(table.name)
        values, joins = [], []
        for (column,) in columns:
            if column == "id":
                values.append("n.id")
            elif column in table.values:
                values.append(table.values[column])
            elif column in references:
                joins.append(
                    f"LEFT JOIN bench.template m_{column} "
                    f"ON m_{column}.name = '{references[column]}' AND m_{column}.id = t.{column} "
                    f"LEFT JOIN bench.source s_{column} ON s_{column}.name = m_{column}.name"
                )
                new = f"s_{column}.base + (k - 1) * s_{column}.number + m_{column}.rank"
                values.append(f"coalesce({new}, t.{column})")
            else:
                values.append(f't."{column}"')
        names = ", ".join(f'"{column}"' for (column,) in columns)
        self.cursor.execute(
            f"""
            INSERT INTO {table.name} ({names})
            SELECT {", ".join(values)}
              FROM {self._source(table)} {" ".join(joins)} {table.joins}
             ORDER BY k
            """,
            {"name": table.name, "first": first, "last": last},
        )

    def _source(self, table: Table) -> str:
        if table.has_id:
            return f"""
                bench.template m JOIN {table.name} t ON t.id = m.id AND m.name = %(name)s
                  JOIN bench.source s ON s.name = m.name
                 CROSS JOIN generate_series(%(first)s, %(last)s) k
                 CROSS JOIN LATERAL (SELECT s.base + (k - 1) * s.number + m.rank AS id) n
            """
        conditions = " AND ".join(
            f"{column} IN (SELECT id FROM bench.template WHERE name = '{target}')"
            for column, target in self._copied_references(table.name).items()
        )
        return f"""
            (SELECT * FROM {table.name} WHERE {conditions}) t
            CROSS JOIN generate_series(%(first)s, %(last)s) k
        """

    def _copied_references(self, name: str) -> dict[str, str]:
        """{column: table} of the columns that refer to a table which is copied as well."""
        rows = self._rows(REFERENCES, [name])
        return {column: target for column, target in rows if target in self.tables}

    def _check_referrers(self) -> None:
        """Rows of other tables that belong to the template would be missing beside the copies."""
        for name, column, target in self._rows(REFERRERS, [list(self.tables)]):
            if name in self.tables:
                continue
            self.cursor.execute(
                f"SELECT count(*) FROM {name} WHERE {column} IN "
                "(SELECT id FROM bench.template WHERE name = %s)",
                [target],
            )
            if self.cursor.fetchone()[0]:
                raise WrongCopy(f"{name}.{column} belongs to the template and is not copied")

    def _rows(self, statement: str, values: list) -> list[tuple]:
        self.cursor.execute(statement, values)
        return self.cursor.fetchall()
