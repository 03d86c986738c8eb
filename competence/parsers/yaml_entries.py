"""Reading the mappings of a YAML file as nodes, field by field, with every fault placed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Protocol

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lms.lib.csvfile import RowError
from lms.lib.fields import refuse_personal_data

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class FaultList(Protocol):
    """Where the faults of a file are gathered."""

    name: str
    errors: list[RowError]
    warnings: list[RowError]


def read_root(file: FaultList, content: bytes) -> Node | None:
    """The file as nodes; none, with the fault recorded, where it cannot be read."""
    line, fault = 0, _("The file is empty.")
    try:
        root = yaml.compose(content.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError:
        root, fault = None, _("The file is not in UTF-8.")
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 0
        root, fault = None, _("Not readable as YAML: %(why)s.") % {"why": problem}
    if root is None:
        file.errors.append(RowError(file.name, line, "", fault))
    return root


class Entry:
    """One mapping of the file, read field by field. A fault is recorded, and None returned."""

    def __init__(self, file: FaultList, node: Node, path: str, known: tuple[str, ...]) -> None:
        self.file = file
        self.path = path
        self.line = node.start_mark.line + 1
        self.whole = True
        self.nodes: dict[str, Node] = {}
        if not isinstance(node, MappingNode):
            self.fault("", _("Expected fields with values here."))
            return
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else "?"
            if name in self.nodes:
                self.fault(name, _("The field is given twice."), key)
            elif name not in known:
                file.warnings.append(
                    RowError(
                        file.name,
                        key.start_mark.line + 1,
                        f"{path}.{name}".lstrip("."),
                        _("Unknown field, ignored."),
                    )
                )
            else:
                self.nodes[name] = value

    def fault(self, name: str, message: str, node: Node | None = None) -> None:
        self.whole = False
        at = node or self.nodes.get(name)
        line = at.start_mark.line + 1 if at is not None else self.line
        path = f"{self.path}.{name}".strip(".") if name else self.path
        self.file.errors.append(RowError(self.file.name, line, path, message))

    def refuse_personal_data(self, name: str, value: str, node: Node | None = None) -> None:
        """A fault where the value seems to hold a personnummer or a phone number."""
        try:
            refuse_personal_data(value)
        except ValidationError as error:
            self.fault(name, " ".join(error.messages), node)

    def text(
        self, name: str, *, required: bool = True, max_length: int = 200, guarded: bool = True
    ) -> str:
        """One value. `guarded`: a personnummer or a phone number in it is a fault."""
        node = self.nodes.get(name)
        if node is None or is_null(node):
            if required:
                self.fault(name, _("A value is missing."))
            return ""
        if not isinstance(node, ScalarNode):
            self.fault(name, _("Expected one value here."))
            return ""
        value = node.value.strip()
        if len(value) > max_length:
            self.fault(
                name,
                _("The value has %(length)d characters, at most %(limit)d are allowed.")
                % {"length": len(value), "limit": max_length},
            )
        elif not value.isprintable():
            self.fault(name, _("The value contains a control character."))
        elif guarded:
            self.refuse_personal_data(name, value)
        return value

    def number(
        self,
        name: str,
        *,
        default: int | None = None,
        required: bool = True,
        highest: int = 999_999,
    ) -> int:
        value = self.text(name, required=required and default is None)
        if not value:
            return default or 0
        if not (value.isascii() and value.isdigit() and len(value) <= 6):
            self.fault(name, _("“%(value)s” is not a whole number.") % {"value": value[:40]})
            return 0
        if int(value) > highest:
            self.fault(
                name,
                _("%(value)s is too much, at most %(highest)d is allowed.")
                % {"value": value, "highest": highest},
            )
            return highest
        return int(value)

    def optional_number(self, name: str, *, highest: int = 999_999) -> int | None:
        if not self.text(name, required=False):
            return None
        return self.number(name, required=False, highest=highest)

    def day(self, name: str) -> date:
        return self._day(name, self.text(name)) or date.min

    def optional_day(self, name: str) -> date | None:
        return self._day(name, self.text(name, required=False))

    def _day(self, name: str, value: str) -> date | None:
        if not value:
            return None
        if _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        self.fault(name, _("“%(value)s” is not a date written YYYY-MM-DD.") % {"value": value[:40]})
        return None

    def items(self, name: str) -> Iterator[tuple[str, Node]]:
        """(path, node) of every item in a list; a list left out or empty has none."""
        node = self.nodes.get(name)
        if node is None or is_null(node):
            return
        if not isinstance(node, SequenceNode):
            self.fault(name, _("Expected a list here."))
            return
        for index, item in enumerate(node.value):
            yield f"{self.path}.{name}[{index}]".lstrip("."), item


def is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"
