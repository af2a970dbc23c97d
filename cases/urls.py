from django.urls import path

from cases.views import cases as views
from cases.views import people, supervision, whistles

app_name = "cases"

urlpatterns = [
    path("cases/", views.case_list, name="list"),
    path("cases/<str:number>/", views.case_detail, name="detail"),
    path("cases/<str:number>/<slug:code>/", views.case_action, name="action"),
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/<int:pk>/sign/", views.sign, name="sign"),
    path("referrals/<int:pk>/return/", views.send_back, name="return"),
    path("cases/<str:number>/parties/<int:pk>/", people.reveal_party, name="reveal_party"),
    path("search/", people.search, name="search"),
    path("people/<int:pk>/", people.person_file, name="person"),
    path("people/<int:pk>/reveal/", people.reveal, name="reveal"),
    path("people/<int:pk>/edit/", people.edit, name="person_edit"),
    path("people/<int:pk>/merge/<int:other>/", people.merge, name="person_merge"),
    path("people/merges/<int:pk>/undo/", people.unmerge, name="person_unmerge"),
    path("people/<int:pk>/family/", people.family, name="person_family"),
    path("people/<int:pk>/family/<int:link>/remove/", people.unlink, name="person_unlink"),
    path("whistles/", whistles.whistle_list, name="whistles"),
    path("whistles/new/", whistles.raise_whistle, name="raise_whistle"),
    path("whistles/<int:pk>/", whistles.whistle, name="whistle"),
    path("whistles/<int:pk>/close/", whistles.close, name="whistle_close"),
    path("whistles/calls/<int:pk>/sign/", whistles.sign, name="call_sign"),
    path("whistles/calls/<int:pk>/contact/", whistles.contact, name="call_contact"),
    path("whistles/calls/<int:pk>/report/", whistles.report, name="call_report"),
    path("whistles/calls/<int:pk>/rate/", whistles.rate, name="call_rate"),
    path("supervision/", supervision.order_list, name="supervision"),
    path("supervision/<int:pk>/", supervision.order, name="order"),
    path("supervision/<int:pk>/paper/", supervision.order_paper, name="order_paper"),
    path("supervision/<str:subject>/<int:pk>/new/", supervision.issue, name="issue_order"),
    path("dispatch/", views.dispatch, name="dispatch"),
]
