"""Making this PC a dock: its own key, the server's key pinned, the token kept."""

import re
import socket
import uuid
from dataclasses import replace

from qorgan.dock import office
from qorgan.dock.client import Client, Refused, Revoked, Unreachable
from qorgan.dock.intake import software
from qorgan.dock.language import gettext as _
from qorgan.dock.settings import (
    CONFIGURATION,
    KEY,
    ConfigurationError,
    DockFolder,
    Enrolment,
    Settings,
    checked,
    pinned,
)
from qorgan.evidence.keys import SigningKey

_ENROL = "/api/dock/v1/enrol"
_OFFICE = "/api/dock/v1/office"


def enrol(folder: DockFolder, token: str, wishes: dict[str, object]) -> Enrolment:
    """Write the dock folder and introduce its key to the server.

    ``wishes``: fields of dock.toml to set; others stay as they are.

    May be called again with a new token; the key stays the same, and what is queued is signed anew at the next start
    (:mod:`qorgan.dock.signing_anew`). Raises :class:`ConfigurationError` with a sentence.
    """
    settings = _wished(folder, wishes)
    folder.prepare()
    key = _key(folder)
    client = Client(settings.server, token, language=settings.language, authority=settings.authority)
    body = {"public_key": str(key.verifier), "host": socket.gethostname(), "software": software()}
    try:
        answer = client.json("POST", _ENROL, body)
        enrolment = Enrolment(*(str(answer[name]) for name in ("dock", "name", "origin", "vkey")))
        pinned(enrolment)
        folder.write_enrolment(enrolment, token)
        folder.write_settings(settings)
        table = client.json("GET", _OFFICE)
        office.parse(table)
        office.keep(folder.path, table)
    except Revoked as error:
        raise ConfigurationError(_("The server does not accept this token. Ask the administrator for another.")) from error
    except Refused as error:
        raise ConfigurationError(_refused(error)) from error
    except (Unreachable, office.OfficeError) as error:
        raise ConfigurationError(str(error)) from error
    except (KeyError, UnicodeEncodeError) as error:
        raise ConfigurationError(_("The server's answer cannot be read.")) from error
    finally:
        client.close()
    return enrolment


def _refused(error: Refused) -> str:
    if error.code == "key-changed":
        return _("This token already belongs to another PC. Ask the administrator for a token for this one.")
    return error.message or str(error)


def _wished(folder: DockFolder, wishes: dict[str, object]) -> Settings:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in wishes.items()}
    if (folder.path / CONFIGURATION).exists():
        return checked({name: getattr(folder.settings(), name) for name in Settings.__dataclass_fields__} | values)
    return replace(checked({"server": "http://absent"} | values))


def _key(folder: DockFolder) -> SigningKey:
    if not (folder.path / KEY).exists():
        host = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:60] or "pc"
        SigningKey.generate(f"qorgan-dock/{host}-{uuid.uuid4().hex[:8]}").save(folder.path / KEY)
    return folder.key()
