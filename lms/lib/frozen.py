"""Triggers of documents that are written as a draft and then stand as they were sent: the
database itself lets a draft be changed, and afterwards only what a decision adds. What belongs to
the document, in tables of its own, is written only while the document is a draft. Locked in a
migration as facts are (`lms.lib.append_only.locking`).

    class PlanVersion(DecidedDocument):
        frozen = Freezing(onward=…, arrives=…, on_arrival=…, once=…, unique=("number",))

    class Requirement(models.Model):
        frozen = FrozenWith(path=(("plan_version_id", "competence_planversion"),))

A many-to-many field of a model that is frozen with another has a table of its own, which
`frozen_tables` finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from lms.lib.append_only import Lock

DOCUMENT = "kept_once_sent"
CONTENT = "kept_with_its_document"
# As in append_only: SQLSTATE of class 23 is an IntegrityError to Django.
_REFUSED = "USING ERRCODE = '23001'"
_DOCUMENT_SQL = f"""
CREATE OR REPLACE FUNCTION {DOCUMENT}() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    status_column text := TG_ARGV[0];
    draft text := TG_ARGV[1];
    onward text[] := string_to_array(TG_ARGV[2], ',');
    arrives text := TG_ARGV[3];
    on_arrival text[] := string_to_array(TG_ARGV[4], ',');
    once text[] := string_to_array(TG_ARGV[5], ',');
    was jsonb;
    becomes jsonb;
    old_status text;
    new_status text;
    name text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'frozen: % is not emptied', TG_TABLE_NAME {_REFUSED};
    ELSIF TG_OP = 'INSERT' THEN
        IF to_jsonb(NEW) ->> status_column <> draft THEN
            RAISE EXCEPTION 'frozen: % begins as a draft', TG_TABLE_NAME {_REFUSED};
        END IF;
        RETURN NEW;
    END IF;
    was := to_jsonb(OLD);
    old_status := was ->> status_column;
    IF old_status = draft THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    ELSIF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'frozen: % loses no rows', TG_TABLE_NAME {_REFUSED};
    END IF;
    becomes := to_jsonb(NEW);
    new_status := becomes ->> status_column;
    IF old_status <> new_status THEN
        IF NOT (old_status || '>' || new_status) = ANY(onward) THEN
            RAISE EXCEPTION 'frozen: % does not go back', TG_TABLE_NAME {_REFUSED};
        ELSIF new_status = arrives THEN
            was := was - on_arrival;
            becomes := becomes - on_arrival;
        END IF;
    END IF;
    IF (was - once - status_column) IS DISTINCT FROM (becomes - once - status_column) THEN
        RAISE EXCEPTION 'frozen: % is not rewritten', TG_TABLE_NAME {_REFUSED};
    END IF;
    FOREACH name IN ARRAY once LOOP
        IF COALESCE(was ->> name, '') <> '' AND was ->> name IS DISTINCT FROM becomes ->> name THEN
            RAISE EXCEPTION 'frozen: %.% is set once', TG_TABLE_NAME, name {_REFUSED};
        END IF;
    END LOOP;
    RETURN NEW;
END
$body$
"""
# The document is locked for sharing, so that it is not sent while a row of it is written.
_CONTENT_SQL = f"""
CREATE OR REPLACE FUNCTION {CONTENT}() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    status text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'frozen: % is not emptied', TG_TABLE_NAME {_REFUSED};
    END IF;
    IF TG_OP <> 'INSERT' THEN
        EXECUTE TG_ARGV[0] INTO status USING (to_jsonb(OLD) ->> TG_ARGV[1])::bigint;
        IF status <> TG_ARGV[2] THEN
            RAISE EXCEPTION 'frozen: % belongs to what was sent', TG_TABLE_NAME {_REFUSED};
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    EXECUTE TG_ARGV[0] INTO status USING (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
    IF status <> TG_ARGV[2] THEN
        RAISE EXCEPTION 'frozen: % belongs to what was sent', TG_TABLE_NAME {_REFUSED};
    END IF;
    RETURN NEW;
END
$body$
"""


def _refusing(table: str, suffix: str, event: str, condition: str, message: str) -> dict[str, str]:
    name = f"{table}_{suffix}"
    return {
        name: f'CREATE TRIGGER {name} BEFORE {event} ON "{table}" FOR EACH ROW WHEN {condition} '
        f"BEGIN SELECT RAISE(ABORT, 'frozen: {table} {message}'); END"
    }


def _calling(table: str, function: str, arguments: Iterable[str]) -> dict[str, str]:
    quoted = ", ".join("'" + argument.replace("'", "''") + "'" for argument in arguments)
    call = f"EXECUTE FUNCTION {function}({quoted})"
    return {
        f"{table}_kept": f"CREATE TRIGGER {table}_kept BEFORE INSERT OR UPDATE OR DELETE "
        f'ON "{table}" FOR EACH ROW {call}',
        f"{table}_not_emptied": f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE "
        f'ON "{table}" FOR EACH STATEMENT {call}',
    }


@dataclass(frozen=True)
class Freezing(Lock):
    """A document that begins as a draft. `onward`: the steps from one status to the next once it
    is sent, as "from>to". `arrives`: the last status, and `on_arrival` the columns written with
    it. `once`: columns that are empty until a later fact sets them. `unique`: columns by which
    another row could take the place of this one."""

    onward: tuple[str, ...]
    arrives: str
    on_arrival: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    column: str = "status"
    draft: str = "draft"

    function_sql = _DOCUMENT_SQL

    def on_postgresql(self, table: str) -> dict[str, str]:
        arguments = (
            *(self.column, self.draft, ",".join(self.onward), self.arrives),
            *(",".join(self.on_arrival), ",".join(self.once)),
        )
        return _calling(table, DOCUMENT, arguments)

    def on_sqlite(self, connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
        with connection.cursor() as cursor:
            names = [
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
            ]
        sent = f"OLD.\"{self.column}\" <> '{self.draft}'"
        steps = ", ".join(f"'{step}'" for step in self.onward)
        step = f'OLD."{self.column}" || \'>\' || NEW."{self.column}"'
        still = f'OLD."{self.column}" = NEW."{self.column}"'
        free = (self.column, *self.on_arrival, *self.once)
        changed = [f'OLD."{name}" IS NOT NEW."{name}"' for name in names if name not in free]
        changed.append(f"(NOT ({still}) AND {step} NOT IN ({steps}))")
        changed += [
            f'(OLD."{name}" IS NOT NEW."{name}" '
            f"AND ({still} OR NEW.\"{self.column}\" <> '{self.arrives}'))"
            for name in self.on_arrival
        ]
        changed += [
            f'(COALESCE(OLD."{name}", \'\') <> \'\' AND OLD."{name}" IS NOT NEW."{name}")'
            for name in self.once
        ]
        same = " OR ".join(f'"{name}" = NEW."{name}"' for name in ("id", *self.unique))
        # OR REPLACE removes the row in the way without asking the trigger for removals.
        taken = (
            f'EXISTS (SELECT 1 FROM "{table}" WHERE ({same}) '
            f"AND \"{self.column}\" <> '{self.draft}'"
        )
        return (
            _refusing(table, "kept", "DELETE", sent, "loses no rows")
            | _refusing(
                table,
                "not_rewritten",
                "UPDATE",
                f"({sent} AND ({' OR '.join(changed)})) OR {taken} AND id <> OLD.id)",
                "is not rewritten",
            )
            | _refusing(
                table,
                "not_replaced",
                "INSERT",
                f"NEW.\"{self.column}\" <> '{self.draft}' OR {taken})",
                "begins as a draft",
            )
        )


@dataclass(frozen=True)
class FrozenWith(Lock):
    """A row that is written, changed and removed only while its document is a draft. `path`: from
    the column that points away to the document, each with the table that it points at."""

    path: tuple[tuple[str, str], ...]
    column: str = "status"
    draft: str = "draft"

    function_sql = _CONTENT_SQL

    def _status(self, key: str) -> str:
        """The status of the document, asked with the value of the row's first column."""
        tables = [table for _column, table in self.path]
        joins = "".join(
            f' JOIN "{table}" AS t{number} ON t{number}.id = t{number - 1}."{column}"'
            for number, (column, table) in enumerate(self.path[1:], 1)
        )
        last = len(tables) - 1
        return f'SELECT t{last}."{self.column}" FROM "{tables[0]}" AS t0{joins} WHERE t0.id = {key}'

    def on_postgresql(self, table: str) -> dict[str, str]:
        query = f"{self._status('$1')} FOR SHARE OF t{len(self.path) - 1}"
        return _calling(table, CONTENT, (query, self.path[0][0], self.draft))

    def on_sqlite(self, connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
        def sent(row: str) -> str:
            status = self._status(f'{row}."{self.path[0][0]}"')
            return f"COALESCE(({status}), '{self.draft}') <> '{self.draft}'"

        taken = f'EXISTS (SELECT 1 FROM "{table}" WHERE id = NEW.id'
        message = "belongs to what was sent"
        return (
            _refusing(table, "kept", "DELETE", sent("OLD"), message)
            | _refusing(
                table,
                "not_rewritten",
                "UPDATE",
                f"{sent('OLD')} OR {sent('NEW')} OR {taken} AND id <> OLD.id)",
                message,
            )
            | _refusing(table, "not_replaced", "INSERT", f"{sent('NEW')} OR {taken})", message)
        )


def frozen_tables(model: type[models.Model]) -> dict[str, Lock]:
    """The tables of a model that declares `frozen`, its many-to-many fields' among them."""
    rule = getattr(model, "frozen", None)
    if rule is None:
        return {}
    tables: dict[str, Lock] = {model._meta.db_table: rule}
    if isinstance(rule, FrozenWith):
        for field in model._meta.local_many_to_many:
            column = field.m2m_column_name()
            link = (column, model._meta.db_table)
            tables[field.m2m_db_table()] = replace(rule, path=(link, *rule.path))
    return tables
