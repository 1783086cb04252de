from django.urls import path

from .views import ComplaintsView, alive, page

urlpatterns = [
    path("complaints/", ComplaintsView.as_view()),
    path("health/alive", alive),
    path("pages/<slug:name>/", page),
]
