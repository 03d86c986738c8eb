"""The notices, jobs and daily rounds of competence, registered when Django is ready."""

from competence.notices import decisions, history, outlook, requirements

__all__ = ["decisions", "history", "outlook", "requirements"]
