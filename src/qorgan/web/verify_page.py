"""The page on which a receiver checks a package (444 p.14): in the browser, without sending it anywhere, without signing in."""

from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qorgan.evidence.package.verifier.words import LANGUAGES, WORDS
from qorgan.ledger.signing import ledger_key
from qorgan.people.rights import open_to_all


@open_to_all("checks a file in the visitor's own browser; shows nothing but the public key")
@csp_replace({"connect-src": [NONE]})
def verify(request: HttpRequest) -> HttpResponse:
    """The form, the words of every statement in the page's language, and the key of this office to compare with."""
    return render(request, "web/verify.html", {"words": words(), "key": own_key()})


def words() -> dict[str, str]:
    """Every sentence of verify.py in the language of the page, and those that only a browser needs."""
    language = get_language() or ""
    number = LANGUAGES.index(language) if language in LANGUAGES else LANGUAGES.index("en")
    return {
        **{code: sentences[number] for code, sentences in WORDS.items()},
        "sealed-here": _("This package is sealed for its receiver and cannot be opened in a browser: open it with age, or check it with verify.py."),
        "no-worker": _("This browser cannot run the check. Use a recent one, or verify.py."),
    }


def own_key() -> str:
    """The public key of this server's ledger; empty before the installation has one."""
    try:
        return ledger_key().verifier.vkey
    except FileNotFoundError:
        return ""
