"""The notices, jobs and daily rounds of competence, registered when Django is ready."""

from competence.notices import decisions, history, needs, outlook, requirements

__all__ = ["decisions", "history", "needs", "outlook", "requirements"]
