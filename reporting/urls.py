from django.urls import path

from reporting import drill_views, views

app_name = "reporting"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("bounces/", views.bounces, name="bounces"),
    path("waiting/", views.waiting, name="waiting"),
    path("attendance/", views.attendance, name="attendance"),
    path("cases/", drill_views.cases, name="cases"),
]
