from django.urls import path, register_converter

from backend.common.identifiers import ReferenceConverter

from . import views

register_converter(ReferenceConverter, "reference")

app_name = "cases"
urlpatterns = [
    path("", views.QueueView.as_view(), name="list"),
    path("<reference:reference>/", views.CaseView.as_view(), name="detail"),
    path("<reference:reference>/moves/", views.MovesView.as_view(), name="moves"),
    path("<reference:reference>/assignment/", views.AssignmentView.as_view(), name="assignment"),
    path("<reference:reference>/assessment/", views.AssessmentView.as_view(), name="assessment"),
    path("<reference:reference>/involvements/", views.InvolvementsView.as_view(), name="involvements"),
    path("<reference:reference>/notes/", views.NotesView.as_view(), name="notes"),
    path("<reference:reference>/messages/", views.MessagesView.as_view(), name="messages"),
    path("<reference:reference>/complainants/reveal/", views.IdentityView.as_view(), name="reveal"),
    path("<reference:reference>/deadlines/", views.DeadlinesView.as_view(), name="deadlines"),
    path("<reference:reference>/files/", views.FilesView.as_view(), name="files"),
    path("<reference:reference>/files/<uuid:public_id>/", views.FileView.as_view(), name="file"),
]
