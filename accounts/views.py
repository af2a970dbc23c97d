from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import services
from accounts.access import staff
from accounts.forms import SignInForm
from accounts.models import DEMO_PASSWORD, Language, Notification, User
from accounts.navigation import home_of

COOKIE_AGE = 365 * 24 * 3600


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.GOVERNANCE_DEMO:
            context["demo_accounts"] = [
                {
                    "role": user.get_role_display(),
                    "place": _place(user),
                    "username": user.username,
                    "password": DEMO_PASSWORD,
                }
                for user in User.objects.filter(is_demo=True).select_related("division", "department").order_by("pk")
            ]
        return context

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """Sign in; who has not chosen a language on this device gets the one they usually work in."""
        response = super().form_valid(form)
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            _remember(response, staff(self.request).language)
        return response

    def get_default_redirect_url(self) -> str:
        return home_of(staff(self.request))


def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(staff(request)))


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this device, and of the account when signed in."""
    language, back = request.POST.get("language", ""), request.POST.get("next", "")
    if language not in Language.values:
        return HttpResponseBadRequest()
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "home")
    _remember(response, language)
    if request.user.is_authenticated:
        services.choose_language(user=staff(request), language=language)
    return response


def notifications(request: HttpRequest) -> HttpResponse:
    rows = Notification.objects.filter(recipient=staff(request))
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "accounts/notifications.html", {"page": page})


@require_POST
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go where it points."""
    row = get_object_or_404(Notification, pk=pk, recipient=staff(request))
    services.mark_read(user=staff(request), notification_ids=[row.pk])
    return redirect(row.url or "notifications")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_read(user=staff(request))
    messages.success(request, _("All notifications are marked as read."))
    return redirect("notifications")


def _place(user: User) -> str:
    """Where a demo account works, in words."""
    return " · ".join(str(part) for part in (user.division, user.department and user.department.short) if part)


def _remember(response: HttpResponse, language: str | None) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language or get_language() or settings.LANGUAGE_CODE,
        max_age=COOKIE_AGE,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
