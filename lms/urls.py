"""All addresses. Swedish paths, English names; Wagtail's pages come last."""

from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from lms.health import healthz, readyz

# Wagtail brings sign-in forms of its own, without the limits on wrong passwords: everyone signs
# in at /konto/.
_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    path("admin/login/", _sign_in, name="wagtailadmin_login"),
    path("_util/login/", _sign_in, name="wagtailcore_login"),
    # Closed (lms.url_access), and so named that it can be.
    path("admin/bulk/people/user/<str:action>/", _sign_in, name="wagtailusers_bulk"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", include(wagtailadmin_urls)),
    path("dokument/", include(wagtaildocs_urls)),
    path("sprak/", include("django.conf.urls.i18n")),
    path("stilguide/", include("lms.styleguide")),
    path("", include("lms.content.urls")),
    path("", include("lms.people.urls")),
    path("", include("lms.notifications.urls")),
    path("", include("courses.urls")),
    path("", include("competence.urls")),
    path("", include("home.urls")),
    path("", include(wagtail_urls)),
]
