from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "lms.content"
    label = "content"

    def ready(self) -> None:
        from django.urls import register_converter

        from lms.content import receivers
        from lms.lib.numbers import NumberConverter

        receivers.connect()
        register_converter(NumberConverter, "number")
