"""What happens on its own and when. Static: the same in every installation, in one place,
under version control (docs/decisions/0040).

Nothing here is more than a nudge: a missed one is made up by the next, because what is to be
done is read from rows in the database.
"""

from pathlib import Path
from typing import Any

from celery.schedules import crontab

MINUTE = 60.0

# Scheduled messages that nobody took before the next one are dropped.
SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {
        "task": "notifications.sweep",
        "schedule": MINUTE,
        "options": {"expires": 55},
    },
    "publish what the editors have scheduled": {
        "task": "notifications.housekeeping",
        "schedule": 5 * MINUTE,
        "args": ["publish_scheduled"],
        "options": {"expires": 290},
    },
    "remove ended sessions": {
        "task": "notifications.housekeeping",
        "schedule": crontab(hour=2, minute=10),
        "args": ["clearsessions"],
        "options": {"expires": 3600},
    },
    "remove old autosaved revisions": {
        "task": "notifications.housekeeping",
        "schedule": crontab(hour=2, minute=20),
        "args": ["purge_revisions"],
        "options": {"expires": 3600},
    },
    "remove old search statistics": {
        "task": "notifications.housekeeping",
        "schedule": crontab(hour=2, minute=30),
        "args": ["searchpromotions_garbage_collect"],
        "options": {"expires": 3600},
    },
    "rebuild the editors' search index": {
        "task": "notifications.housekeeping",
        "schedule": crontab(hour=2, minute=40),
        "args": ["update_index"],
        "options": {"expires": 3600},
    },
    "rebuild the search index": {
        "task": "notifications.housekeeping",
        "schedule": crontab(hour=2, minute=50),
        "args": ["rebuild_search"],
        "options": {"expires": 3600},
    },
    "note whose reach has changed": {
        "task": "notifications.housekeeping",
        "schedule": crontab(hour=3, minute=50),
        "args": ["note_reach"],
        "options": {"expires": 3600},
    },
    "keep the night's figures": {
        "task": "notifications.housekeeping",
        "schedule": crontab(hour=4, minute=10),
        "args": ["keep_figures"],
        "options": {"expires": 3600},
    },
    "remove ended jobs and failed tasks": {
        "task": "notifications.purge",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": 3600},
    },
}

# The management commands that the schedule runs, with their arguments.
HOUSEKEEPING: dict[str, tuple[list[str], dict[str, Any]]] = {
    "publish_scheduled": ([], {}),
    "clearsessions": ([], {}),
    "purge_revisions": ([], {"days": 30, "pages": True, "non_pages": True}),
    "searchpromotions_garbage_collect": ([], {}),
    "update_index": ([], {"verbosity": 0}),
    "rebuild_search": ([], {"verbosity": 0}),
    "note_reach": ([], {}),
    "keep_figures": ([], {}),
}


def broker_options(url: str, folder: Path) -> dict[str, Any]:
    """Kombu's options for the broker at `url`; `folder` holds the messages of filesystem://."""
    if url.startswith("filesystem:"):
        return {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
            # Seconds between two looks in the folder, one message a look.
            "polling_interval": 0.1,
        }
    if url.startswith(("redis:", "rediss:")):
        # Longer than any task: one that is still running must not be handed out again.
        return {
            "visibility_timeout": 6 * 3600,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            "health_check_interval": 30,
        }
    return {}
