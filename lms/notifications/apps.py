from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    name = "lms.notifications"
    label = "notifications"

    def ready(self) -> None:
        from lms.notifications import navigation, receivers  # noqa: F401

        autodiscover_modules("notices")
