"""Addresses of the room."""

from django.urls import path

from qorgan.facilities import equipment_page, exchange_pages, pages, paper_pages

app_name = "facilities"
urlpatterns = [
    path("", pages.facilities, name="list"),
    path("enter/", pages.enter, name="enter"),
    path("import/", exchange_pages.import_page, name="import"),
    path("export.xlsx", exchange_pages.export, {"form": "xlsx"}, name="export"),
    path("export.csv", exchange_pages.export, {"form": "csv"}, name="export-csv"),
    path("evidence/<uuid:evidence_id>/", paper_pages.evidence, name="evidence"),
    path("<uuid:facility_id>/", pages.facility, name="facility"),
    path("<uuid:facility_id>/change/", pages.change, name="change"),
    path("<uuid:facility_id>/facts/", pages.facts, name="facts"),
    path("<uuid:facility_id>/answer/", pages.answer, name="answer"),
    path("<uuid:facility_id>/history/", equipment_page.history, name="history"),
    path("<uuid:facility_id>/equipment/<slug:key>/", equipment_page.one, name="equipment"),
    path("<uuid:facility_id>/attach/", paper_pages.attach, name="attach"),
    path("<uuid:facility_id>/papers/<slug:kind>/enter/", paper_pages.enter, name="paper-enter"),
    path("<uuid:facility_id>/papers/<uuid:record_id>/", paper_pages.correct, name="paper-correct"),
    path("<uuid:facility_id>/papers/<uuid:record_id>/end/", paper_pages.end, name="paper-end"),
    path("<uuid:facility_id>/responsible/", paper_pages.responsible, name="responsible"),
    path("<uuid:facility_id>/pass-officer/", paper_pages.pass_officer, name="pass-officer"),
]
