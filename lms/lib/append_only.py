"""Triggers that let rows be added and never rewritten: the database itself refuses, whoever asks
and in whatever way. For migrations, and for the test that compares what stands in the database
with what the models say. A change here reaches a database by a migration that locks anew.

On SQLite a column is named in its trigger: a migration that adds one, or a constraint that keeps
rows unique, or that makes a table anew, locks the table again afterwards."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper

FUNCTION = "kept_append_only"
# Raised with a SQLSTATE of class 23 (and by SQLite's ABORT), which Django reports as
# IntegrityError on both databases.
_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    free text[] := string_to_array(TG_ARGV[0], ',');
    once text[] := string_to_array(TG_ARGV[1], ',');
    dated text := TG_ARGV[2];
    was jsonb;
    becomes jsonb;
    name text;
    open_gate boolean;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF dated <> '' THEN
            SELECT EXISTS (
                SELECT 1 FROM audit_disposal
                WHERE closed_at IS NULL AND (to_jsonb(OLD) ->> dated)::timestamptz < horizon
            ) INTO open_gate;
            IF open_gate THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'append-only: % loses no rows', TG_TABLE_NAME USING ERRCODE = '23001';
    ELSIF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'append-only: % is not emptied', TG_TABLE_NAME USING ERRCODE = '23001';
    END IF;
    was := to_jsonb(OLD);
    becomes := to_jsonb(NEW);
    IF cardinality(free) + cardinality(once) = 0
        OR (was - free - once) IS DISTINCT FROM (becomes - free - once) THEN
        RAISE EXCEPTION 'append-only: % is not rewritten', TG_TABLE_NAME USING ERRCODE = '23001';
    END IF;
    FOREACH name IN ARRAY once LOOP
        IF COALESCE(was ->> name, '') <> '' AND was ->> name IS DISTINCT FROM becomes ->> name THEN
            RAISE EXCEPTION 'append-only: %.% is set once', TG_TABLE_NAME, name
                USING ERRCODE = '23001';
        END IF;
    END LOOP;
    RETURN NEW;
END
$body$
"""


_SUFFIXES = (
    *("kept", "not_emptied", "not_rewritten", "not_replaced"),
    *("not_late", "not_changed_late", "not_reworded"),
)

# A column in the condition of an index, and the same column of the new row.
_COLUMN = re.compile(r'"(\w+)"')
_OF_NEW = r'NEW."\1"'


class Lock(ABC):
    """What may still happen to the rows of a table, said as triggers by name."""

    function_sql: str

    @abstractmethod
    def on_postgresql(self, table: str) -> dict[str, str]: ...

    @abstractmethod
    def on_sqlite(self, connection: BaseDatabaseWrapper, table: str) -> dict[str, str]: ...


@dataclass(frozen=True)
class AppendOnly(Lock):
    """What may still happen to a row once it is written. `free`: columns that may change.
    `once`: columns that are empty until they are set. `dated`: the column that says whether a
    logged disposal reaches the row; empty where no row is ever removed."""

    free: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    dated: str = ""

    function_sql = _FUNCTION_SQL

    def on_postgresql(self, table: str) -> dict[str, str]:
        return _postgresql(table, self)

    def on_sqlite(self, connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
        return _sqlite(connection, table, self)


def triggers(connection: BaseDatabaseWrapper, table: str, rule: Lock) -> dict[str, str]:
    """The triggers of a locked table, by name."""
    if connection.vendor == "postgresql":
        return rule.on_postgresql(table)
    return rule.on_sqlite(connection, table)


def _postgresql(table: str, rule: AppendOnly) -> dict[str, str]:
    arguments = ", ".join(f"'{text}'" for text in (",".join(rule.free), ",".join(rule.once)))
    call = f"EXECUTE FUNCTION {FUNCTION}({arguments}, '{rule.dated}')"
    return {
        f"{table}_kept": (
            f'CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW {call}'
        ),
        f"{table}_not_emptied": (
            f'CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON "{table}" '
            f"FOR EACH STATEMENT {call}"
        ),
    }


def ways_taken(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    """How another row can stand in the way of the new one on SQLite: by columns that an index keeps
    unique, under the index's condition."""
    ways = []
    with connection.cursor() as cursor:
        cursor.execute(f'PRAGMA index_list("{table}")')
        unique = [name for _place, name, is_unique, *_rest in cursor.fetchall() if is_unique]
        for index in unique:
            cursor.execute(f'PRAGMA index_info("{index}")')
            same = [f'"{column}" = NEW."{column}"' for _rank, _place, column in cursor.fetchall()]
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [index])
            condition = (cursor.fetchone()[0] or "").partition(" WHERE ")[2]
            if condition:
                same += [f"({condition})", f"({re.sub(_COLUMN, _OF_NEW, condition)})"]
            ways.append(f"({' AND '.join(same)})")
    return sorted(ways)


def _sqlite(connection: BaseDatabaseWrapper, table: str, rule: AppendOnly) -> dict[str, str]:
    with connection.cursor() as cursor:
        names = [
            column.name for column in connection.introspection.get_table_description(cursor, table)
        ]

    def refusing(name: str, event: str, condition: str, message: str) -> str:
        when = f" WHEN {condition}" if condition else ""
        return (
            f'CREATE TRIGGER {name} BEFORE {event} ON "{table}" FOR EACH ROW{when} '
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {table} {message}'); END"
        )

    fixed = [name for name in names if name not in (*rule.free, *rule.once)]
    changed = [f'OLD."{name}" IS NOT NEW."{name}"' for name in fixed]
    changed += [
        f'(COALESCE(OLD."{name}", \'\') <> \'\' AND OLD."{name}" IS NOT NEW."{name}")'
        for name in rule.once
        if name in names
    ]
    ways = ways_taken(connection, table)
    if ways:
        taken = f'SELECT 1 FROM "{table}" WHERE ({" OR ".join(ways)}) AND id <> OLD.id'
        changed.append(f"EXISTS ({taken})")
    disposed = (
        "NOT EXISTS (SELECT 1 FROM audit_disposal WHERE closed_at IS NULL "
        f'AND OLD."{rule.dated}" < horizon)'
        if rule.dated
        else ""
    )
    return {
        f"{table}_kept": refusing(f"{table}_kept", "DELETE", disposed, "loses no rows"),
        f"{table}_not_rewritten": refusing(
            f"{table}_not_rewritten",
            "UPDATE",
            " OR ".join(changed) if rule.free or rule.once else "",
            "is not rewritten",
        ),
        # OR REPLACE removes the row in the way without asking the trigger for removals.
        f"{table}_not_replaced": refusing(
            f"{table}_not_replaced",
            "INSERT",
            f'EXISTS (SELECT 1 FROM "{table}" WHERE {" OR ".join(["id = NEW.id", *ways])})',
            "is not rewritten",
        ),
    }


def installed(connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
    """The triggers that stand in the database on a table, by name, as the database words them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
                "WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'A'",
                [table],
            )
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                [table],
            )
        return dict(cursor.fetchall())


def lock(connection: BaseDatabaseWrapper, table: str, rule: Lock) -> None:
    """Put the triggers of a table in place, in the place of earlier ones."""
    unlock(connection, table)
    statements = list(triggers(connection, table, rule).values())
    if connection.vendor == "postgresql":
        statements = [rule.function_sql, *statements]
        # Even where a session plays a replica, which skips ordinary triggers.
        statements += [
            f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {name}'
            for name in triggers(connection, table, rule)
        ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def unlock(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the triggers of a table away: for the way back of a migration, and for tests."""
    of_table = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for suffix in _SUFFIXES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{suffix}{of_table}")


def locking(**tables: Lock) -> migrations.RunPython:
    """The operation of a migration that locks tables."""

    def each(act: Callable[[BaseDatabaseWrapper, str, Lock], None]) -> Callable[..., None]:
        def run(_apps: Any, schema_editor: Any) -> None:
            for table, rule in tables.items():
                act(schema_editor.connection, table, rule)

        return run

    return migrations.RunPython(
        each(lock), each(lambda connection, table, _rule: unlock(connection, table))
    )
