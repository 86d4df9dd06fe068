"""Addresses of the journals."""

from django.urls import path

from qorgan.journals import views

app_name = "journals"
urlpatterns = [
    path("", views.books, name="books"),
    path("open/", views.open_book, name="open"),
    path("blank/", views.print_blank, name="blank"),
    path("<uuid:book_id>/", views.book, name="book"),
    path("<uuid:book_id>/close/", views.close_book, name="close"),
    path("<uuid:book_id>/print/", views.print_book, name="print"),
    path("row/<uuid:row_id>/", views.row, name="row"),
    path("mark/<uuid:mark_id>/correct/", views.correct, name="correct"),
]
