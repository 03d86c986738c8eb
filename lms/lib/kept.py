"""Triggers of rows that are fixed from when something is written: from when the row itself says
that it has happened, or from when what the row belongs to has ended; and of words that are only
changed together with the key of what was read. Locked in a migration as facts are
(`lms.lib.append_only.locking`).

    class ProgrammeTurn(models.Model):
        append_only = KeptOnce(column="held_on")

    class ConsultationComment(models.Model):
        append_only = AppendOnlyUntil(paths=((("consultation_id", "competence_consultation"),),))
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from lms.lib.append_only import AppendOnly, Lock, ways_taken

# From the column that points away to the row that ends, each with the table that it points at.
Path = tuple[tuple[str, str], ...]

# As in append_only: SQLSTATE of class 23 is an IntegrityError to Django.
_REFUSED = "USING ERRCODE = '23001'"
_ONCE_SQL = f"""
CREATE OR REPLACE FUNCTION kept_once_set() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'append-only: % is not emptied', TG_TABLE_NAME {_REFUSED};
    ELSIF to_jsonb(OLD) ->> TG_ARGV[0] IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    ELSIF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'append-only: % loses no rows', TG_TABLE_NAME {_REFUSED};
    ELSIF to_jsonb(OLD) IS DISTINCT FROM to_jsonb(NEW) THEN
        RAISE EXCEPTION 'append-only: % is not rewritten', TG_TABLE_NAME {_REFUSED};
    END IF;
    RETURN NEW;
END
$body$
"""
# What ends is locked for sharing, so that it does not end while a row is written to it.
_UNTIL_SQL = f"""
CREATE OR REPLACE FUNCTION kept_until_ended() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    said jsonb;
    key text;
    ended text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        said := to_jsonb(OLD);
        IF said IS NOT DISTINCT FROM to_jsonb(NEW) THEN
            RETURN NEW;
        END IF;
    ELSE
        said := to_jsonb(NEW);
    END IF;
    FOR place IN 0 .. TG_NARGS / 2 - 1 LOOP
        key := said ->> TG_ARGV[2 * place];
        ended := NULL;
        IF TG_ARGV[2 * place + 1] = '' THEN
            IF TG_OP = 'UPDATE' THEN
                ended := key;
            END IF;
        ELSIF key IS NOT NULL THEN
            EXECUTE TG_ARGV[2 * place + 1] INTO ended USING key::bigint;
        END IF;
        IF ended IS NOT NULL THEN
            RAISE EXCEPTION 'append-only: % belongs to what has ended', TG_TABLE_NAME {_REFUSED};
        END IF;
    END LOOP;
    RETURN NEW;
END
$body$
"""
_WORDS_SQL = f"""
CREATE OR REPLACE FUNCTION kept_with_reading() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb := to_jsonb(NEW);
    name text;
BEGIN
    IF COALESCE((becomes ->> TG_ARGV[1])::bigint, 0) > COALESCE((was ->> TG_ARGV[1])::bigint, 0)
    THEN
        RETURN NEW;
    END IF;
    FOREACH name IN ARRAY string_to_array(TG_ARGV[0] || ',' || TG_ARGV[1], ',') LOOP
        IF was -> name IS DISTINCT FROM becomes -> name THEN
            RAISE EXCEPTION 'append-only: %.% is changed by reading anew', TG_TABLE_NAME, name
                {_REFUSED};
        END IF;
    END LOOP;
    RETURN NEW;
END
$body$
"""


def _quoted(*arguments: str) -> str:
    return ", ".join("'" + argument.replace("'", "''") + "'" for argument in arguments)


def _columns(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in found]


def _changed(names: list[str] | tuple[str, ...]) -> str:
    return " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in names)


def _refusing(table: str, suffix: str, event: str, condition: str, message: str) -> dict[str, str]:
    """A trigger of SQLite."""
    name = f"{table}_{suffix}"
    return {
        name: f'CREATE TRIGGER {name} BEFORE {event} ON "{table}" FOR EACH ROW WHEN {condition} '
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {table} {message}'); END"
    }


@dataclass(frozen=True)
class KeptOnce(Lock):
    """A row that may change and go until `column` is set, and then neither."""

    column: str

    function_sql = _ONCE_SQL

    def on_postgresql(self, table: str) -> dict[str, str]:
        call = f"EXECUTE FUNCTION kept_once_set({_quoted(self.column)})"
        return {
            f"{table}_kept": f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE "
            f'ON "{table}" FOR EACH ROW {call}',
            f"{table}_not_emptied": f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE "
            f'ON "{table}" FOR EACH STATEMENT {call}',
        }

    def on_sqlite(self, connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
        is_set = f'OLD."{self.column}" IS NOT NULL'
        same = " OR ".join(["id = NEW.id", *ways_taken(connection, table)])
        # OR REPLACE removes the row in the way without asking the trigger for removals.
        taken = f'SELECT 1 FROM "{table}" WHERE ({same}) AND "{self.column}" IS NOT NULL'
        changed = _changed(_columns(connection, table))
        return (
            _refusing(table, "kept", "DELETE", is_set, "loses no rows")
            | _refusing(
                table,
                "not_rewritten",
                "UPDATE",
                f"({is_set} AND ({changed})) OR EXISTS ({taken} AND id <> OLD.id)",
                "is not rewritten",
            )
            | _refusing(table, "not_replaced", "INSERT", f"EXISTS ({taken})", "is not rewritten")
        )


@dataclass(frozen=True)
class AppendOnlyUntil(AppendOnly):
    """A row that is added, and changed as `AppendOnly` says, only until what it belongs to has
    ended: until `ended` is set at the end of each of `paths`. No path: until the row says itself
    that it has ended."""

    paths: tuple[Path, ...] = ()
    ended: str = "ended_at"

    function_sql = f"{AppendOnly.function_sql};{_UNTIL_SQL}"

    def _when(self, path: Path, key: str) -> str:
        """When what a path leads to ended, asked with the value of the row's first column."""
        joins = "".join(
            f' JOIN "{table}" AS t{number} ON t{number}.id = t{number - 1}."{column}"'
            for number, (column, table) in enumerate(path[1:], 1)
        )
        last = len(path) - 1
        return f'SELECT t{last}."{self.ended}" FROM "{path[0][1]}" AS t0{joins} WHERE t0.id = {key}'

    def on_postgresql(self, table: str) -> dict[str, str]:
        arguments = [
            part
            for path in self.paths
            for part in (path[0][0], f"{self._when(path, '$1')} FOR SHARE OF t{len(path) - 1}")
        ] or [self.ended, ""]
        return super().on_postgresql(table) | {
            f"{table}_not_late": f"CREATE TRIGGER {table}_not_late BEFORE INSERT OR UPDATE "
            f'ON "{table}" FOR EACH ROW EXECUTE FUNCTION kept_until_ended({_quoted(*arguments)})'
        }

    def on_sqlite(self, connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
        def over(row: str) -> str:
            if not self.paths:
                return f'{row}."{self.ended}" IS NOT NULL'
            asked = (self._when(path, f'{row}."{path[0][0]}"') for path in self.paths)
            return " OR ".join(f"({when}) IS NOT NULL" for when in asked)

        message = "belongs to what has ended"
        changed = _changed(_columns(connection, table))
        late = _refusing(
            table, "not_changed_late", "UPDATE", f"({over('OLD')}) AND ({changed})", message
        )
        if self.paths:
            late |= _refusing(table, "not_late", "INSERT", over("NEW"), message)
        return super().on_sqlite(connection, table) | late


@dataclass(frozen=True)
class RewordedBy(AppendOnly):
    """A row whose `words` (columns, among the free ones) change only together with `reading`: the
    key of the row that says when, by whom and from what they were read, which only grows."""

    words: tuple[str, ...] = ()
    reading: str = ""

    function_sql = f"{AppendOnly.function_sql};{_WORDS_SQL}"

    def __post_init__(self) -> None:
        object.__setattr__(self, "free", (*self.free, *self.words, self.reading))

    def on_postgresql(self, table: str) -> dict[str, str]:
        arguments = _quoted(",".join(self.words), self.reading)
        return super().on_postgresql(table) | {
            f"{table}_not_reworded": f"CREATE TRIGGER {table}_not_reworded BEFORE UPDATE "
            f'ON "{table}" FOR EACH ROW EXECUTE FUNCTION kept_with_reading({arguments})'
        }

    def on_sqlite(self, connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
        read = f'COALESCE(NEW."{self.reading}", 0) > COALESCE(OLD."{self.reading}", 0)'
        changed = _changed((*self.words, self.reading))
        return super().on_sqlite(connection, table) | _refusing(
            table,
            "not_reworded",
            "UPDATE",
            f"NOT ({read}) AND ({changed})",
            "is changed by reading anew",
        )
