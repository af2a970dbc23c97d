from django.urls import path

from mediation.views import agreements, assigning, backlog, confirming, follow_ups, home, performing, sessions, signing

app_name = "mediation"

urlpatterns = [
    path("", home.home, name="home"),
    path("follow-ups/", follow_ups.follow_up_list, name="follow_ups"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up, name="follow_up"),
    path("performed/<str:kind>/<int:pk>/", agreements.performance, name="performance"),
    path("backlog/", backlog.backlog, name="backlog"),
    path("backlog/proposal/", backlog.proposal, name="proposal"),
    path("<str:number>/assign/", assigning.assign, name="assign"),
    path("<str:number>/withdraw/", assigning.recuse, name="recuse"),
    path("sessions/<int:pk>/move/", sessions.move, name="session_move"),
    path("sessions/<int:pk>/hold/", sessions.hold, name="session_hold"),
    path("sessions/<int:pk>/fail/", sessions.fail, name="session_fail"),
    path("sessions/<int:pk>/cancel/", sessions.cancel, name="session_cancel"),
    path("sessions/<int:pk>/minutes/", sessions.minutes, name="session_minutes"),
    path("sessions/<int:pk>/calendar.ics", sessions.calendar, name="session_calendar"),
    path("<str:number>/session/", sessions.call, name="session_call"),
    path("<str:number>/rights/", sessions.rights, name="rights"),
    path("<str:number>/agreement/", agreements.agreement, name="agreement"),
    path("<str:number>/agreement/<int:pk>/paper/", agreements.paper, name="paper"),
    path("agreements/<int:pk>/", signing.overview, name="signing"),
    path("agreements/<int:pk>/correct/", agreements.correct, name="correct"),
    path("agreements/<int:pk>/sign/<str:key>/", signing.sign, name="sign"),
    path("agreements/<int:pk>/paper/", signing.on_paper, name="sign_paper"),
    path("agreements/<int:pk>/seal/", signing.seal, name="seal"),
    path("agreements/<int:pk>/scan/<int:document>/", signing.kept, name="kept"),
    path("due/", performing.due_list, name="due"),
    path("agreements/<int:pk>/urge/", performing.urge, name="urge"),
    path("agreements/<int:pk>/court/", performing.court, name="court"),
    path("agreements/<int:pk>/court/letter/", performing.court_letter, name="court_letter"),
    path("urgings/<int:pk>/letter/", performing.urging_letter, name="urging_letter"),
    path("agreements/<int:pk>/confirmation/", confirming.ask, name="confirm"),
    path("agreements/<int:pk>/confirmation/application/", confirming.application, name="application"),
    path("agreements/<int:pk>/confirmation/result/", confirming.result, name="confirmation_result"),
]
