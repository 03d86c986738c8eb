"""The notices about needs assessment, and the round that tells who is asked."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competence.services import needs_notices, needs_staff
from lms.notifications.models import Delivery
from lms.notifications.registry import Mail, NoticeKind, register, register_daily

_ASKED = {
    "round": "Behov inför 2027",
    "count": 3,
    "forms": [0],
    "day": date(2027, 1, 15),
    "units": "Norrskolan, Öppna ungdomsverksamheten",
    "more": 0,
}

for _code, _label in (
    (needs_notices.ASKED, _("Needs are asked about")),
    (needs_notices.REMINDED, _("Reminder of a needs form")),
):
    register(
        NoticeKind(
            code=_code,
            label=_label,
            templates=f"competence/mail/{_code.removeprefix('competence.')}",
            category=Delivery.Category.REMINDER,
            mail=Mail.MERGED,
            action=_("Answer the form"),
            still_true=needs_notices.still_unanswered,
            stays=True,
            renewed=needs_notices.still_left,
            sample=_ASKED,
        )
    )

register(
    NoticeKind(
        code=needs_notices.LEFT_TO_YOU,
        label=_("A needs form is left to you"),
        templates="competence/mail/needs_left_to_you",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        action=_("Answer the form"),
        sample={
            "giver": "Maria Ekdahl",
            "unit": "Öppna ungdomsverksamheten",
            "key_group": "Öppen ungdomsverksamhet",
            "day": date(2027, 1, 15),
        },
    )
)

register(
    NoticeKind(
        code=needs_notices.DECIDED,
        label=_("What became of an answer about needs"),
        templates="competence/mail/needs_decided",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See what became of it"),
        sample={
            "outcome": "accepted",
            "key_group": "Öppen ungdomsverksamhet",
            "area": "Samtal och bemötande",
            "level": "Fördjupning",
            "reason": "",
        },
    )
)


register(
    NoticeKind(
        code=needs_staff.STAFF_ASKED,
        label=_("The staff are asked what they need"),
        templates="competence/mail/needs_staff_asked",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("Say what you need"),
        still_true=needs_staff.still_asked,
        sample={"round": 0, "day": date(2027, 1, 15)},
    )
)


@register_daily
def ask_and_count_the_staff(day: date) -> None:
    """Those whose time to answer is over are counted, then those who are asked are told."""
    now = timezone.now()
    needs_staff.count_staff_that_is_over(day=day, at=now)
    needs_staff.tell_staff(day=day, at=now)


@register_daily
def tell_who_is_asked(day: date) -> None:
    """What the worker calls once a day."""
    needs_notices.tell_who_is_asked(day=day, at=timezone.now())
