"""Catalogues of the rooms: reading msgids from code, reading and writing .po files, and the strings of Django itself.

Needs Babel and Django's template reader only: no xgettext, no msgfmt, no Django settings.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import axes
import django
import django_otp
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ROOT / "src" / "qorgan"
LANGUAGES = ("kk", "ru")
PLURALS = {
    "kk": (2, "(n != 1)"),
    "ru": (3, "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"),
}
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
TEMPLATE_SUFFIXES = {".html", ".txt", ".svg"}
SKIPPED_FOLDERS = {"tests", "migrations", "locale", "static", "__pycache__"}
# What nobody meets in Qorgan: names of ninety languages, the admin, the shell, generic views, mailed tokens.
UNSEEN_FRAMEWORK = (
    "conf/global_settings.py",
    "views/templates/",
    "views/generic/",
    "views/static.py",
    "/management/",
    "/admin.py",
    "/apps.py",
    "auth/hashers.py",
    "axes/models.py",
    "otp/admin",
    "otp_email",
)

Key = tuple[str, str]  # singular msgid, context ("" for none)
Forms = dict[Key, tuple[str, ...]]  # translations of each message, one a plural form


def rooms(names: Sequence[str] = ()) -> list[Path]:
    """The folders of the named rooms (``archive``, ``archive.review``), or of all of them.

    An application inside a room that has a ``locale`` folder keeps its own words, apart from the room's.
    """
    found = [path.parent for path in ROOMS.glob("*/__init__.py")] + [path.parent for path in ROOMS.glob("*/*/locale")]
    known = {".".join(path.relative_to(ROOMS).parts): path for path in sorted(found)}
    unknown = set(names) - set(known)
    if unknown:
        raise SystemExit(f"No such room: {', '.join(sorted(unknown))}")
    return [path for name, path in known.items() if not names or name in names]


def catalogue_path(room: Path, language: str, name: str = "django") -> Path:
    """Where a room keeps a language."""
    return room / "locale" / language / "LC_MESSAGES" / f"{name}.po"


# Reading code -------------------------------------------------------------------------------------


def _sources(folder: Path) -> Iterator[Path]:
    apart = {path.parent for path in folder.glob("*/locale")}  # they have catalogues of their own
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if SKIPPED_FOLDERS.isdisjoint(inside.parts) and apart.isdisjoint(path.parents) and path.is_file():
            template = path.suffix in TEMPLATE_SUFFIXES and "templates" in inside.parts
            if template or path.suffix == ".py":
                yield path


def _as_python(path: Path) -> bytes:
    """The file as something the Python extractor reads; brackets keep a template's indentation from mattering."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a translator's note in an odd place is no reason to stop
        return f"(\n{templatize(text, origin=str(path))}\n)\n".encode()


def messages_of(folder: Path, home: Path) -> Catalog:
    """Every msgid that the code under ``folder`` marks; file names in the result are relative to ``home``."""
    catalogue = Catalog(locale=None, charset="utf-8")
    for path in _sources(folder):
        name = path.relative_to(home).as_posix()
        text = io.BytesIO(_as_python(path))
        try:
            found = list(extract("python", text, KEYWORDS, ["Translators:"], {"encoding": "utf-8"}))
        except (SyntaxError, UnicodeDecodeError) as error:
            raise SystemExit(f"{name}: {error}") from error
        for line, ids, comments, context in found:
            if ids:
                catalogue.add(ids, None, [(name, line)], auto_comments=comments, context=context)
    return catalogue


# Reading and writing catalogues ---------------------------------------------------------------------


def key_of(message: Message) -> Key:
    """What identifies a message: its singular and its context."""
    return (message.id if isinstance(message.id, str) else message.id[0], message.context or "")


def forms_of(message: Message) -> tuple[str, ...]:
    """The translations of a message, one a plural form; empty strings where there are none."""
    return (message.string,) if isinstance(message.string, str) else tuple(text or "" for text in message.string or ())


def read(path: Path, language: str) -> Catalog:
    """The catalogue of a file, or an empty one."""
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8", abort_invalid=True)


def messages(catalogue: Catalog) -> dict[Key, Message]:
    """The catalogue's messages by key, without the header."""
    return {key_of(message): message for message in catalogue if message.id}


def _header(language: str) -> str:
    count, formula = PLURALS[language]
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals={count}; plural={formula};\\n"\n\n'
    )


def write(path: Path, catalogue: Catalog, language: str) -> None:
    """Write the catalogue in the house's form, if that changes the file at all."""
    body = io.BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False)
    text = _header(language) + body.getvalue().decode().strip() + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# Strings of Django and its companions ---------------------------------------------------------------


@cache
def _framework_template() -> Catalog:
    """What Django's core, its auth, axes and OTP can say to a user of Qorgan."""
    home = Path(django.__file__).parent
    template = Catalog(locale=None, charset="utf-8")
    for folder in (home / "conf", home / "contrib" / "auth"):
        for message in messages(read(folder / "locale" / "en" / "LC_MESSAGES" / "django.po", "en")).values():
            _add_seen(template, message)
    for package in (axes, django_otp):
        folder = Path(package.__file__).parent
        for message in messages(messages_of(folder, folder.parent)).values():
            _add_seen(template, message)
    return template


def _add_seen(template: Catalog, message: Message) -> None:
    seen = [(name, 0) for name, _line in message.locations if not any(part in f"/{name}" for part in UNSEEN_FRAMEWORK)]
    if seen:
        template.add(message.id, None, seen, context=message.context)


def _framework_translated(language: str) -> set[Key]:
    """Keys that the packages translate themselves."""
    home = Path(django.__file__).parent
    folders = (home / "conf", home / "contrib" / "auth", Path(axes.__file__).parent, Path(django_otp.__file__).parent)
    done: set[Key] = set()
    for folder in folders:
        known = messages(read(folder / "locale" / language / "LC_MESSAGES" / "django.po", language))
        done |= {key for key, message in known.items() if all(forms_of(message)) and not message.fuzzy}
    return done


def framework_template(language: str, own: Catalog) -> Catalog:
    """What ``framework.po`` must hold: the strings nobody translated, and those that we say better."""
    needed = Catalog(locale=None, charset="utf-8")
    translated, ours = _framework_translated(language), messages(own)
    for key, message in messages(_framework_template()).items():
        if key not in translated or key in ours:
            needed.add(message.id, None, message.locations, context=message.context)
    return needed
