"""Person rules: the conditions on an employment that key groups, audiences and enrolment
rules share (docs/gap.md, "Rule")."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any


class RuleError(ValueError):
    """A rule that cannot be read; the message names the condition."""


_LISTS = ("units", "except_units", "job_codes", "except_job_codes", "forms")


@dataclass(frozen=True)
class PersonRule:
    """All conditions given must hold, on the same employment. An empty condition is none; a rule
    with no condition matches every employment. `units` and `except_units` reach below."""

    units: tuple[str, ...] = ()
    except_units: tuple[str, ...] = ()
    job_codes: tuple[str, ...] = ()
    except_job_codes: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    managers_only: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PersonRule:
        """Read one stored or imported rule; RuleError names an unknown or misshapen condition."""
        unknown = set(data) - set(_LISTS) - {"managers_only"}
        if unknown:
            raise RuleError(f"unknown condition: {', '.join(sorted(map(str, unknown)))}")
        values: dict[str, Any] = {}
        for name in _LISTS:
            value = data.get(name) or ()
            if not isinstance(value, list | tuple) or not all(
                isinstance(item, str | int) for item in value
            ):
                raise RuleError(f"{name} must be a list of codes")
            values[name] = tuple(str(item) for item in value)
        managers_only = data.get("managers_only") or False
        if not isinstance(managers_only, bool):
            raise RuleError("managers_only must be true or false")
        return cls(managers_only=managers_only, **values)

    def to_json(self) -> dict[str, Any]:
        """The conditions given, and nothing else: equal rules have equal JSON."""
        data: dict[str, Any] = {
            name: list(getattr(self, name)) for name in _LISTS if getattr(self, name)
        }
        if self.managers_only:
            data["managers_only"] = True
        return data

    def fits_post(self, *, job_code: str, is_manager: bool, form: str) -> bool:
        """Whether the conditions on what an employment is hold."""
        return (
            (not self.job_codes or job_code in self.job_codes)
            and job_code not in self.except_job_codes
            and (is_manager or not self.managers_only)
            and (not self.forms or form in self.forms)
        )

    def fits_place(self, units: AbstractSet[str]) -> bool:
        """Whether the conditions on where it is hold; `units` holds the codes of the employment's
        unit and of all units above it."""
        return (not self.units or not units.isdisjoint(self.units)) and units.isdisjoint(
            self.except_units
        )

    def matches(
        self, *, units: AbstractSet[str], job_code: str, is_manager: bool, form: str
    ) -> bool:
        """Whether an employment fulfils every condition given."""
        return self.fits_post(
            job_code=job_code, is_manager=is_manager, form=form
        ) and self.fits_place(units)
