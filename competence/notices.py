"""The notices about requirements, registered when Django is ready, and the daily round."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competence import jobs
from competence.services import history, reminders, renewals, signoffs
from courses.offer import offer_index
from lms.notifications.jobs import register_job
from lms.notifications.models import Delivery
from lms.notifications.registry import Mail, NoticeKind, register, register_daily

_SAMPLE = {
    "area": "Orosanmälan och sekretess",
    "area_code": "OM4",
    "level": "Grund",
    "level_number": 1,
    "key_group": "Förskola och fritidshem",
    "renewal": False,
    "offered": True,
    "day": date(2027, 9, 30),
}

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
            sample=_SAMPLE,
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
            "things": [_SAMPLE, _SAMPLE | {"area": "Samtal och bemötande"}],
            "day": date(2027, 9, 30),
        },
    )
)


@register_daily
def tell_what_is_due(day: date) -> None:
    """What the worker calls once a day."""
    reminders.produce_notices(as_of=day, at=timezone.now(), offered=offer_index().keys())
    history.purge_old_files()


register_job(jobs.READ, _("Rehearsal of history"), jobs.read_in_background)
register_job(jobs.COMMIT, _("Import of history"), jobs.commit_in_background)
