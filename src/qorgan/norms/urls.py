"""Addresses of the room: the orders, one order, one item ("why?"), the statutory calendar, where the texts differ, what changes."""

from django.urls import path

from qorgan.norms import calendar_pages, text_pages, views

app_name = "norms"
urlpatterns = [
    path("", views.index, name="index"),
    path("calendar/", calendar_pages.year_page, name="calendar"),
    path("calendar/<int:year>/", calendar_pages.year_page, name="calendar-year"),
    path("calendar/<int:year>/confirm/", calendar_pages.confirm_page, name="calendar-confirm"),
    path("calendar/day/<str:day>/", calendar_pages.day_page, name="calendar-day"),
    path("changes/", text_pages.changes, name="changes"),
    path("<str:order>/divergences/", text_pages.divergences, name="divergences"),
    path("<str:order>/", views.index, name="order"),
    path("<path:item_id>/", views.item, name="item"),
]
