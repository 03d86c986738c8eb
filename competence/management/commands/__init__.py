"""Commands: thin edges that read arguments, call one function and print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn

from django.core.management.base import CommandError, OutputWrapper
from django.utils.translation import gettext as _

from competence.services.known_people import people_by_person_id
from lms.lib.csvfile import RowError


def day(text: str | date) -> date:
    """An argument written YYYY-MM-DD, read by the command itself: what is anything else is refused
    as all input is, with exit code 1, where argparse would end with 2."""
    if isinstance(text, date):
        return text
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise CommandError(_("“%(value)s” is not a date written YYYY-MM-DD.") % {"value": text[:40]})


def person_with_id(person_id: str) -> int:
    """The primary key that the facts of a person id are written on."""
    known = people_by_person_id()
    if person_id not in known:
        raise CommandError(_("There is no person %(code)s.") % {"code": person_id})
    return known[person_id]


def refuse(
    out: OutputWrapper, faults: Iterable[RowError | str], options: Mapping[str, Any]
) -> NoReturn:
    """End with exit code 1 and every fault on its own line on stderr; with --json also as one
    object on stdout, as `import_organisation` does."""
    found = list(faults)
    if options["json"]:
        refused = str(_("The file has errors. Nothing was written."))
        errors = [
            {"file": fault.file, "line": fault.line, "column": fault.column}
            | {"message": fault.message}
            if isinstance(fault, RowError)
            else {"message": fault}
            for fault in found
        ]
        out.write(
            json.dumps({"applied": False, "refused": refused, "errors": errors}, ensure_ascii=False)
        )
    raise CommandError("\n".join(map(str, found)))


def print_warnings(err: OutputWrapper, warnings: Iterable[str]) -> None:
    for warning in warnings:
        err.write(warning)


def print_changes(
    out: OutputWrapper, changes: Mapping[str, Any], options: Mapping[str, Any]
) -> None:
    """What an import did (or would do): one JSON object, or a line for every figure."""
    if options["json"]:
        out.write(json.dumps({**changes, "dry_run": options["dry_run"]}, ensure_ascii=False))
        return
    for name, value in changes.items():
        if value and name != "warnings":
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            out.write(f"{name.replace('_', ' ')}: {shown}")
    if options["dry_run"]:
        out.write(_("Dry run: nothing has been written."))
