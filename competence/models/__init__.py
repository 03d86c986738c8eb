"""Key groups, requirements and the facts that meet them. Facts are added, ended or revoked,
never overwritten; what follows from them is asked of `competence.engine`, never stored."""

from competence.models.consultation import (
    Consultation,
    ConsultationAnswer,
    ConsultationComment,
    ConsultationParty,
    WrittenOpinion,
)
from competence.models.decided import (
    DecidedDocument,
    DocumentStep,
    State,
    plans_by_kind,
    state_words,
    states_on,
)
from competence.models.document import (
    KeptDocument,
    PlanChapter,
)
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
from competence.models.goals import (
    CoverageGoal,
)
from competence.models.measures import (
    GoverningDocument,
    GoverningReading,
    ObligationStatus,
    Passage,
    PassageLink,
)
from competence.models.messages import (
    GroupMessage,
)
from competence.models.mondays import (
    PublishedMonday,
    PublishingStep,
)
from competence.models.needs import (
    NeedsAnswer,
    NeedsContent,
    NeedsDelegation,
    NeedsDraft,
    NeedsForm,
    NeedsReminder,
    NeedsRound,
    WishedLevel,
)
from competence.models.needs_staff import StaffCount, StaffCountArea, StaffWish, Told
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
    PlanStep,
    PlanVersion,
    RenewalOrder,
    Requirement,
)
from competence.models.planning import (
    AssumptionChange,
    ShownConsequences,
)
from competence.models.programme import (
    ProgrammeMember,
    ProgrammeTopic,
    ProgrammeTurn,
    StandingProgramme,
)
from competence.models.proposals import (
    NeedsProposal,
    ProposalDecision,
    ProposalSource,
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
from competence.models.reviews import (
    NamingReview,
)
from competence.models.seats import (
    AcceptedSessions,
    SeatScenario,
    WeekSeats,
)
from competence.models.targets import (
    CoverageTarget,
    TargetShortfall,
)
from competence.models.training import (
    ActivityPartner,
    PlanActivity,
    TrainingActivity,
    TrainingPlanStep,
    TrainingPlanVersion,
)
from competence.models.training_facts import (
    ActivityExpense,
    ActivityOutcome,
    ActivityStep,
    PartnerStep,
)

__all__ = [
    "AcceptedSessions",
    "Achievement",
    "ActivityExpense",
    "ActivityOutcome",
    "ActivityPartner",
    "ActivityStep",
    "AssumptionChange",
    "Consultation",
    "ConsultationAnswer",
    "ConsultationComment",
    "ConsultationParty",
    "CoverageGoal",
    "CoverageTarget",
    "DecidedDocument",
    "DocumentStep",
    "EquivalenceRule",
    "Exemption",
    "ExemptionRequest",
    "ExemptionRequestQuerySet",
    "FiguresNight",
    "FollowUpReport",
    "GoverningDocument",
    "GoverningReading",
    "GroupMessage",
    "KeptDocument",
    "KeyGroup",
    "KeyGroupDefinition",
    "KeyPersonAssignment",
    "NamingReview",
    "NeedsAnswer",
    "NeedsContent",
    "NeedsDelegation",
    "NeedsDraft",
    "NeedsForm",
    "NeedsProposal",
    "NeedsReminder",
    "NeedsRound",
    "ObligationStatus",
    "OutsideCourse",
    "OutsideRecord",
    "PartnerStep",
    "Passage",
    "PassageLink",
    "PlanActivity",
    "PlanChapter",
    "PlanStep",
    "PlanVersion",
    "ProgrammeMember",
    "ProgrammeTopic",
    "ProgrammeTurn",
    "ProofFile",
    "ProposalDecision",
    "ProposalSource",
    "PublishedMonday",
    "PublishingStep",
    "Recognition",
    "RenewalOrder",
    "ReportHandover",
    "ReportSchedule",
    "ReportSending",
    "ReportWords",
    "Requirement",
    "SeatScenario",
    "ShownConsequences",
    "SignInSheet",
    "StaffCount",
    "StaffCountArea",
    "StaffWish",
    "StandingProgramme",
    "State",
    "TargetShortfall",
    "Told",
    "TrainingActivity",
    "TrainingPlanStep",
    "TrainingPlanVersion",
    "UnitFigures",
    "WeekOutlook",
    "WeekSeats",
    "WishedLevel",
    "WrittenOpinion",
    "plans_by_kind",
    "state_words",
    "states_on",
]
