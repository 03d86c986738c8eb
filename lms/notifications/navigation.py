"""What notifications offers in the menus."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lms.content.navigation import NavItem, Place, register, signed_in
from lms.lib.dates import today
from lms.notifications.access import looks_after_work
from lms.notifications.services import unread_count
from lms.people.models import User


def _unread(request: HttpRequest) -> int:
    return unread_count(request.user.person) if isinstance(request.user, User) else 0


def _caretaker(request: HttpRequest) -> bool:
    return looks_after_work(request.user, today())


register(
    NavItem(
        code="inbox",
        place=Place.TOOLS,
        label=_("Inbox"),
        url_name="notifications:inbox",
        icon="i-bell",
        order=20,
        visible=signed_in,
        count=_unread,
    ),
    NavItem(
        code="jobs",
        place=Place.ACCOUNT,
        label=_("Background work"),
        url_name="notifications:jobs",
        icon="i-work",
        order=70,
        visible=_caretaker,
    ),
)
