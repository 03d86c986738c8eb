"""Walking through a scenario: the path taken so far, from plain data and an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.lib.numbers import whole_number


@dataclass(frozen=True)
class Passed:
    """A step with what was chosen; `chosen` None is where the reader stands."""

    step: Mapping[str, Any]
    chosen: Mapping[str, Any] | None
    path: str  # the choices up to this step, "0.1"

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The choices of this step, each with the path that it leads to."""
        return [
            {"text": choice["text"], "path": f"{self.path}.{index}".lstrip(".")}
            for index, choice in enumerate(self.step["choices"])
        ]


@dataclass(frozen=True)
class Steps:
    by_id: Mapping[str, Mapping[str, Any]]
    start: str
    broken: tuple[str, ...]

    def walk(self, path: str) -> list[Passed]:
        """The steps along `path`; a path that leads nowhere stops where it breaks."""
        passed: list[Passed] = []
        step, taken = self.by_id.get(self.start), ""
        for part in [part for part in path.split(".") if part][:100]:
            place = whole_number(part)
            if step is None or place is None or place >= len(step["choices"]):
                break
            chosen = step["choices"][place]
            passed.append(Passed(step, chosen, taken))
            taken = f"{taken}.{part}".lstrip(".")
            step = self.by_id.get(chosen["next"])
        if step is not None:
            passed.append(Passed(step, None, taken))
        return passed


def steps_from(value: Mapping[str, Any]) -> Steps:
    """The steps of a scenario block, and the ids that lead nowhere."""
    by_id = {step["id"]: step for step in value["steps"]}
    wanted = [
        value["start"],
        *(choice["next"] for step in value["steps"] for choice in step["choices"]),
    ]
    broken = tuple(sorted({step_id for step_id in wanted if step_id not in by_id}))
    return Steps(by_id, value["start"], broken)
