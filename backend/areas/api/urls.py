from django.urls import path

from .views import AreasView, LocateView

app_name = "areas"
urlpatterns = [
    path("", AreasView.as_view(), name="list"),
    path("locate/", LocateView.as_view(), name="locate"),
]
