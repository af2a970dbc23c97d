from django.urls import path

from intake.views import papers, registration

app_name = "intake"

urlpatterns = [
    path("", registration.desk, name="desk"),
    path("register/", registration.register, name="register"),
    path("register/route/", registration.route_preview, name="route_preview"),
    path("receipt/<int:pk>/", registration.receipt, name="receipt"),
    path("papers/<int:pk>/<slug:code>.pdf", papers.paper, name="paper"),
]
