from django.urls import path

from intake.views import hall

app_name = "hall"

urlpatterns = [
    path("<str:code>/kiosk/", hall.kiosk, name="kiosk"),
    path("<str:code>/kiosk/<str:service>/", hall.kiosk_service, name="kiosk_service"),
    path("<str:code>/ticket/<uuid:key>/", hall.ticket, name="ticket"),
    path("<str:code>/screen/", hall.screen, name="screen"),
    path("<str:code>/state/", hall.state, name="state"),
]
