"""Addresses of the room: the orders, one order, one item ("why?")."""

from django.urls import path

from qorgan.norms import views

app_name = "norms"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:order>/", views.index, name="order"),
    path("<path:item_id>/", views.item, name="item"),
]
