from django.urls import path

from reporting import briefing_views, counted_views, drill_views, export_views, ministry_views, views, warning_views
from reporting.views import departments, follow_ups, mediation, tables, wall

app_name = "reporting"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("bounces/", views.bounces, name="bounces"),
    path("waiting/", views.waiting, name="waiting"),
    path("attendance/", views.attendance, name="attendance"),
    path("exports/", export_views.exports, name="exports"),
    path("exports/<slug:kind>/<str:file_format>/", export_views.export, name="export"),
    path("exports/<int:pk>/cancel", export_views.cancel, name="export_cancel"),
    path("exports/<int:pk>/file", export_views.download, name="export_file"),
    path("mediation-form/", ministry_views.form, name="ministry_form"),
    path("mediation-form/cases/", ministry_views.form_cases, name="ministry_cases"),
    path("mediation-form/<str:kind>/", ministry_views.form_file, name="ministry_file"),
    path("warnings/", warning_views.warnings, name="warnings"),
    path("warnings/repeats/", warning_views.repeats, name="repeats"),
    path("warnings/repeats/<int:pk>/", warning_views.repeat, name="repeat"),
    path("warnings/look/", warning_views.look_again, name="look_again"),
    path("warnings/<int:pk>/", warning_views.warning, name="warning"),
    path("warnings/<int:pk>/judge/", warning_views.judge, name="judge"),
    path("tables/<slug:table>.<slug:kind>", views.dashboard_table, name="table"),
    path("tables/<slug:page>/<slug:table>.<slug:kind>", tables.page_table, name="page_table"),
    path("departments/", departments.departments, name="departments"),
    path("mediation/", mediation.mediation, name="mediation"),
    path("follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("wall/", wall.screens, name="wall"),
    path("wall/<str:code>/", wall.screen, name="wall_screen"),
    path("wall/<str:code>/pages/", wall.pages, name="wall_pages"),
    path("published/", briefing_views.published, name="published"),
    path("briefings/", briefing_views.briefings, name="briefings"),
    path("briefings/<int:pk>/", briefing_views.briefing, name="briefing"),
    path("briefings/<int:pk>/words/", briefing_views.own_words, name="briefing_words"),
    path("briefings/<int:pk>/anew/", briefing_views.anew, name="briefing_anew"),
    path("briefings/<int:pk>/publish/", briefing_views.publish, name="briefing_publish"),
    path("briefings/<int:pk>/paper/", briefing_views.paper, name="briefing_paper"),
    path("briefings/<int:pk>/word/", briefing_views.word, name="briefing_word"),
    path("cases/", drill_views.cases, name="cases"),
    path("rows/", counted_views.rows, name="rows"),
]
