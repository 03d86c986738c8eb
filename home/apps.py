from importlib import import_module

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from home import jobs, receivers
        from home.access import reads_arena
        from lms.content.visibility import decide_internal_by
        from lms.people.access import Obj
        from lms.people.services.role_assignments import follow_matrix

        import_module("home.indicators")
        receivers.connect()
        jobs.register()
        follow_matrix(Obj.REFERENCE, "content.legalreference", "content.contactpoint")
        follow_matrix(Obj.SETTINGS, "content.sitesettings")
        decide_internal_by(reads_arena)
