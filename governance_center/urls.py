from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from cases.api import CaseViewSet
from governance_center.views import health
from intake.api import MatterView
from intake.views.registration import status
from mediation.views.verifying import verify
from reporting.api import FiguresView

api = SimpleRouter()
api.register("cases", CaseViewSet, basename="api-case")

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("cases.urls")),
    path("desk/", include("intake.urls")),
    path("hall/", include("intake.hall_urls")),
    path("mediation/", include("mediation.urls")),
    path("dashboard/", include("reporting.urls")),
    path("s/<str:code>/", status, name="status"),
    path("verify/<str:code>/", verify, name="verify"),
    path("api/matters/", MatterView.as_view(), name="api-matters"),
    path("api/figures/", FiguresView.as_view(), name="api-figures"),
    path("api/", include(api.urls)),
    path("admin/", admin.site.urls),
    path("health/", health, name="health"),
]
