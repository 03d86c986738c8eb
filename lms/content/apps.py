from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "lms.content"
    label = "content"

    def ready(self) -> None:
        from lms.content import receivers

        receivers.connect()
