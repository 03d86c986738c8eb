"""The coordinator's addresses inside Wagtail's admin."""

from django.urls import path

from competence.views import (
    admin_facts,
    admin_framework,
    admin_messages,
    admin_plan,
    admin_renewals,
    admin_targets,
    transcripts,
)

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
    path("bemanningsmal/", admin_targets.targets, name="targets"),
    path("bemanningsmal/<number:pk>/", admin_targets.target, name="target"),
    path("bemanningsmal/<number:pk>/avsluta/", admin_targets.end_target, name="end_target"),
    path("meddelanden/", admin_messages.group_messages, name="group_messages"),
    path("meddelanden/<number:pk>/angra/", admin_messages.undo, name="undo_message"),
    path("fornyelse/", admin_renewals.renewals, name="renewals"),
    path("fornyelse/namn/", admin_renewals.renewal_names, name="renewal_names"),
    path("fornyelse/namn/lista.csv", admin_renewals.renewal_file, name="renewal_file"),
    path("utdrag/", transcripts.transcripts, name="transcripts"),
    path("utdrag/<str:person_id>.pdf", transcripts.transcript_file, name="transcript_file"),
    path("uppnatt/", admin_facts.achievements, name="achievements"),
    path("uppnatt/<str:token>/aterkalla/", admin_facts.revoke, name="revoke"),
    path("uppnatt/<str:token>/ratta/", admin_facts.put_it_right, name="put_right"),
    path(
        "intyg/<str:token>/ratta-namn/",
        admin_facts.correct_certificate,
        name="correct_certificate",
    ),
]
