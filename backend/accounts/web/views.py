"""Signing in and out with a browser."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # a door: this is where HTTP begins
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, View

from backend.accounts.services import login
from backend.accounts.services.login import LockedOut, WrongPassword
from backend.requests.services import TooMany

from .forms import SignInForm


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class SignInView(FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "accounts/sign_in.html"
    form_class = SignInForm

    def form_valid(self, form: SignInForm) -> HttpResponse:
        try:
            login.sign_in(request=self.request, at=timezone.now(), **form.cleaned_data)
        except (WrongPassword, LockedOut, TooMany) as refusal:
            form.add_error(None, f"{refusal.title} {refusal.detail}")
            return self.render_to_response(self.get_context_data(form=form), status=refusal.status)
        return HttpResponseRedirect(self._where_to())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.request.GET.get("next", ""), **kwargs)

    def _where_to(self) -> str:
        wanted = self.request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return wanted if safe else str(settings.LOGIN_REDIRECT_URL)


class SignOutView(View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        login.sign_out(request=request, at=timezone.now())
        return HttpResponseRedirect(str(settings.LOGOUT_REDIRECT_URL))
