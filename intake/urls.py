from django.urls import path

from intake.views import queue, registration

app_name = "intake"

urlpatterns = [
    path("", registration.desk, name="desk"),
    path("register/", registration.register, name="register"),
    path("register/route/", registration.route_preview, name="route_preview"),
    path("queue/", queue.queue, name="queue"),
    path("queue/list/", queue.waiting_list, name="queue_list"),
    path("queue/open/", queue.open_desk, name="open_desk"),
    path("queue/close/<int:pk>/", queue.close_desk, name="close_desk"),
    path("queue/call/", queue.call_next, name="call_next"),
    path("queue/take/", queue.take, name="take_ticket"),
    path("queue/leftovers/", queue.end_leftovers, name="end_leftovers"),
    path("queue/<int:pk>/register/", queue.register, name="register_ticket"),
    path("queue/<int:pk>/transfer/", queue.transfer, name="transfer_ticket"),
    path("queue/<int:pk>/finish/", queue.finish, name="finish_ticket"),
    path("queue/<int:pk>/<str:name>/", queue.move, name="move_ticket"),
    path("receipt/<int:pk>/", registration.receipt, name="receipt"),
]
