from django.urls import path

from reporting import views, warning_views

app_name = "reporting"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("bounces/", views.bounces, name="bounces"),
    path("waiting/", views.waiting, name="waiting"),
    path("attendance/", views.attendance, name="attendance"),
    path("warnings/", warning_views.warnings, name="warnings"),
    path("warnings/repeats/", warning_views.repeats, name="repeats"),
    path("warnings/repeats/<int:pk>/", warning_views.repeat, name="repeat"),
    path("warnings/look/", warning_views.look_again, name="look_again"),
    path("warnings/<int:pk>/", warning_views.warning, name="warning"),
    path("warnings/<int:pk>/judge/", warning_views.judge, name="judge"),
]
