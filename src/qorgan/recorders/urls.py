"""Addresses of the room."""

from django.urls import include, path

from qorgan.archive import tus
from qorgan.recorders import api, assigning_pages, dock_pages, inspection_pages, papers, policy_page, recorder_pages
from qorgan.recorders.attributing import attribute
from qorgan.recorders.kiosk import handback, issue, start
from qorgan.recorders.malfunctions import kiosk as broken
from qorgan.recorders.malfunctions import pages as malfunctions

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
    path("kiosk/broken/", broken.what, name="kiosk-fault"),
    path("kiosk/broken/words/", broken.words, name="kiosk-fault-words"),
    path("kiosk/broken/sign/", broken.sign, name="kiosk-fault-sign"),
    path("kiosk/done/", start.done, name="kiosk-done"),
    path("kiosk/station/", start.lock_station, name="kiosk-station"),
    path("recorders/", recorder_pages.recorders, name="list"),
    path("recorders/register/", recorder_pages.register, name="register"),
    path("recorders/labels/", papers.labels, name="labels"),
    path("recorders/badge/", papers.badge, name="badge"),
    path("recorders/rules/", policy_page.policy, name="policy"),
    path("recorders/unattributed/", assigning_pages.unattributed, name="unattributed"),
    path("recorders/unattributed/<uuid:recording_id>/", assigning_pages.assign_recording, name="assign"),
    path("recorders/<uuid:recorder_id>/", recorder_pages.recorder, name="recorder"),
    path("recorders/<uuid:recorder_id>/change/", recorder_pages.change, name="recorder-change"),
    path("recorders/<uuid:recorder_id>/withdraw/", recorder_pages.withdraw, name="recorder-withdraw"),
    path("recorders/<uuid:recorder_id>/out-of-order/", malfunctions.report, name="recorder-fault"),
    path("recorders/<uuid:recorder_id>/sent/", malfunctions.sent, name="recorder-sent"),
    path("recorders/<uuid:recorder_id>/back/", malfunctions.back, name="recorder-back"),
    path("recorders/<uuid:recorder_id>/repaired/", malfunctions.repaired, name="recorder-repaired"),
    path("malfunctions/<uuid:malfunction_id>/", malfunctions.malfunction, name="malfunction"),
    path("malfunctions/<uuid:malfunction_id>/seen/", malfunctions.seen, name="malfunction-seen"),
    path("malfunctions/troubles/<uuid:trouble_id>/aside/", malfunctions.aside, name="trouble-aside"),
    path("inspections/", inspection_pages.inspections, name="inspections"),
    path("inspections/new/", inspection_pages.new, name="inspection-new"),
    path("inspections/<uuid:inspection_id>/", inspection_pages.inspection, name="inspection"),
    path("inspections/<uuid:inspection_id>/end/", inspection_pages.end, name="inspection-end"),
    path("docks/", dock_pages.docks, name="docks"),
    path("docks/new/", dock_pages.new, name="dock-new"),
    path("docks/<uuid:dock_id>/revoke/", dock_pages.revoke_dock, name="dock-revoke"),
    path("api/dock/v1/enrol", api.enrol_dock, name="api-enrol"),
    path("api/dock/v1/office", api.office, name="api-office"),
    path("api/dock/v1/status", api.status, name="api-status"),
    path("api/dock/v1/stored", api.stored, name="api-stored"),
    path("api/dock/v1/receipts", api.receipts, name="api-receipts"),
    path("api/dock/v1/erase", api.erase, name="api-erase"),
    path("api/dock/v1/erased", api.erased, name="api-erased"),
    path("api/dock/v1/absent", api.absent, name="api-absent"),
    path("api/upload/", include(tus.endpoint(attribute))),
]
