"""The notices, jobs and daily rounds of competence, registered when Django is ready."""

from competence.notices import (
    consultations,
    decisions,
    followup,
    history,
    needs,
    outlook,
    requirements,
)

__all__ = ["consultations", "decisions", "followup", "history", "needs", "outlook", "requirements"]
