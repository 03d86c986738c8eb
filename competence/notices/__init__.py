"""The notices, jobs and daily rounds of competence, registered when Django is ready."""

from competence.notices import decisions, history, requirements

__all__ = ["decisions", "history", "requirements"]
