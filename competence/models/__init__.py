"""Key groups, requirements and the facts that meet them. Facts are added, ended or revoked,
never overwritten; what follows from them is asked of `competence.engine`, never stored."""

from competence.models.facts import (
    Achievement,
    EquivalenceRule,
    Exemption,
    KeyGroup,
    KeyGroupDefinition,
    KeyPersonAssignment,
    OutsideCourse,
    OutsideRecord,
    PlanVersion,
    RenewalOrder,
    Requirement,
)
from competence.models.recognition import Recognition, SignInSheet
from competence.models.requests import ExemptionRequest, ExemptionRequestQuerySet

__all__ = [
    "Achievement",
    "EquivalenceRule",
    "Exemption",
    "ExemptionRequest",
    "ExemptionRequestQuerySet",
    "KeyGroup",
    "KeyGroupDefinition",
    "KeyPersonAssignment",
    "OutsideCourse",
    "OutsideRecord",
    "PlanVersion",
    "Recognition",
    "RenewalOrder",
    "Requirement",
    "SignInSheet",
]
