from django.urls import path

from .calculator import CalculatorView
from .retention import RetentionPeriodsView
from .timing import EscalationRemovalView, EscalationsView, TargetsView

app_name = "deadlines"
urlpatterns = [
    path("calculator/", CalculatorView.as_view(), name="calculator"),
    path("targets/", TargetsView.as_view(), name="targets"),
    path("retention-periods/", RetentionPeriodsView.as_view(), name="retention-periods"),
    path("escalations/", EscalationsView.as_view(), name="escalations"),
    path("escalations/remove/", EscalationRemovalView.as_view(), name="escalation-removal"),
]
