from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "backend.calendar"
    label = "calendar"
