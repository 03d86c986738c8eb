from django.urls import path

from home.views import redaction

app_name = "home_admin"
urlpatterns = [
    path("forsta-stegen/", redaction.first_steps, name="first_steps"),
    path("forsta-stegen/startinnehall/", redaction.load_starter, name="load_starter"),
    path("forsta-stegen/publicera/", redaction.begin_publishing, name="begin_figures"),
    path("forsta-stegen/testmejl/", redaction.test_mail, name="test_mail"),
    path("granskad/<number:pk>/", redaction.reviewed, name="reviewed"),
]
