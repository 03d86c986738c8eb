from django.urls import path

from lms.content import views

app_name = "content"
urlpatterns = [path("media/<path:path>", views.media, name="media")]
