"""What lms.content adds to Wagtail: closed pages and files stay closed, editors are told about
phone numbers in texts, and law and contacts have a place in the menu."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from lms.content.models import BasePage
from lms.content.viewsets import ReferencesGroup
from lms.content.visibility import file_is_visible, may_open

register_snippet(ReferencesGroup)


@hooks.register("before_serve_page")
def keep_internal_pages_closed(
    page: Page, request: HttpRequest, args: list[object], kwargs: dict[str, object]
) -> HttpResponse | None:
    """A page that does not say it is public takes a signed-in reader; one kept for a group
    refuses everyone else, where Wagtail would send them round by the sign-in page."""
    if request.user.is_authenticated:
        if not may_open(page, request.user):
            raise PermissionDenied
        return None
    if isinstance(page, BasePage) and page.is_public:
        return None
    return redirect_to_login(request.get_full_path(), settings.WAGTAIL_FRONTEND_LOGIN_URL)


@hooks.register("before_serve_document")
def keep_internal_documents_closed(document: AbstractDocument, request: HttpRequest) -> None:
    if not file_is_visible(document, request.user):
        raise Http404


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def tell_about_phones(request: HttpRequest, page: Page) -> None:
    if isinstance(page, BasePage) and page.phones_in_text:
        messages.warning(
            request,
            _(
                "There seems to be a phone number in the text. Choose the contact from the list "
                "instead: then the number is shown only as long as somebody has checked it."
            ),
        )
