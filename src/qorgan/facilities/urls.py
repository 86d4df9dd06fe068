"""Addresses of the room."""

from django.urls import path

from qorgan.facilities import pages

app_name = "facilities"
urlpatterns = [
    path("", pages.facilities, name="list"),
    path("enter/", pages.enter, name="enter"),
    path("<uuid:facility_id>/", pages.facility, name="facility"),
    path("<uuid:facility_id>/change/", pages.change, name="change"),
    path("<uuid:facility_id>/facts/", pages.facts, name="facts"),
    path("<uuid:facility_id>/answer/", pages.answer, name="answer"),
]
