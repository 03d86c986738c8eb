"""The notices about what has been decided, and about those who are back or hard to be without."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competence.notices.requirements import SAMPLE
from competence.services import (
    corrections,
    forum_alarms,
    group_messages,
    renewal_decisions,
    returning,
    targets,
)
from lms.notifications.models import Delivery
from lms.notifications.registry import Mail, NoticeKind, register, register_daily

register(
    NoticeKind(
        code=corrections.RECORD_CORRECTED,
        label=_("A record is put right"),
        templates="competence/mail/record_corrected",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        action=_("See how it stands"),
        sample={
            "area": "Orosanmälan och sekretess",
            "level": "Grund",
            "day": date(2027, 9, 30),
            "was_area": "Orosanmälan och sekretess",
            "was_level": "Grund",
            "was_day": date(2027, 9, 3),
            "holds": True,
            "held": True,
            "moved": False,
            "name": "Åsa Öström-Żółć",
            "yours": True,
        },
    )
)

register(
    NoticeKind(
        code=group_messages.GROUP_MESSAGE,
        label=_("Message from the coordinator"),
        templates="competence/mail/group_message",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See what to do"),
        sample={
            "topic": "OM4",
            "subject": "Nya rutiner för orosanmälan",
            "text": "Gör grundkursen före sommaren: rutinerna gäller från augusti.",
            "sender": "Maria Ekdahl",
        },
    )
)


@register_daily
def send_group_messages(day: date) -> None:
    """What was written to groups, once it can no longer be taken back."""
    group_messages.send_waiting(at=timezone.now())


_BACK = {
    "name": "Åsa Öström-Żółć",
    "things": [SAMPLE],
    "first_day": date(2027, 8, 16),
}

for _code, _label, _action in (
    (returning.WELCOME_BACK, _("Back from leave"), _("See what to do")),
    (returning.BACK_IN_TEAM, _("Somebody is back from leave"), _("See how it stands")),
):
    register(
        NoticeKind(
            code=_code,
            label=_label,
            templates=f"competence/mail/{_code.removeprefix('competence.')}",
            category=Delivery.Category.REMINDER,
            mail=Mail.MERGED,
            action=_action,
            still_true=returning.still_back,
            sample=_BACK,
        )
    )


@register_daily
def welcome_those_who_are_back(day: date) -> None:
    """What the worker calls once a day."""
    returning.welcome_back(as_of=day, at=timezone.now())


_ORDERED = {
    "order": 0,
    "area": "Orosanmälan och sekretess",
    "level": "Grund",
    "day": date(2027, 9, 30),
    "reason": "Socialtjänstlagen har ändrats.",
    "people": 12,
}

register(
    NoticeKind(
        code=renewal_decisions.RENEWAL_ORDERED,
        label=_("To be renewed earlier"),
        templates="competence/mail/renewal_ordered",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See what to do"),
        still_true=renewal_decisions.renewal_not_done,
        sample=_ORDERED,
    )
)

register(
    NoticeKind(
        code=renewal_decisions.RENEWAL_IN_TEAM,
        label=_("People in the team must renew"),
        templates="competence/mail/renewal_in_team",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See the team"),
        sample=_ORDERED,
    )
)

register(
    NoticeKind(
        code=targets.ALARM,
        label=_("A unit hangs on one person"),
        templates="competence/mail/coverage_alarm",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See who is nearest to qualifying"),
        still_true=targets.still_alarming,
        sample={
            "target": 0,
            "unit": "Norrskolan",
            "unit_key": 0,
            "standing": "single",
            "area": "Orosanmälan och sekretess",
            "level": "Fördjupning",
            "at_least": 2,
            "name": "Åsa Öström-Żółć",
            "going": "Åsa Öström-Żółć",
            "until": date(2027, 9, 30),
            "closest": "Bo Ek",
        },
    )
)


@register_daily
def tell_where_all_hangs_on_one(day: date) -> None:
    """What the worker calls once a day; the mail goes with the week's reminders."""
    targets.produce_alarms(as_of=day, at=timezone.now())


register(
    NoticeKind(
        code=forum_alarms.NOT_REACHED,
        label=_("The target of a forum is not reached"),
        templates="competence/mail/target_not_reached",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See how it stands"),
        still_true=forum_alarms.still_short,
        sample={
            "target": 0,
            "key_group": "SSPF",
            "key_group_key": 0,
            "area": "Samverkan",
            "area_key": 0,
            "level": "Fördjupning",
            "level_key": 0,
            "at_least": 2,
        },
    )
)


@register_daily
def tell_which_forums_are_short(day: date) -> None:
    """What the worker calls once a day."""
    forum_alarms.tell_of_shortfalls(as_of=day, at=timezone.now())
