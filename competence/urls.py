from django.urls import path

from competence.views import (
    coverage,
    coverage_targets,
    plan,
    signoffs,
    team,
    team_actions,
    team_person,
    transcripts,
)

app_name = "competence"
urlpatterns = [
    path("kompetensplan/", plan.plan, name="plan"),
    path("kompetensplan/<str:code>/", plan.key_group, name="key_group"),
    path("tackning/", coverage.coverage, name="coverage"),
    path("team/", team.team, name="team"),
    path("team/fil/lista.csv", team.team_file, name="team_file"),
    path("team/atgard/anmal/", team_actions.team_enrol, name="team_enrol"),
    path("team/atgard/angra/", team_actions.team_undo, name="team_undo"),
    path("team/atgard/paminn/", team_actions.team_remind, name="team_remind"),
    path("team/atgard/bekrafta/", signoffs.signoffs, name="signoffs"),
    path("team/bemanning/", coverage_targets.coverage_targets, name="coverage_targets"),
    path("team/bemanning/anmal/", coverage_targets.enrol_closest, name="coverage_enrol"),
    path("min-sida/utbildningsutdrag.pdf", transcripts.my_transcript, name="my_transcript"),
    path(
        "team/<str:person_id>/utbildningsutdrag.pdf",
        transcripts.team_transcript,
        name="team_transcript",
    ),
    path("team/<str:person_id>/", team_person.team_person, name="team_person"),
    path("team/<str:person_id>/varfor/<str:area>/", team_person.team_why, name="team_why"),
]
