from django.urls import URLPattern, URLResolver, path

from lms.notifications.views import inbox, jobs, mail, previews

app_name = "notifications"
urlpatterns: list[URLPattern | URLResolver] = [
    path("inkorg/", inbox.inbox, name="inbox"),
    path("inkorg/alla-lasta/", inbox.mark_all, name="mark_all_read"),
    path("inkorg/<number:pk>/", inbox.open_notice, name="open"),
    path("inkorg/<number:pk>/last/", inbox.mark_one, name="mark_read"),
    path("jobb/", jobs.jobs, name="jobs"),
    path("jobb/<number:pk>/", jobs.job, name="job"),
    path("jobb/<number:pk>/igen/", jobs.retry, name="retry_job"),
    path("jobb/<number:pk>/avbryt/", jobs.cancel, name="cancel_job"),
    path("utskick/", mail.mail, name="mail"),
    path("utskick/<number:pk>/skicka-igen/", mail.again, name="send_again"),
    path("utskick/utan-adress/", mail.people_without_mail, name="without_mail"),
    path("utskick/mallar/", previews.templates, name="templates"),
    path("utskick/mallar/<str:code>/", previews.template, name="template"),
    path("utskick/mallar/<str:code>/brev/", previews.template_mail, name="template_mail"),
]
