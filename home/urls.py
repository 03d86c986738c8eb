from django.urls import path
from wagtail.views import serve

from home.views import my_page, search, worried

app_name = "home"
urlpatterns = [
    path("min-sida/", my_page.my_page, name="my_page"),
    path("orolig/", worried.worried, name="worried"),
    path("sok/", search.find, name="search"),
    # Pages in Wagtail's tree that menus name.
    path("hjalp/", serve, {"path": "hjalp/"}, name="help"),
    path("tillganglighet/", serve, {"path": "tillganglighet/"}, name="accessibility"),
    path(
        "sa-behandlar-vi-dina-uppgifter/",
        serve,
        {"path": "sa-behandlar-vi-dina-uppgifter/"},
        name="privacy",
    ),
]
