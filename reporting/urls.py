from django.urls import path

from reporting import briefing_views, views

app_name = "reporting"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("bounces/", views.bounces, name="bounces"),
    path("waiting/", views.waiting, name="waiting"),
    path("attendance/", views.attendance, name="attendance"),
    path("published/", briefing_views.published, name="published"),
    path("briefings/", briefing_views.briefings, name="briefings"),
    path("briefings/<int:pk>/", briefing_views.briefing, name="briefing"),
    path("briefings/<int:pk>/words/", briefing_views.own_words, name="briefing_words"),
    path("briefings/<int:pk>/anew/", briefing_views.anew, name="briefing_anew"),
    path("briefings/<int:pk>/publish/", briefing_views.publish, name="briefing_publish"),
    path("briefings/<int:pk>/paper/", briefing_views.paper, name="briefing_paper"),
    path("briefings/<int:pk>/word/", briefing_views.word, name="briefing_word"),
]
