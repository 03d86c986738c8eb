from django.urls import path

from competence.views import (
    coverage,
    deputies,
    move,
    on_day,
    plan,
    recognition,
    signoffs,
    team,
    team_actions,
    team_exempt,
    team_files,
    team_person,
)

app_name = "competence"
urlpatterns = [
    path("kompetensplan/", plan.plan, name="plan"),
    path("kompetensplan/<str:code>/", plan.key_group, name="key_group"),
    path("tackning/", coverage.coverage, name="coverage"),
    path("min-sida/lage/", on_day.my_day, name="my_day"),
    path("min-sida/krav/<str:area>/", on_day.my_requirement, name="my_requirement"),
    path("team/", team.team, name="team"),
    path("team/fil/lista.csv", team_files.team_file, name="team_file"),
    path("team/fil/matris.csv", team_files.team_matrix_file, name="team_matrix_file"),
    path("team/atgard/anmal/", team_actions.team_enrol, name="team_enrol"),
    path("team/atgard/angra/", team_actions.team_undo, name="team_undo"),
    path("team/atgard/paminn/", team_actions.team_remind, name="team_remind"),
    path("team/atgard/undantag/", team_exempt.team_exempt, name="team_exempt"),
    path(
        "team/atgard/undantag/ta-tillbaka/",
        team_exempt.team_withdraw_request,
        name="team_withdraw_request",
    ),
    path("team/atgard/bekrafta/", signoffs.signoffs, name="signoffs"),
    path("team/stallforetradare/", deputies.deputies, name="deputies"),
    path("team/stallforetradare/<number:pk>/avsluta/", deputies.end_deputy, name="end_deputy"),
    path("min-sida/jag-har-gatt-en-kurs/", recognition.claim, name="claim"),
    path(
        "min-sida/jag-har-gatt-en-kurs/<number:pk>/aterta/",
        recognition.withdraw,
        name="withdraw_claim",
    ),
    path("min-sida/jag-har-gatt-en-kurs/<number:pk>/intyg/", recognition.proof, name="proof"),
    path("team/<str:person_id>/har-gatt-en-kurs/", recognition.claim_for, name="claim_for"),
    path("team/<str:person_id>/", team_person.team_person, name="team_person"),
    path("team/<str:person_id>/byte/", move.team_move, name="team_move"),
    path("team/<str:person_id>/varfor/<str:area>/", team_person.team_why, name="team_why"),
]
