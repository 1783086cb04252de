from django.urls import path

from .views import (
    CommentsView,
    ComplaintsView,
    EqualityView,
    RatingsView,
    TrackFileView,
    TrackMessagesView,
    TrackPreferencesView,
    TrackView,
)

app_name = "feedback"
urlpatterns = [
    path("ratings/", RatingsView.as_view(), name="ratings"),
    path("comments/", CommentsView.as_view(), name="comments"),
    path("complaints/", ComplaintsView.as_view(), name="complaints"),
    path("complaints/equality/", EqualityView.as_view(), name="equality"),
    path("track/", TrackView.as_view(), name="track"),
    path("track/messages/", TrackMessagesView.as_view(), name="track-messages"),
    path("track/preferences/", TrackPreferencesView.as_view(), name="track-preferences"),
    path("track/files/<uuid:public_id>/", TrackFileView.as_view(), name="track-file"),
]
