from django.urls import path

from intake.views import papers, registration, visits

app_name = "intake"

urlpatterns = [
    path("", registration.desk, name="desk"),
    path("register/", registration.register, name="register"),
    path("register/route/", registration.route_preview, name="route_preview"),
    path("register/known/", visits.known_people, name="known_people"),
    path("register/same-matter/", visits.same_matter, name="same_matter"),
    path("answer/", visits.answer, name="answer"),
    path("attach/<str:number>/", visits.attach, name="attach"),
    path("call-backs/", visits.call_backs, name="call_backs"),
    path("call-backs/<int:pk>/", visits.called_back, name="called_back"),
    path("letters/<int:pk>/", visits.scan, name="scan"),
    path("receipt/<int:pk>/", registration.receipt, name="receipt"),
    path("papers/<int:pk>/<slug:code>.pdf", papers.paper, name="paper"),
]
