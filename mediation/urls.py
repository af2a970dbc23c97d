from django.urls import path

from mediation import views

app_name = "mediation"

urlpatterns = [
    path("", views.home, name="home"),
    path("follow-ups/", views.follow_up_list, name="follow_ups"),
    path("follow-ups/<int:pk>/", views.follow_up, name="follow_up"),
    path("<str:number>/assign/", views.assign, name="assign"),
    path("<str:number>/agreement/", views.agreement, name="agreement"),
]
