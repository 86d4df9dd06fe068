"""Addresses of continuity, below the inspections."""

from django.urls import path

from qorgan.recorders.continuity import views

app_name = "continuity"
urlpatterns = [
    path("inspections/<uuid:inspection_id>/explain/", views.explain, name="explain"),
    path("inspections/<uuid:inspection_id>/continuity/sign/", views.sign, name="sign"),
    path("inspections/<uuid:inspection_id>/continuity/close/", views.close, name="close"),
    path("inspections/<uuid:inspection_id>/continuity/<int:number>.pdf", views.report, name="report"),
]
