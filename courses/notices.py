"""The notices about courses, registered when Django is ready."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from courses.services.completing import COMPLETED
from courses.services.publishing import NEW_VERSION
from lms.notifications.models import Delivery
from lms.notifications.registry import Mail, NoticeKind, register

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
