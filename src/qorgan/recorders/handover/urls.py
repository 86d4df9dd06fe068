"""Addresses of hand-overs: under ``/archive/``, where the vault's cookie is sent."""

from django.urls import path

from qorgan.recorders.handover import drafting_pages, leaving_pages, pages, register

app_name = "handover"
urlpatterns = [
    path("", register.register, name="register"),
    path("new/", drafting_pages.new, name="new"),
    path("<uuid:handover_id>/", pages.handover, name="handover"),
    path("<uuid:handover_id>/sign/", pages.sign, name="sign"),
    path("<uuid:handover_id>/withdraw/", pages.withdraw, name="withdraw"),
    path("<uuid:handover_id>/unlock/", leaving_pages.unlock_view, name="unlock"),
    path("<uuid:handover_id>/prepare/", leaving_pages.prepare, name="prepare"),
    path("<uuid:handover_id>/package/", leaving_pages.package, name="package"),
    path("<uuid:handover_id>/papers/<str:name>", leaving_pages.paper, name="paper"),
    path("<uuid:handover_id>/received/", pages.accept, name="accept"),
    path("<uuid:handover_id>/received/scan/", leaving_pages.scan, name="scan"),
    path("<uuid:handover_id>/answer/", pages.answer, name="answer"),
]
