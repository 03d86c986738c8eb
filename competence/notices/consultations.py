"""The notices of a consultation: before it closes, by a daily round, and when views are met."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competence.services import consultation_notices
from lms.notifications.models import Delivery
from lms.notifications.registry import Mail, NoticeKind, register, register_daily

for _code, _label in (
    (consultation_notices.ASKED, _("Your view is asked for")),
    (consultation_notices.CLOSING, _("A consultation closes soon")),
):
    register(
        NoticeKind(
            code=_code,
            label=_label,
            templates=f"competence/mail/{_code.removeprefix('competence.')}",
            category=Delivery.Category.REMINDER,
            mail=Mail.MERGED,
            action=_("Read the proposal"),
            still_true=consultation_notices.still_asked,
            sample={
                "consultation": 0,
                "plan": "kompetensplan",
                "number": 4,
                "closes_on": date(2027, 10, 15),
                "unit": "Norrskolan",
                "unit_key": 0,
            },
        )
    )


register(
    NoticeKind(
        code=consultation_notices.MET,
        label=_("How your views were met"),
        templates="competence/mail/consultation_met",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See how they were met"),
        sample={
            "plan": "kompetensplan",
            "number": 4,
            "occasion": "decided",
            "views": 3,
            "unanswered": 0,
            "heeded": 1,
            "partly": 1,
            "refused": 1,
        },
    )
)


@register_daily
def remind_who_has_not_answered(day: date) -> None:
    """What the worker calls once a day; the mail goes with the week's reminders."""
    consultation_notices.remind_before_closing(as_of=day, at=timezone.now())
