from importlib import import_module

from django.apps import AppConfig


class CompetenceConfig(AppConfig):
    name = "competence"

    def ready(self) -> None:
        import_module("competence.receivers")
        import_module("competence.notices")
        import_module("competence.anomalies")
        import_module("competence.hints")
        import_module("competence.figures.contributions")
        import_module("competence.indicators")
        import_module("competence.services.inbox_recognitions")
        import_module("competence.services.inbox_exemptions")
