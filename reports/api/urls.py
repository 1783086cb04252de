from django.urls import path

from .views import BriefingFiguresView, BriefingPdfView, BriefingsView, BriefingView

app_name = "reports"
urlpatterns = [
    path("briefings/", BriefingsView.as_view(), name="briefings"),
    path("briefings/<uuid:public_id>/", BriefingView.as_view(), name="briefing"),
    path("briefings/<uuid:public_id>/pdf/", BriefingPdfView.as_view(), name="briefing-pdf"),
    path("briefings/<uuid:public_id>/figures/", BriefingFiguresView.as_view(), name="briefing-figures"),
]
