from collections import Counter
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

# from so many new records on the database counts again
MANY = 1000
# before the first large statement of a transaction: PostgreSQL compiles what it takes for expensive, and
# for statements as wide as ours that takes a second, several times as long as they do
NO_JIT = SQL("SET LOCAL jit = off;")


@dataclass
class Tally:
    """What became of the units of a batch, for the run log (H2).

    :param done: units for which something was done
    :param skipped: how often nothing was said, by reason
    """

    done: int = 0
    failed: int = 0
    skipped: Counter = field(default_factory=Counter)

    def __iadd__(self, other):
        self.done += other.done
        self.failed += other.failed
        self.skipped += other.skipped
        return self


class CollectionVerb(models.AbstractModel):
    """What the four verbs have in common: work is listed, prepared, done in batches."""

    _name = "collection.verb"
    _description = "Collection: one of the four verbs"

    @api.model
    def _todo(self, company):
        """Ids of what this verb has to do now for a root company."""
        raise NotImplementedError

    @api.model
    def _prepare(self, company, ids):
        """What takes long and must not hold locks; committed before the batch."""

    @api.model
    def _batch(self, company, ids):
        """Do the work for these ids in one transaction, without committing.

        :return: Tally
        """
        raise NotImplementedError

    @api.model
    def _afterwards(self, company):
        """What follows when a run is through with this verb."""

    @api.model
    def _failed(self, company, unit, error):
        """Tell a person about the one unit that cannot be done; everything else goes on.

        :param unit: id from `_todo`
        """
        debtor = self.env["collection.debtor"].sudo().browse(unit).exists()
        if debtor:
            debtor._tell(
                self.env._("The ruler could not follow up this customer"),
                str(error)[:500],
                once=True,
            )

    @api.model
    def _take_debtors(self, ids):
        """First statement of a batch: take these debtors, leave those that another process works on.

        Payments and people's tasks do not wait for this lock, they only point at the row.

        :return: ``collection.debtor``
        """
        rows = self.env.execute_query(
            SQL(
                "%s SELECT id FROM collection_debtor WHERE id IN %s ORDER BY id "
                "FOR NO KEY UPDATE SKIP LOCKED",
                NO_JIT,
                tuple(ids),
            )
        )
        return self.env["collection.debtor"].sudo().browse([row[0] for row in rows])

    @api.model
    def _analyze(self, *models):
        """Let the database count again what it believes to be few: its own turn comes minutes later, and
        until then it may read a whole table for each of its rows.

        :param models: that just got at least MANY records
        """
        tables = SQL(", ").join(SQL.identifier(self.env[model]._table) for model in models)
        self.env.cr.execute(SQL("ANALYZE %s", tables))

    @api.model
    def _insert_rows(self, model, names, rows):
        """Create many records of a model of ours in one statement; the ORM makes one for each hundred.

        :param names: stored fields of the model; what is left out stays empty
        :param rows: [(value of each field as the database knows it…)]
        :return: the new records, in the order of the rows
        """
        records = self.env[model]
        if not rows:
            return records
        records.flush_model()
        types = [records._fields[name].column_type[1] for name in names]
        found = self.env.execute_query(
            SQL(
                "INSERT INTO %(table)s (%(columns)s, create_uid, write_uid, create_date, write_date) "
                "SELECT v.*, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC' "
                "FROM (VALUES %(rows)s) v RETURNING id",
                table=SQL.identifier(records._table),
                columns=SQL(", ").join(SQL.identifier(name) for name in names),
                uid=self.env.uid,
                rows=self._values(types, rows),
            )
        )
        records = records.browse([row[0] for row in found])
        records.modified(names, create=True)
        return records

    def _values(self, types, rows):
        """The rows of a VALUES list.

        :param types: names of the columns' types, as PostgreSQL knows them
        """
        # one piece of SQL per row: one per value costs more than the statement itself
        row_of = "(" + ", ".join(f"%s::{kind}" for kind in types) + ")"
        return SQL(", ").join(SQL(row_of, *row) for row in rows)

    @api.model
    def _write_rows(self, model, names, rows):
        """Write values of their own on many records, in one statement, where they differ.

        Like ``write``, stored fields that depend on them are computed anew. It asks nobody's rights.

        :param names: stored fields of the model, none of them translated
        :param rows: [(id, value of each field as the database knows it…)]
        """
        if not rows:
            return
        records = self.env[model]
        records.flush_model(names)
        types = ["int", *(records._fields[name].column_type[1] for name in names)]
        columns = [SQL.identifier(name) for name in names]
        old = SQL(", ").join(SQL("r.%s", column) for column in columns)
        new = SQL(", ").join(SQL("v.%s", column) for column in columns)
        found = self.env.execute_query(
            SQL(
                "UPDATE %(table)s r SET %(assignments)s FROM (VALUES %(rows)s) v(id, %(columns)s) "
                "WHERE v.id = r.id AND %(old)s IS DISTINCT FROM %(new)s RETURNING r.id",
                table=SQL.identifier(records._table),
                assignments=SQL(", ").join(SQL("%s = v.%s", c, c) for c in columns),
                rows=self._values(types, rows),
                columns=SQL(", ").join(columns),
                old=SQL("ROW(%s)", old),
                new=SQL("ROW(%s)", new),
            )
        )
        records.browse([row[0] for row in found]).modified(names)
        for number, name in enumerate(names, 1):
            field = records._fields[name]
            for row in rows:  # no need to read them again
                record = records.browse(row[0])
                field._update_cache(
                    record, field.convert_to_cache(row[number], record, validate=False)
                )
