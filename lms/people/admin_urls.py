"""The register's addresses inside Wagtail's admin."""

from django.urls import path

from lms.people.views import accounts, entries, imports, ledger, reach, register, view_as

app_name = "people_admin"
urlpatterns = [
    path("import/", imports.upload_files, name="imports"),
    path("import/<number:pk>/plan/", imports.show_plan, name="plan"),
    path("import/<number:pk>/plan.csv", imports.plan_as_file, {"kind": "csv"}, name="plan_csv"),
    path("import/<number:pk>/plan.xlsx", imports.plan_as_file, {"kind": "xlsx"}, name="plan_xlsx"),
    path("import/<number:pk>/ta-bort/", imports.discard_upload, name="discard"),
    path("import/korning/<number:pk>/", imports.show_run, name="run"),
    path("import/korning/<number:pk>/angra/", imports.undo_run, name="undo"),
    path("avvikelser/", register.anomaly_lists, name="anomalies"),
    path("lista/", register.people_list, name="people"),
    path("lista/<number:pk>/", register.person_detail, name="person"),
    path("lista/ny/", entries.add_person, name="add_person"),
    path("lista/<number:pk>/anstallning/", entries.add_employment, name="add_employment"),
    path("lista/<number:pk>/ledighet/", entries.add_leave, name="add_leave"),
    path("anstallning/<number:pk>/avsluta/", entries.end_employment, name="end_employment"),
    path("enheter/ny/", entries.add_unit, name="add_unit"),
    path("enheter/", register.unit_tree, name="units"),
    path("inbjudningar/", register.invitations, name="invitations"),
    path("inbjudningar/koder/", register.code_sheet, name="code_sheet"),
    path("konton/", accounts.account_list, name="accounts"),
    path("konton/nytt/", accounts.add_account, name="add_account"),
    path("konton/<number:pk>/", accounts.account_detail, name="account"),
    path("konton/<number:pk>/bjud-in/", accounts.invite_account, name="invite_account"),
    path("konton/<number:pk>/stang/", accounts.close_account, name="close_account"),
    path("konton/<number:pk>/oppna/", accounts.reopen_account, name="reopen_account"),
    path("sla-ihop/", register.merge_people, name="merge"),
    path("visa-som/", view_as.choose, name="view_as"),
    path("visa-som/avsluta/", view_as.end, name="end_view_as"),
    path("logg/", ledger.ledger, name="ledger"),
    path("logg/person/<number:pk>/", ledger.person_ledger, name="person_ledger"),
    path("logg/fil/logg.csv", ledger.ledger_file, {"kind": "csv"}, name="ledger_csv"),
    path("logg/fil/logg.xlsx", ledger.ledger_file, {"kind": "xlsx"}, name="ledger_xlsx"),
    path("rackvidd/", reach.changed_reach, name="reach"),
    path("rackvidd/fil/rackvidd.csv", reach.reach_file, {"kind": "csv"}, name="reach_csv"),
    path("rackvidd/fil/rackvidd.xlsx", reach.reach_file, {"kind": "xlsx"}, name="reach_xlsx"),
    path("roller/", register.role_list, name="roles"),
    path("roller/ny/", register.assign_role, name="assign_role"),
    path("roller/<number:pk>/avsluta/", register.end_role, name="end_role"),
]
