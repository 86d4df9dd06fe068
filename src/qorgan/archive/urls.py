"""Addresses of the archive. Everything that needs the open vault lies under /archive/, where its cookie goes."""

from django.urls import path

from qorgan.archive import openings, player, search
from qorgan.archive.vault import views

app_name = "archive"
urlpatterns = [
    path("archive/", search.search, name="search"),
    path("archive/recordings/<uuid:recording_id>/", player.recording, name="recording"),
    path("archive/recordings/<uuid:recording_id>/unlock/", player.unlock_view, name="unlock"),
    path("archive/recordings/<uuid:recording_id>/stream", player.stream, name="stream"),
    path("archive/recordings/<uuid:recording_id>/original", player.original, name="original"),
    path("archive/lock/", player.lock_view, name="lock"),
    path("archive/openings/", openings.openings, name="openings"),
    path("archive/vault/", views.vault, name="vault"),
    path("archive/vault/secret/", views.choose_secret, name="vault-secret"),
    path("archive/vault/secret/change/", views.change_secret, name="vault-change"),
    path("archive/vault/open/", views.open_vault, name="vault-open"),
    path("archive/vault/access/<uuid:key_id>/", views.give_access, name="vault-access"),
    path("archive/vault/hand-over/<uuid:key_id>/", views.hand_over, name="vault-hand-over"),
    path("archive/vault/renew/", views.renew, name="vault-renew"),
    path("archive/vault/recovery/<int:number>/", views.recovery_sheet, name="vault-recovery"),
    path("archive/vault/recovery/decline/", views.decline_recovery, name="vault-recovery-decline"),
    path("archive/vault/recover/", views.recover, name="vault-recover"),
]
