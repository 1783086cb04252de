from django.urls import path

from .views import MeView, TokensView, TokenView

app_name = "accounts"
urlpatterns = [
    path("token/", TokenView.as_view(), name="token"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("me/", MeView.as_view(), name="me"),
]
