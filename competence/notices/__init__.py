"""The notices, jobs and daily rounds of competence, registered when Django is ready."""

from competence.notices import decisions, followup, history, needs, outlook, requirements

__all__ = ["decisions", "followup", "history", "needs", "outlook", "requirements"]
