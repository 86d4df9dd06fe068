"""The receiver's page: open to everyone, in three languages, with a policy under which it cannot send anything."""

import pytest
from django.test import Client
from django.utils.translation import override

from qorgan.evidence.package.verifier.words import LANGUAGES, WORDS
from qorgan.ledger.signing import ledger_key
from qorgan.web.verify_page import own_key, words


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_open_and_cannot_send(language: str) -> None:
    client = Client(headers={"accept-language": language})
    page = client.get("/verify/")
    assert page.status_code == 200
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";") if part.strip())
    assert policy["connect-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    text = page.content.decode()
    assert '<script id="verify-words" type="application/json">' in text
    assert own_key().replace("+", "&#x2B;") in text or own_key() in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_of_verify_py(language: str) -> None:
    with override(language):
        shown = words()
    assert {code: shown[code] for code in WORDS} == {code: sentences[LANGUAGES.index(language)] for code, sentences in WORDS.items()}
    assert set(shown) - set(WORDS) == {"sealed-here", "no-worker"}


def test_without_a_key_the_field_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_key() == ledger_key().verifier.vkey

    def absent() -> None:
        raise FileNotFoundError

    monkeypatch.setattr("qorgan.web.verify_page.ledger_key", absent)
    assert own_key() == ""
