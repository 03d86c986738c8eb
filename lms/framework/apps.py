from django.apps import AppConfig


class FrameworkConfig(AppConfig):
    name = "lms.framework"
    label = "framework"
