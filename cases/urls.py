from django.urls import path

from cases.views import cases as views
from cases.views import joint, limits, people, rota, rota_calendar

app_name = "cases"

urlpatterns = [
    path("cases/", views.case_list, name="list"),
    path("cases/<str:number>/", views.case_detail, name="detail"),
    path("cases/<str:number>/<slug:code>/", views.case_action, name="action"),
    path("cases/<str:number>/limits/<int:pk>/<slug:code>/", limits.change, name="limit"),
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/<int:pk>/sign/", views.sign, name="sign"),
    path("referrals/<int:pk>/return/", views.send_back, name="return"),
    path("referrals/<int:pk>/opinion/", joint.give, name="opinion_give"),
    path("referrals/<int:pk>/opinion/ask/", joint.ask, name="opinion_ask"),
    path("referrals/<int:pk>/opinion/lift/", joint.lift, name="opinion_lift"),
    path("referrals/<int:pk>/appointment/", joint.appoint, name="appoint"),
    path("appointments/<int:pk>/<slug:state>/", joint.settle, name="appointment_settle"),
    path("referrals/<int:pk>/call/", joint.call, name="call"),
    path("calls/<int:pk>/arrived/", joint.arrived, name="arrived"),
    path("cases/<str:number>/parties/<int:pk>/", people.reveal_party, name="reveal_party"),
    path("search/", people.search, name="search"),
    path("people/<int:pk>/", people.person_file, name="person"),
    path("people/<int:pk>/reveal/", people.reveal, name="reveal"),
    path("people/<int:pk>/edit/", people.edit, name="person_edit"),
    path("people/<int:pk>/merge/<int:other>/", people.merge, name="person_merge"),
    path("people/merges/<int:pk>/undo/", people.unmerge, name="person_unmerge"),
    path("people/<int:pk>/family/", people.family, name="person_family"),
    path("people/<int:pk>/family/<int:link>/remove/", people.unlink, name="person_unlink"),
    path("dispatch/", views.dispatch, name="dispatch"),
    path("rota/", rota.rota, name="rota"),
    path("rota/wish/", rota.wish, name="rota_wish"),
    path("rota/absence/", rota.absence, name="rota_absence"),
    path("rota/absence/<int:pk>/remove/", rota.absence_remove, name="rota_absence_remove"),
    path("rota/plans/<int:pk>/", rota.plan, name="rota_plan"),
    path("rota/plans/<int:pk>/again/", rota.plan_do, {"what": "again"}, name="rota_again"),
    path("rota/plans/<int:pk>/in-force/", rota.plan_do, {"what": "in-force"}, name="rota_in_force"),
    path("rota/plans/<int:pk>/swap/", rota.plan_do, {"what": "swap"}, name="rota_swap"),
    path("rota/shifts/<int:pk>/lock/", rota.lock, {"what": "lock"}, name="rota_lock"),
    path("rota/shifts/<int:pk>/unlock/", rota.lock, {"what": "unlock"}, name="rota_unlock"),
    path("rota/shifts/<int:pk>/in/", rota_calendar.check, {"what": "in"}, name="rota_in"),
    path("rota/shifts/<int:pk>/out/", rota_calendar.check, {"what": "out"}, name="rota_out"),
    path("rota/what-if/", rota.what_if, name="rota_what_if"),
    path("rota/calendar/", rota_calendar.calendar, name="rota_calendar"),
    path("rota/calendar/link/", rota_calendar.feed, name="rota_feed"),
    path("rota/<str:code>.ics", rota_calendar.ics, name="rota_ics"),
]
