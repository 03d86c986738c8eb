"""The notices about courses, registered when Django is ready."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.services.completing import COMPLETED
from courses.services.dialogue import QUESTION_ANSWERED, REPORT_ANSWERED
from courses.services.enrolment import ENROLLED, SEAT_GIVEN, still_booked
from courses.services.news import WHATS_NEW
from courses.services.publishing import NEW_VERSION
from courses.services.retiring import ARCHIVED, RETIRED, archive_due, still_under_way
from courses.services.reviews import REVIEW_ANSWERED, REVIEW_ASKED_FOR, still_to_judge
from lms.notifications.models import Delivery, Notice
from lms.notifications.registry import Mail, NoticeKind, register, register_daily

register(
    NoticeKind(
        code=COMPLETED,
        label=_("Course completed"),
        templates="courses/notices/completed",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        action=_("See your certificate"),
        sample={
            "course": "Orosanmälan och sekretess",
            "completed_on": date(2027, 9, 30),
            "code": "7K2M-XQ4P-9RTB",
        },
    )
)


def _still_booked(notices: Sequence[Notice], _day: date) -> set[int]:
    """Those about courses that the person is enrolled in and has not begun."""
    booked = still_booked([notice.context["enrolment"] for notice in notices])
    return {notice.pk for notice in notices if notice.context["enrolment"] in booked}


register(
    NoticeKind(
        code=ENROLLED,
        label=_("Your manager has enrolled you"),
        templates="courses/notices/enrolled",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See the course"),
        still_true=_still_booked,
        sample={"course": "Orosanmälan och sekretess", "enrolment": 0, "locked": False},
    )
)

register(
    NoticeKind(
        code=SEAT_GIVEN,
        label=_("Your organisation has given you a seat in a course"),
        templates="courses/notices/seat_given",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See the course"),
        still_true=_still_booked,
        sample={"course": "Orosanmälan och sekretess", "enrolment": 0, "locked": False},
    )
)

register(
    NoticeKind(
        code=NEW_VERSION,
        label=_("A course you have begun is changed"),
        templates="courses/notices/new_version",
        category=Delivery.Category.RECEIPT,
        mail=Mail.NEVER,
        action=_("See the course"),
        sample={"course": "Orosanmälan och sekretess", "retake": True, "what": "Ny lag."},
    )
)

register(
    NoticeKind(
        code=REVIEW_ASKED_FOR,
        label=_("A course waits for your review"),
        templates="courses/notices/review_asked_for",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("Open the review"),
        still_true=still_to_judge,
        sample={
            "course": "Orosanmälan och sekretess",
            "who": "Åsa Öström-Żółć",
            "message": "Stämmer exemplet i lektion 3?",
            "review": 0,
        },
    )
)

register(
    NoticeKind(
        code=REVIEW_ANSWERED,
        label=_("Answer to a review of a course"),
        templates="courses/notices/review_answered",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        action=_("Open the course version"),
        sample={
            "course": "Orosanmälan och sekretess",
            "approved": False,
            "comment": "Lektion 3 behöver ett exempel till.",
        },
    )
)

register(
    NoticeKind(
        code=WHATS_NEW,
        label=_("What is new in a course you have"),
        templates="courses/notices/whats_new",
        category=Delivery.Category.RECEIPT,
        mail=Mail.NEVER,
        action=_("Read what is new"),
        sample={
            "title": "Orosanmälan",
            "text": "Blanketten är ny.",
            "minutes": 3,
            "retake": False,
        },
    )
)


def _under_way(notices: Sequence[Notice], day: date) -> set[int]:
    """Those about courses that the person is still in the middle of."""
    pairs = {notice.pk: (notice.person_id, notice.context["course_id"]) for notice in notices}
    open_ones = still_under_way(list(pairs.values()))
    return {pk for pk, pair in pairs.items() if pair in open_ones}


register(
    NoticeKind(
        code=RETIRED,
        label=_("A course you have begun is coming to an end"),
        templates="courses/notices/retired",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See the course"),
        still_true=_under_way,
        sample={
            "course": "Orosanmälan och sekretess",
            "course_id": 0,
            "last_day": date(2027, 9, 30),
            "instead": "Orosanmälan, ny lag",
        },
    )
)

register(
    NoticeKind(
        code=ARCHIVED,
        label=_("A course you had begun has ended"),
        templates="courses/notices/archived",
        category=Delivery.Category.RECEIPT,
        mail=Mail.NEVER,
        action=_("See the course"),
        sample={
            "course": "Orosanmälan och sekretess",
            "course_id": 0,
            "last_day": date(2027, 9, 30),
            "instead": "Orosanmälan, ny lag",
        },
    )
)

for code, label, folder, mail in (
    (REPORT_ANSWERED, _("Answer to what you reported"), "report_answered", Mail.NEVER),
    (QUESTION_ANSWERED, _("Answer to your question"), "question_answered", Mail.AT_ONCE),
):
    register(
        NoticeKind(
            code=code,
            label=label,
            templates=f"courses/notices/{folder}",
            category=Delivery.Category.RECEIPT,
            mail=mail,
            action=_("See the answer"),
            sample={
                "course": "Orosanmälan och sekretess",
                "answer": "Det stämmer, och är nu rättat.",
                "declined": False,
            },
        )
    )


def archive_courses(day: date) -> None:
    """Daily: what is left of the courses whose last day has passed."""
    archive_due(day=day, at=timezone.now())


register_daily(archive_courses)
