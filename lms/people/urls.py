"""Sign-in and one's own account. allauth's views at Swedish addresses; sign-up has none."""

from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from lms.people.views import account

_own = [
    path("konto/", account.my_account, name="home"),
    path("konto/sprak/", account.choose_language, name="language"),
    path("konto/aktivera/", account.enter_code, name="activate"),
    path("konto/aktivera/<str:code>/", account.activate_account, name="activate_link"),
]

_allauth = [
    path("konto/logga-in/", allauth_views.login, name="account_login"),
    path("konto/logga-ut/", allauth_views.logout, name="account_logout"),
    path("konto/stangt/", allauth_views.account_inactive, name="account_inactive"),
    path("konto/bekrafta/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("konto/e-post/", allauth_views.email, name="account_email"),
    path(
        "konto/e-post/skickat/",
        allauth_views.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^konto/e-post/bekrafta/(?P<key>[-:\w]+)/$",
        allauth_views.confirm_email,
        name="account_confirm_email",
    ),
    path("konto/losenord/", allauth_views.password_change, name="account_change_password"),
    path("konto/losenord/nytt/", allauth_views.password_set, name="account_set_password"),
    path("konto/losenord/glomt/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "konto/losenord/glomt/skickat/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^konto/losenord/glomt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "konto/losenord/klart/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("konto/ny/", allauth_views.signup, name="account_signup"),
]

# allauth finds its own addresses by name, so they have no namespace.
urlpatterns = [path("", include((_own, "people"))), *_allauth]
