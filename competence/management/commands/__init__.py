"""Commands: thin edges that read arguments, call one function and print."""

from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn

from django.core.management.base import CommandError, OutputWrapper
from django.utils.translation import gettext as _


def day(text: str) -> date:
    """An argument written YYYY-MM-DD."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ArgumentTypeError(f"{text!r} is not a date written YYYY-MM-DD")


def refuse(faults: Iterable[object]) -> NoReturn:
    """End with exit code 1 and every fault on its own line on stderr."""
    raise CommandError("\n".join(map(str, faults)))


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
