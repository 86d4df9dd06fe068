"""Addresses of the room."""

from django.urls import path

from qorgan.oversight import feed_pages, impact_pages, pages, statement_pages, why_pages

app_name = "oversight"
urlpatterns = [
    path("", pages.today, name="today"),
    path("portfolio/", pages.everything, name="portfolio"),
    path("impact/", impact_pages.affected, name="impact"),
    path("calendar/", feed_pages.calendar, name="calendar"),
    path("calendar/<str:secret>.ics", feed_pages.feed, name="feed"),
    path("facilities/<uuid:facility_id>/", pages.facility, name="facility"),
    path("facilities/<uuid:facility_id>/why/<path:duty_key>/", why_pages.why, name="why"),
    path("facilities/<uuid:facility_id>/statements/", statement_pages.statements, name="statements"),
    path("statements/<uuid:statement_id>/", statement_pages.statement, name="statement"),
    path("statements/<uuid:statement_id>/package.zip", statement_pages.package, name="package"),
]
