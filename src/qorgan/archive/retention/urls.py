"""Addresses of retention and destruction, below the archive's own."""

from django.urls import path

from qorgan.archive.retention import act_pages, hold_pages, pages

app_name = "retention"
urlpatterns = [
    path("archive/retention/", pages.due, name="due"),
    path("archive/retention/compose/", pages.compose, name="compose"),
    path("archive/retention/acts/", pages.register, name="acts"),
    path("archive/retention/acts/<uuid:act_id>/", act_pages.act, name="act"),
    path("archive/retention/acts/<uuid:act_id>/progress/", act_pages.progress, name="act-progress"),
    path("archive/retention/acts/<uuid:act_id>/sign/", act_pages.sign, name="act-sign"),
    path("archive/retention/acts/<uuid:act_id>/stop/", act_pages.stop, name="act-stop"),
    path("archive/retention/acts/<uuid:act_id>/paper/", act_pages.paper, name="act-paper"),
    path("archive/retention/holds/", hold_pages.holds, name="holds"),
    path("archive/retention/holds/new/", hold_pages.place, name="hold-new"),
    path("archive/retention/holds/<uuid:hold_id>/lift/", hold_pages.lift, name="hold-lift"),
    path("archive/recordings/<uuid:recording_id>/longer/", hold_pages.longer, name="longer"),
]
