"""What the apps above fill in: kinds of notice, daily work and kinds of job.

An app puts its registrations in a module named `notices.py` at its top; it is imported when
Django is ready:

    from lms.notifications.models import Delivery
    from lms.notifications.registry import Mail, NoticeKind, register, register_daily

    register(
        NoticeKind(
            code="courses.completed",
            label=_("Course completed"),
            templates="courses/notices/completed",
            category=Delivery.Category.RECEIPT,
            mail=Mail.AT_ONCE,
            action=_("See your certificate"),
            sample={"course": "Grundkurs", "completed_on": date(2027, 9, 30)},
        )
    )
    register_daily(tell_who_is_due)        # def tell_who_is_due(day: date) -> None

Templates of a kind, in the folder `templates` names (all get the notice's context plus
`notice` and `person`):

    title.txt    one line: heading in the inbox, and the mail's subject where there is no other
    body.txt     one or two sentences: below the heading, and the mail's text where there is
                 no other
    subject.txt  (optional) the mail's subject
    mail.txt     (optional) extends "notifications/mail/layout.txt", block content
    mail.html    (optional) extends "notifications/mail/layout.html", block content

Dates in a context stay dates: `{{ due_on|date }}` prints "30 september 2027".
A daily function is called once a day with the day, in the worker, and again if it failed:
it must be able to run twice (notify() with a dedupe_key naming the occasion sees to that).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.functional import Promise

if TYPE_CHECKING:
    from lms.notifications.models import Notice


class Mail(Enum):
    """How a kind reaches the mailbox."""

    AT_ONCE = "at_once"
    MERGED = "merged"  # one reminder mail a week per person at most
    NEVER = "never"  # the inbox only


class Reporter(Protocol):
    """What a job function gets to tell how far it is."""

    def __call__(self, done: int, total: int = 0, message: str = "") -> None: ...


Daily = Callable[[date], None]
StillTrue = Callable[[Sequence["Notice"], date], set[int]]
Renewed = Callable[["Notice", date], Mapping[str, Any]]
JobFunction = Callable[[Mapping[str, Any], Reporter], str | None]


class RegistryError(LookupError):
    """A code that nobody registered, or that two registered."""


@dataclass(frozen=True)
class NoticeKind:
    """One kind of thing the product tells people."""

    code: str
    label: str | Promise
    templates: str
    category: str  # a Delivery.Category
    mail: Mail
    # The words on the mail's button, which leads to the notice's address.
    action: str | Promise = ""
    # For merged kinds: the keys of the notices that are still true on the day, so that nobody
    # is reminded of what they have done since. None: always true.
    still_true: StillTrue | None = None
    # For a kind about several things to do: opened, it stays unread as long as it is true.
    stays: bool = False
    # What of the context is said otherwise on the day that it is read. None: nothing.
    renewed: Renewed | None = None
    # What the preview shows.
    sample: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JobKind:
    """One kind of background work. The function returns the address of its result, or None;
    it may be run again after a stop half-way."""

    code: str
    label: str | Promise
    function: JobFunction


_kinds: dict[str, NoticeKind] = {}
_dailies: list[Daily] = []
_jobs: dict[str, JobKind] = {}


def register(kind: NoticeKind) -> NoticeKind:
    if kind.code in _kinds and _kinds[kind.code] != kind:
        raise RegistryError(f"The notice kind {kind.code} is registered twice.")
    _kinds[kind.code] = kind
    return kind


def register_daily(function: Daily) -> Daily:
    if function not in _dailies:
        _dailies.append(function)
    return function


def register_job(kind: str, label: str | Promise, function: JobFunction) -> JobKind:
    job = JobKind(kind, label, function)
    if kind in _jobs and _jobs[kind] != job:
        raise RegistryError(f"The job kind {kind} is registered twice.")
    _jobs[kind] = job
    return job


def notice_kind(code: str) -> NoticeKind:
    try:
        return _kinds[code]
    except KeyError:
        raise RegistryError(f"No notice kind is registered as {code}.") from None


def known_kind(code: str) -> NoticeKind | None:
    """The kind of a notice; none where it has gone."""
    return _kinds.get(code)


def job_kind(code: str) -> JobKind:
    try:
        return _jobs[code]
    except KeyError:
        raise RegistryError(f"No job kind is registered as {code}.") from None


def notice_kinds() -> list[NoticeKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def merged_codes() -> list[str]:
    return [kind.code for kind in notice_kinds() if kind.mail is Mail.MERGED]


def dailies() -> list[Daily]:
    return list(_dailies)


def label_of(code: str) -> str:
    """The label of a notice or job kind; the bare code of one that has gone."""
    found = _kinds.get(code) or _jobs.get(code)
    return str(found.label) if found else code
