"""The notices of competence and the daily rounds, registered when Django is ready."""

from competence.notices import decisions, requirements

__all__ = ["decisions", "requirements"]
