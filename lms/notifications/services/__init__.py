"""What other apps call: `notify`, and reading one's inbox."""

from lms.notifications.services.notices import (
    Draft,
    mark_all_read,
    mark_read,
    notify,
    notify_many,
    take_back,
    unread_count,
)

__all__ = [
    "Draft",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_many",
    "take_back",
    "unread_count",
]
