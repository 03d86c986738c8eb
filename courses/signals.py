"""What courses tells those above it, in the past tense."""

from django.dispatch import Signal

# Sent inside the transaction that records completions, once for all of them.
# Argument: completions (a tuple of courses.models.Completion, each with its version loaded; what
# it gives is version.grants, frozen).
course_completed = Signal()

# Sent when a completion is revoked. Arguments: completion, on (date), by (User or None).
completion_revoked = Signal()

# Sent inside the transaction that publishes a version. Argument: version (CourseVersion).
course_version_published = Signal()

# Sent inside the transaction in which the last thing that learners themselves can do was done, and
# a manager's word is missing. Arguments: enrolments (a tuple), at (datetime).
signoff_awaited = Signal()

# Sent inside the transaction that takes a course out of the catalogue, and the one that puts it
# back. Argument: retirement (CourseRetirement).
course_retired = Signal()
course_reopened = Signal()

# Sent inside the transaction that publishes a question to an expert with its answer. Arguments:
# question (ExpertQuestion), by (User or None).
expert_question_published = Signal()
