"""The figures of the plan that a governing document is followed up by. Registered when Django is
ready."""

from competence.indicators import awaited, followup, plan, year

__all__ = ["awaited", "followup", "plan", "year"]
