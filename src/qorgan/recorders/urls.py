"""Addresses of the room."""

from django.urls import path

from qorgan.recorders.kiosk import handback, issue, start

app_name = "recorders"
urlpatterns = [
    path("kiosk/", start.start, name="kiosk"),
    path("kiosk/who/", issue.who, name="kiosk-who"),
    path("kiosk/what/", issue.what, name="kiosk-what"),
    path("kiosk/what/new/", issue.new_inspection, name="kiosk-new"),
    path("kiosk/charge/", issue.charge, name="kiosk-charge"),
    path("kiosk/clock/", issue.device_clock, name="kiosk-clock"),
    path("kiosk/sign/", issue.sign, name="kiosk-sign"),
    path("kiosk/return/", handback.remarks, name="kiosk-return"),
    path("kiosk/return/sign/", handback.sign_return, name="kiosk-return-sign"),
    path("kiosk/done/", start.done, name="kiosk-done"),
    path("kiosk/station/", start.lock_station, name="kiosk-station"),
]
