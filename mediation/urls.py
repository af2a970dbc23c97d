from django.urls import path

from mediation.views import agreements, assigning, backlog, follow_ups, home

app_name = "mediation"

urlpatterns = [
    path("", home.home, name="home"),
    path("follow-ups/", follow_ups.follow_up_list, name="follow_ups"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up, name="follow_up"),
    path("backlog/", backlog.backlog, name="backlog"),
    path("backlog/proposal/", backlog.proposal, name="proposal"),
    path("<str:number>/assign/", assigning.assign, name="assign"),
    path("<str:number>/withdraw/", assigning.recuse, name="recuse"),
    path("<str:number>/agreement/", agreements.agreement, name="agreement"),
]
