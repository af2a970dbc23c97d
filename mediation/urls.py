from django.urls import path

from mediation.views import agreements, assigning, backlog, follow_ups, home, prescriptions, second_calls, sessions

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
    path("follow-ups/<int:pk>/one-tap/", follow_ups.one_tap, name="follow_up_one_tap"),
    path("follow-ups/<int:pk>/give/", follow_ups.give, name="follow_up_give"),
    path("follow-ups/<int:pk>/cannot/", follow_ups.decline, name="follow_up_decline"),
    path("follow-ups/<int:pk>/phones/<int:party>/", follow_ups.phone, name="follow_up_phone"),
    path("<str:number>/prescription/", prescriptions.prescribe, name="prescribe"),
    path("prescriptions/<int:pk>/paper/", prescriptions.paper, name="prescription_paper"),
    path("prescribed/", prescriptions.due_steps, name="due_steps"),
    path("prescribed/<int:pk>/done/", prescriptions.done, name="step_done"),
    path("second-calls/", second_calls.second_calls, name="second_calls"),
    path("second-calls/<int:pk>/", second_calls.second_call, name="second_call"),
]
