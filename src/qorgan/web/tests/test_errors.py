"""A refusal names the paragraph from which the missing right would come, and whom to ask."""

from collections.abc import Callable

from django.test import Client


def test_a_refusal_names_the_order_whose_page_it_is(client_of: Callable[[str], Client]) -> None:
    client = client_of("marat")
    client.cookies["qorgan_language"] = "ru"
    of_facilities, of_recorders = client.get("/facilities/"), client.get("/people/")
    assert of_facilities.status_code == of_recorders.status_code == 403
    assert "366 п.9" in of_facilities.content.decode()
    assert "руководителю объекта" in of_facilities.content.decode()
    assert "444 п.13" in of_recorders.content.decode()
    assert "руководителю подразделения" in of_recorders.content.decode()
