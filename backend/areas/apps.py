from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "backend.areas"
    label = "areas"
