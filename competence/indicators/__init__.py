"""The figures of the plan that a governing document is followed up by. Registered when Django is
ready."""

from competence.indicators import awaited, plan, year

__all__ = ["awaited", "plan", "year"]
