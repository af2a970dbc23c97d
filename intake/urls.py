from django.urls import path

from intake.views import importing, papers, queue, registration, visits

app_name = "intake"

urlpatterns = [
    path("", registration.desk, name="desk"),
    path("register/", registration.register, name="register"),
    path("register/number/", registration.register_number, name="register_number"),
    path("register/route/", registration.route_preview, name="route_preview"),
    path("register/known/", visits.known_people, name="known_people"),
    path("register/same-matter/", visits.same_matter, name="same_matter"),
    path("answer/", visits.answer, name="answer"),
    path("attach/<str:number>/", visits.attach, name="attach"),
    path("call-backs/", visits.call_backs, name="call_backs"),
    path("call-backs/<int:pk>/", visits.called_back, name="called_back"),
    path("letters/<int:pk>/", visits.scan, name="scan"),
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
    path("papers/<int:pk>/<slug:code>.pdf", papers.paper, name="paper"),
    path("import/", importing.import_list, name="imports"),
    path("import/<int:pk>/", importing.import_job, name="import_job"),
    path("import/<int:pk>/cancel/", importing.cancel, name="import_cancel"),
    path("import/<int:pk>/now/", importing.import_now, name="import_now"),
    path("import/<int:pk>/faults/", importing.faults, name="import_faults"),
    path("import/template/<str:language>/<str:kind>/", importing.template, name="import_template"),
]
