from importlib import import_module

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self) -> None:
        from lms.people.access import Obj
        from lms.people.services.role_assignments import follow_matrix

        follow_matrix(Obj.QUESTION_BANK, "courses.question")
        import_module("courses.indicators")
        import_module("courses.receivers")
        import_module("courses.views.preview")
