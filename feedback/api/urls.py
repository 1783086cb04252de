from django.urls import path

from .views import CommentsView, ComplaintsView, RatingsView, TrackView

app_name = "feedback"
urlpatterns = [
    path("ratings/", RatingsView.as_view(), name="ratings"),
    path("comments/", CommentsView.as_view(), name="comments"),
    path("complaints/", ComplaintsView.as_view(), name="complaints"),
    path("track/", TrackView.as_view(), name="track"),
]
