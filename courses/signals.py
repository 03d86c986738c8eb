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
