"""The coordinator's addresses inside Wagtail's admin."""

from django.urls import path

from competence.views import admin_facts, admin_framework, admin_plan, history

app_name = "competence_admin"
urlpatterns = [
    path("plan/", admin_plan.plan_versions, name="plan"),
    path("plan/nytt-utkast/", admin_plan.new_draft, name="new_draft"),
    path("plan/<number:number>/", admin_plan.plan_version, name="version"),
    path("plan/<number:number>/ta-bort/", admin_plan.discard, name="discard"),
    path("plan/<number:number>/besluta/", admin_plan.adopt, name="adopt"),
    path("plan/<number:number>/nyckelgrupp/", admin_plan.new_key_group, name="new_key_group"),
    path(
        "plan/<number:number>/nyckelgrupp/<str:code>/",
        admin_plan.edit_key_group,
        name="edit_key_group",
    ),
    path("plan/<number:number>/krav/", admin_plan.edit_requirement, name="new_requirement"),
    path("plan/<number:number>/krav/<number:pk>/", admin_plan.edit_requirement, name="requirement"),
    path(
        "plan/<number:number>/krav/<number:pk>/ta-bort/",
        admin_plan.delete_requirement,
        name="delete_requirement",
    ),
    path("fil/", admin_framework.framework, name="framework"),
    path("fil/framework.yaml", admin_framework.framework_export, name="framework_export"),
    path("nyckelpersoner/", admin_facts.namings, name="namings"),
    path("nyckelpersoner/<number:pk>/avsluta/", admin_facts.end, name="end_naming"),
    path("undantag/", admin_facts.exemptions, name="exemptions"),
    path("undantag/<number:pk>/aterta/", admin_facts.withdraw, name="withdraw_exemption"),
    path("fornyelse/", admin_facts.renewals, name="renewals"),
    path("uppnatt/", admin_facts.achievements, name="achievements"),
    path("uppnatt/<str:token>/aterkalla/", admin_facts.revoke, name="revoke"),
    path(
        "intyg/<str:token>/ratta-namn/",
        admin_facts.correct_certificate,
        name="correct_certificate",
    ),
    path("historik/", history.batches, name="history"),
    path("historik/exempel.csv", history.example, name="history_example"),
    path("historik/<number:pk>/", history.batch_page, name="history_batch"),
    path("historik/<number:pk>/kolumner/", history.columns, name="history_columns"),
    path("historik/<number:pk>/fragor/", history.questions, name="history_questions"),
    path("historik/<number:pk>/namn/", history.confirm_names, name="history_names"),
    path("historik/<number:pk>/rader/", history.rows, name="history_rows"),
    path("historik/<number:pk>/rader.csv", history.rows_file, name="history_file"),
    path("historik/<number:pk>/rakna-om/", history.recount, name="history_recount"),
    path("historik/<number:pk>/ta-in/", history.commit, name="history_commit"),
    path("historik/<number:pk>/ta-tillbaka/", history.undo, name="history_undo"),
    path("historik/<number:pk>/kasta/", history.discard, name="history_discard"),
    path("historik/<number:pk>/ta-bort-resten/", history.rest, name="history_rest"),
]
