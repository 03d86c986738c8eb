from django.urls import path

from courses.views import publishing

app_name = "courses_admin"
urlpatterns = [
    path("<int:pk>/publicera/", publishing.publish, name="publish"),
    path("<int:pk>/versioner/", publishing.versions, name="versions"),
]
