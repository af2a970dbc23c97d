from django.urls import path

from mediation.views import agreements, assigning, follow_ups, home

app_name = "mediation"

urlpatterns = [
    path("", home.home, name="home"),
    path("follow-ups/", follow_ups.follow_up_list, name="follow_ups"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up, name="follow_up"),
    path("performed/<str:kind>/<int:pk>/", agreements.performance, name="performance"),
    path("<str:number>/assign/", assigning.assign, name="assign"),
    path("<str:number>/agreement/", agreements.agreement, name="agreement"),
    path("<str:number>/agreement/<int:pk>/paper/", agreements.paper, name="paper"),
]
