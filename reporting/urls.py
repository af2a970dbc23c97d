from django.urls import path

from reporting import views
from reporting.views import departments, follow_ups, mediation, wall

app_name = "reporting"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("bounces/", views.bounces, name="bounces"),
    path("waiting/", views.waiting, name="waiting"),
    path("attendance/", views.attendance, name="attendance"),
    path("tables/<slug:table>.<slug:kind>", views.dashboard_table, name="table"),
    path("departments/", departments.departments, name="departments"),
    path("mediation/", mediation.mediation, name="mediation"),
    path("follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("wall/", wall.screens, name="wall"),
    path("wall/<str:code>/", wall.screen, name="wall_screen"),
    path("wall/<str:code>/pages/", wall.pages, name="wall_pages"),
]
