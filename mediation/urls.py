from django.urls import path

from mediation.views import agreements, assigning, backlog, files, follow_ups, home, papers, sessions

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
    path("<str:number>/papers/", papers.paper_list, name="papers"),
    path("<str:number>/papers/investigation/", papers.investigation, name="investigation"),
    path("<str:number>/papers/power/", papers.power, name="power"),
    path("<str:number>/papers/made/<str:kind>/<int:source>/", papers.made, name="paper_made"),
    path("<str:number>/papers/made/<str:kind>/<int:source>/signed/", papers.signed, name="paper_signed"),
    path("<str:number>/papers/kept/<int:pk>/", papers.kept, name="paper_kept"),
    path("<str:number>/papers/kept/<int:pk>/replace/", papers.replace, name="paper_replace"),
    path("<str:number>/papers/kept/<int:pk>/remove/", papers.remove, name="paper_remove"),
    path("<str:number>/file/", files.file, name="file"),
    path("<str:number>/file/look/", files.look, name="file_look"),
    path("<str:number>/file/<int:pk>/", files.archived, name="file_archived"),
]
