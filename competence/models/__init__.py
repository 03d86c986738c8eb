"""Key groups, requirements and the facts that meet them. Facts are added, ended or revoked,
never overwritten; what follows from them is asked of `competence.engine`, never stored."""

from competence.models.facts import (
    Achievement,
    EquivalenceRule,
    Exemption,
    OutsideCourse,
    OutsideRecord,
)
from competence.models.followup import (
    FollowUpReport,
    ReportHandover,
    ReportSchedule,
    ReportSending,
    ReportWords,
)
from competence.models.measures import (
    GoverningDocument,
    ObligationStatus,
    Passage,
    PassageLink,
)
from competence.models.messages import (
    GroupMessage,
)
from competence.models.nights import (
    FiguresNight,
    UnitFigures,
)
from competence.models.outlook import (
    WeekOutlook,
)
from competence.models.plan import (
    KeyGroup,
    KeyGroupDefinition,
    KeyPersonAssignment,
    PlanVersion,
    RenewalOrder,
    Requirement,
)
from competence.models.recognition import (
    ProofFile,
    Recognition,
    SignInSheet,
)
from competence.models.requests import (
    ExemptionRequest,
    ExemptionRequestQuerySet,
)
from competence.models.targets import (
    CoverageTarget,
    TargetShortfall,
)

__all__ = [
    "Achievement",
    "CoverageTarget",
    "EquivalenceRule",
    "Exemption",
    "ExemptionRequest",
    "ExemptionRequestQuerySet",
    "FiguresNight",
    "FollowUpReport",
    "GoverningDocument",
    "GroupMessage",
    "KeyGroup",
    "KeyGroupDefinition",
    "KeyPersonAssignment",
    "ObligationStatus",
    "OutsideCourse",
    "OutsideRecord",
    "Passage",
    "PassageLink",
    "PlanVersion",
    "ProofFile",
    "Recognition",
    "RenewalOrder",
    "ReportHandover",
    "ReportSchedule",
    "ReportSending",
    "ReportWords",
    "Requirement",
    "SignInSheet",
    "TargetShortfall",
    "UnitFigures",
    "WeekOutlook",
]
