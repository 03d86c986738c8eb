"""The coordinator's addresses inside Wagtail's admin."""

from django.urls import path

from competence.views import (
    admin_facts,
    admin_framework,
    admin_inbox,
    admin_plan,
    admin_rules,
    admin_sheets,
    move,
    on_day,
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
    path(
        "undantag/begaran/<number:pk>/",
        admin_facts.decide_request,
        name="decide_exemption_request",
    ),
    path("granskning/", admin_inbox.inbox, name="inbox"),
    path("granskning/beslut/", admin_inbox.confirm, name="inbox_confirm"),
    path("granskning/beslutat/", admin_inbox.decided, name="decided"),
    path("granskning/signaturlista/", admin_sheets.sheet, name="sheet"),
    path("granskning/kurs/<number:pk>/", admin_inbox.recognition, name="recognition"),
    path("granskning/kurs/<number:pk>/angra/", admin_inbox.undo, name="undo_recognition"),
    path("likvardighet/", admin_rules.rules, name="rules"),
    path("likvardighet/ny-regel/", admin_rules.new_rule, name="new_rule"),
    path("likvardighet/<number:number>/aterta/", admin_rules.withdraw, name="withdraw_rule"),
    path("likvardighet/kurser/", admin_rules.courses, name="outside_courses"),
    path("likvardighet/kurser/<number:pk>/", admin_rules.course, name="outside_course"),
    path(
        "likvardighet/kurser/<number:pk>/ta-ur-listan/",
        admin_rules.retire,
        name="retire_outside_course",
    ),
    path(
        "likvardighet/kurser/<number:pk>/sla-ihop/",
        admin_rules.merge,
        name="merge_outside_course",
    ),
    path("fornyelse/", admin_facts.renewals, name="renewals"),
    path("lage/", on_day.case, name="case"),
    path("byte/", move.case_move, name="case_move"),
    path("uppnatt/", admin_facts.achievements, name="achievements"),
    path("uppnatt/<str:token>/aterkalla/", admin_facts.revoke, name="revoke"),
    path(
        "intyg/<str:token>/ratta-namn/",
        admin_facts.correct_certificate,
        name="correct_certificate",
    ),
]
