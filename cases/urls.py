from django.urls import path

from cases import views

app_name = "cases"

urlpatterns = [
    path("cases/", views.case_list, name="list"),
    path("cases/<str:number>/", views.case_detail, name="detail"),
    path("cases/<str:number>/<slug:code>/", views.case_action, name="action"),
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/<int:pk>/sign/", views.sign, name="sign"),
    path("referrals/<int:pk>/return/", views.send_back, name="return"),
    path("dispatch/", views.dispatch, name="dispatch"),
]
