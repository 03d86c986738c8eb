"""The notices about requirements, registered when Django is ready, and the daily round."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competence.services import (
    deputies,
    exemption_requests,
    recognition_notices,
    reminders,
    renewals,
    signoffs,
)
from competence.services.proofs import remove_old_drafts
from courses.offer import offer_index
from lms.notifications.models import Delivery
from lms.notifications.registry import Mail, NoticeKind, register, register_daily

SAMPLE = {
    "area": "Orosanmälan och sekretess",
    "area_code": "OM4",
    "level": "Grund",
    "level_number": 1,
    "key_group": "Förskola och fritidshem",
    "renewal": False,
    "offered": True,
    "day": date(2027, 9, 30),
}

_LAST_DAY = date(2027, 6, 30)

for _code, _label in {
    reminders.ASSIGNED: _("New requirement"),
    reminders.DUE_30: _("Due within 30 days"),
    reminders.DUE_7: _("Due within 7 days"),
    reminders.OVERDUE: _("Overdue"),
}.items():
    register(
        NoticeKind(
            code=_code,
            label=_label,
            templates=f"competence/mail/{_code.removeprefix('competence.')}",
            category=Delivery.Category.REMINDER,
            mail=Mail.MERGED,
            action=_("See what to do"),
            still_true=reminders.still_to_do,
            sample=SAMPLE,
        )
    )

register(
    NoticeKind(
        code=signoffs.SIGNOFF_WANTED,
        label=_("Your confirmation is wanted"),
        templates="competence/mail/signoff_wanted",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("Confirm"),
        still_true=signoffs.still_wanted,
        sample={"name": "Åsa Öström-Żółć", "course": "Samtal och bemötande", "enrolment": 0},
    )
)

register(
    NoticeKind(
        code=exemption_requests.WANTED,
        label=_("An exemption is asked for"),
        templates="competence/mail/exemption_wanted",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("Decide"),
        still_true=exemption_requests.still_waiting,
        sample={"manager": "Maria Ekdahl", "count": 2, "requests": [0], "ends_on": _LAST_DAY},
    )
)

register(
    NoticeKind(
        code=exemption_requests.DECIDED,
        label=_("An exemption is decided"),
        templates="competence/mail/exemption_decided",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        action=_("To the team"),
        sample={
            "granted": False,
            "count": 1,
            "name": "Åsa Öström-Żółć",
            "area": "Orosanmälan och sekretess",
            "ends_on": _LAST_DAY,
            "reason": "Rollen möter barn varje dag.",
        },
    )
)

register(
    NoticeKind(
        code=renewals.RENEWAL_TO_CONSIDER,
        label=_("A renewal may have to be decided"),
        templates="competence/mail/renewal_to_consider",
        category=Delivery.Category.RECEIPT,
        mail=Mail.NEVER,
        action=_("To the renewal orders"),
        sample={
            "course": "Samtal och bemötande",
            "number": 2,
            "people": 140,
            "at_least": 0,
            "fewer_than": 5,
            "gives": "Samtal och bemötande Grund",
            "what": "Ny lag.",
        },
    )
)

register(
    NoticeKind(
        code=reminders.REMINDER,
        label=_("Reminder from your manager"),
        templates="competence/mail/reminder",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("See what to do"),
        still_true=reminders.still_in_need,
        sample={
            "manager": "Maria Ekdahl",
            "things": [SAMPLE, SAMPLE | {"area": "Samtal och bemötande"}],
            "day": date(2027, 9, 30),
        },
    )
)


_DEPUTY_SAMPLE = {
    "giver": "Maria Ekdahl",
    "deputy": "Åsa Öström-Żółć",
    "by": "Maria Ekdahl",
    "unit": "Norrskolan",
    "first": date(2027, 6, 28),
    "last": date(2027, 8, 6),
}

for _code, _label, _mail, _action in (
    (deputies.DEPUTY_CHOSEN, _("You are a deputy"), Mail.AT_ONCE, _("Go to the team")),
    (deputies.DEPUTY_GIVEN, _("You have a deputy"), Mail.NEVER, _("See your deputies")),
    (deputies.DEPUTY_ENDED, _("A deputy has ended"), Mail.NEVER, ""),
):
    register(
        NoticeKind(
            code=_code,
            label=_label,
            templates=f"competence/mail/{_code.removeprefix('competence.')}",
            category=Delivery.Category.RECEIPT,
            mail=_mail,
            action=_action,
            sample=_DEPUTY_SAMPLE,
        )
    )

register(
    NoticeKind(
        code=deputies.TEAM_SEEN_AS,
        label=_("The coordinator has seen your team"),
        templates="competence/mail/team_seen_as",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        sample={
            "by": "Karin Lund",
            "reason": "Fel i rutan för OM4.",
            "day": date(2027, 9, 30),
            "clock": "14:02",
            "until": "14:32",
        },
    )
)

register(
    NoticeKind(
        code=recognition_notices.DECIDED,
        label=_("Your outside course has been reviewed"),
        templates="competence/mail/recognition_decided",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        action=_("See what was decided"),
        sample={
            "course": "Samverkan i praktiken (Länsstyrelsen)",
            "approved": True,
            "gives": "Samverkan Grund",
            "reason": "",
        },
    )
)

register(
    NoticeKind(
        code=recognition_notices.TO_REVIEW,
        label=_("Something waits for your review"),
        templates="competence/mail/recognition_to_review",
        category=Delivery.Category.REMINDER,
        mail=Mail.MERGED,
        action=_("To the review"),
        still_true=recognition_notices.still_to_review,
        sample={},
    )
)


@register_daily
def remove_proofs_nobody_sent(day: date) -> None:
    """Files kept while a form was put right, that nobody came back to."""
    remove_old_drafts(at=timezone.now())


@register_daily
def tell_what_is_due(day: date) -> None:
    """What the worker calls once a day."""
    reminders.produce_notices(as_of=day, at=timezone.now(), offered=offer_index().keys())
