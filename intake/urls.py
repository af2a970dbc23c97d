from django.urls import path

from intake.views import importing, registration

app_name = "intake"

urlpatterns = [
    path("", registration.desk, name="desk"),
    path("register/", registration.register, name="register"),
    path("register/route/", registration.route_preview, name="route_preview"),
    path("receipt/<int:pk>/", registration.receipt, name="receipt"),
    path("import/", importing.import_list, name="imports"),
    path("import/<int:pk>/", importing.import_job, name="import_job"),
    path("import/<int:pk>/cancel/", importing.cancel, name="import_cancel"),
    path("import/<int:pk>/now/", importing.import_now, name="import_now"),
    path("import/<int:pk>/faults/", importing.faults, name="import_faults"),
    path("import/template/<str:language>/<str:kind>/", importing.template, name="import_template"),
]
