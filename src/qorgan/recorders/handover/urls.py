"""Addresses of hand-overs: under ``/archive/``, where the vault's cookie is sent."""

app_name = "handover"
urlpatterns: list[object] = []
