from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

app_name = "api_schema"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # The page and its script have separate addresses (?script=): the content security policy allows no script in a page.
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema:schema"), name="docs"),
]
