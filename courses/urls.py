from django.urls import path

from courses.views import (
    assets,
    catalogue,
    certificates,
    conditions,
    dialogue,
    keeping,
    lesson,
    news,
    partner,
)

app_name = "courses"
urlpatterns = [
    path("kurser/", catalogue.catalogue, name="catalogue"),
    path("kurser/<slug:slug>/", catalogue.course, name="course"),
    path(
        "kurser/<slug:slug>/villkor/<str:item_key>/",
        conditions.confirm_statement,
        name="confirm",
    ),
    path("kurser/<slug:slug>/ny-version/byt/", conditions.go_on_in_newest, name="newest_version"),
    path("kurser/<slug:slug>/<slug:lesson_slug>/", lesson.lesson, name="lesson"),
    path("kurser/<slug:slug>/<slug:lesson_slug>/svar/", keeping.answers, name="answers"),
    path("kurser/<slug:slug>/<slug:lesson_slug>/sparat/", keeping.state, name="state"),
    path("kurser/<slug:slug>/<slug:lesson_slug>/plats/", keeping.place, name="place"),
    path(
        "kurser/<slug:slug>/<slug:lesson_slug>/reflektion/<str:block_key>/",
        keeping.reflection,
        name="reflection",
    ),
    path(
        "kurser/<slug:slug>/<slug:lesson_slug>/checklista/<str:block_key>/",
        keeping.checklist,
        name="checklist",
    ),
    path("kursfiler/<number:version_pk>/<slug:key>/", assets.asset, name="asset"),
    path("kurser/<slug:slug>/<slug:lesson_slug>/fel/", dialogue.report, name="report"),
    path("kurser/<slug:slug>/<slug:lesson_slug>/fraga/", dialogue.ask, name="ask"),
    path("fraga-en-expert/<slug:slug>/", dialogue.ask, name="ask_about_course"),
    path("mina-fragor/", dialogue.my_questions, name="my_questions"),
    path("vad-ar-nytt/<number:pk>/", news.news, name="news"),
    path("partner/", partner.partner, name="partner"),
    path("partner/var-organisation.csv", partner.partner_file, {"kind": "csv"}, name="partner_csv"),
    path(
        "partner/var-organisation.xlsx", partner.partner_file, {"kind": "xlsx"}, name="partner_xlsx"
    ),
    path("partner/platser/<number:pk>/", partner.give_seats, name="partner_seats"),
    path("partner/plats/<number:pk>/ta-tillbaka/", partner.take_back, name="partner_take_back"),
    path("partner/angra/", partner.undo_seats, name="partner_undo"),
    path("mina-intyg/", certificates.transcript, name="transcript"),
    path(
        "mina-intyg/mina-intyg.csv",
        certificates.transcript_file,
        {"kind": "csv"},
        name="transcript_csv",
    ),
    path(
        "mina-intyg/mina-intyg.xlsx",
        certificates.transcript_file,
        {"kind": "xlsx"},
        name="transcript_xlsx",
    ),
    path("mina-intyg/<slug:code>.pdf", certificates.certificate, name="certificate"),
    path("verifiera/", certificates.verify_start, name="verify_start"),
    path("verifiera/<str:code>/", certificates.verify, name="verify"),
]
