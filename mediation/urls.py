from django.urls import path

from mediation.views import absences, agreements, assigning, backlog, follow_ups, home, recusals, sessions, team

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
    path("<str:number>/mediators/<int:pk>/release/", team.release, name="team_release"),
    path("<str:number>/mediators/<int:pk>/lead/", team.lead, name="team_lead"),
    path("<str:number>/recusal/", recusals.ask, name="recusal_ask"),
    path("recusals/<int:pk>/", recusals.decide, name="recusal_decide"),
    path("<str:number>/session/when/", sessions.when, name="session_when"),
    path("<str:number>/absences/", absences.record, name="absence"),
    path("<str:number>/absences/<int:pk>/forget/", absences.forget, name="absence_forget"),
]
