"""The roof: every room's addresses, and nothing imports it."""

from django.urls import include, path
from django.views.generic import TemplateView

from backend.common.health import alive, ready

urlpatterns = [
    path("api/v1/auth/", include("backend.accounts.api.urls")),
    path("api/v1/areas/", include("backend.areas.api.urls")),
    path("api/v1/cases/", include("cases.api.urls")),
    path("api/v1/deadlines/", include("cases.api.deadline_urls")),
    path("api/v1/reports/", include("reports.api.urls")),
    path("api/v1/", include("api_schema.urls")),
    path("api/v1/", include("feedback.api.urls")),
    path("health/alive", alive),
    path("health/ready", ready),
    path("", include("backend.accounts.web.urls")),
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
]
