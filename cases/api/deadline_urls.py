from django.urls import path

from .calculator import CalculatorView

app_name = "deadlines"
urlpatterns = [path("calculator/", CalculatorView.as_view(), name="calculator")]
