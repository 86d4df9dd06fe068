"""Addresses of the people room."""

from django.urls import path

from qorgan.people import letter_pages, views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("new/", views.enter, name="enter"),
    path("account/", views.account, name="account"),
    path("letters/", letter_pages.letters, name="letters"),
    path("letters/<uuid:letter_id>/", letter_pages.letter, name="letter"),
    path("letters/<uuid:letter_id>/again/", letter_pages.again, name="letter-again"),
    path("<uuid:person_id>/", views.person_page, name="person"),
    path("<uuid:person_id>/appoint/", views.appoint, name="appoint"),
    path("<uuid:person_id>/email/", views.email, name="email"),
    path("<uuid:person_id>/sign-in/", views.sign_in_open, name="sign-in"),
    path("appointments/<uuid:appointment_id>/end/", views.end_appointment, name="end-appointment"),
]
