from django.urls import path

from intake import views

app_name = "intake"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("register/", views.register, name="register"),
    path("register/route/", views.route_preview, name="route_preview"),
    path("receipt/<int:pk>/", views.receipt, name="receipt"),
]
