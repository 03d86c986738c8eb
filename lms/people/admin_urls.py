"""The register's addresses inside Wagtail's admin."""

from django.urls import path

from lms.people.views import imports, register

app_name = "people_admin"
urlpatterns = [
    path("import/", imports.upload_files, name="imports"),
    path("import/<int:pk>/plan/", imports.show_plan, name="plan"),
    path("import/<int:pk>/plan.csv", imports.plan_as_csv, name="plan_csv"),
    path("import/<int:pk>/ta-bort/", imports.discard_upload, name="discard"),
    path("import/korning/<int:pk>/", imports.show_run, name="run"),
    path("import/korning/<int:pk>/angra/", imports.undo_run, name="undo"),
    path("avvikelser/", register.anomaly_lists, name="anomalies"),
    path("lista/", register.people_list, name="people"),
    path("lista/<int:pk>/", register.person_detail, name="person"),
    path("enheter/", register.unit_tree, name="units"),
    path("inbjudningar/", register.invitations, name="invitations"),
    path("inbjudningar/koder/", register.code_sheet, name="code_sheet"),
    path("sla-ihop/", register.merge_people, name="merge"),
    path("roller/", register.role_list, name="roles"),
    path("roller/ny/", register.assign_role, name="assign_role"),
    path("roller/<int:pk>/avsluta/", register.end_role, name="end_role"),
]
