"""Database, disk, both together and the administrator do not suffice to play (444 p.6, 13): an attacker tries everything found."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from qorgan.archive.models import Recording
from qorgan.archive.store import blob_path
from qorgan.archive.vault import actions
from qorgan.archive.vault.models import Grant, HolderKey, Unlocking
from qorgan.archive.vault.tests.office import HEAD_SECRET, PURPOSE, RESPONSIBLE_SECRET, acting, body, open_office, store_recording, unlock
from qorgan.archive.vault.unlocking import COOKIE
from qorgan.evidence import age
from qorgan.ledger.signing import create_key
from qorgan.people.tests.cast import Cast

PLAIN = b"what only two people may see"


class Attacker:
    """Has read the whole database and the whole data folder, and tries whatever could be a key or a secret."""

    def __init__(self, loot: Iterator[bytes]) -> None:
        self.values = {value for value in loot if value}
        self.texts = {value.decode() for value in self.values if len(value) < 300 and _is_text(value)}
        self.keys = {key for value in self.values for key in _keys_in(value)}

    def identities(self) -> list[age.Identity]:
        """Every private key that can be had: written out, made of found bytes, unwrapped with found texts, granted to those."""
        found = [age.Identity(X25519PrivateKey.from_private_bytes(key)) for key in self.keys]
        for value in self.values:
            found += [age.Identity.parse(text.decode()) for text in re.findall(rb"AGE-SECRET-KEY-1[0-9A-Z]{58}", value)]
        for key in HolderKey.objects.all():
            found += [identity for text in self.texts if (identity := _unwrapped(text, bytes(key.blob)))]
        for grant in Grant.objects.all():
            with suppress(age.SealError):
                found.append(age.Identity.parse(age.decrypt(bytes(grant.blob), found).decode()))
        return found + self._from_unlockings()

    def _from_unlockings(self) -> list[age.Identity]:
        found: list[age.Identity] = []
        for row in Unlocking.objects.all():
            blob = bytes(row.blob)
            bound = f"qorgan unlocking {row.pk} {row.session_digest}".encode()
            for key in self.keys:
                with suppress(InvalidTag, ValueError):
                    found += [age.Identity.parse(text) for text in json.loads(ChaCha20Poly1305(key).decrypt(blob[:12], blob[12:], bound))]
        return found

    def plays(self, recording: Recording) -> bool:
        """Whether the recording opens."""
        try:
            with blob_path(recording.sealed_blake3).open("rb") as sealed:
                return age.open_sealed(sealed, self.identities()).read() == PLAIN
        except age.NoKey:
            return False


def database() -> Iterator[bytes]:
    """Every value of every row of every table, and what sessions say."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            yield from (_raw(value) for row in cursor.fetchall() for value in row)
    for session in Session.objects.all():
        yield json.dumps(session.get_decoded()).encode()
        yield from (_raw(value) for value in session.get_decoded().values())


def disk() -> Iterator[bytes]:
    """Every file of the data folder, the session key included."""
    yield str(settings.SECRET_KEY).encode()
    for path in Path(settings.DATA).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield content
            yield from content.split()


def _raw(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _is_text(value: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        return value.decode().isprintable()
    return False


def _keys_in(value: bytes) -> Iterator[bytes]:
    """Whatever could be 32 bytes of key in a value: itself, its digest, its beginning, its end, hex and base64 in it."""
    yield sha256(value).digest()
    for part in (value, value[:32], value[-32:]):
        if len(part) == 32:
            yield part
    for text in re.findall(rb"[0-9a-f]{64}", value):
        yield bytes.fromhex(text.decode())
    for text in re.findall(rb"[A-Za-z0-9_+/-]{43}", value[:4000]):
        yield base64.b64decode(text + b"=", altchars=b"-_" if b"-" in text or b"_" in text else None)[:32]


def _unwrapped(text: str, blob: bytes) -> age.Identity | None:
    with suppress(age.SealError):
        return age.Identity.parse(age.unwrap(text, blob).decode())
    return None


@pytest.fixture
def own_disk(settings: Any, tmp_path: Path) -> None:
    """A data folder of this test alone: the attacker reads all of it."""
    settings.DATA = tmp_path
    create_key()


@pytest.fixture
def recording(own_disk: None, cast: Cast) -> Recording:
    open_office(cast)
    return store_recording(cast, PLAIN)


@pytest.fixture
def holder(client_of: Callable[[str], Client], recording: Recording) -> Client:
    """Серік has the vault open at this moment: also that must not help anybody else."""
    client = client_of("serik")
    assert unlock(client, recording, RESPONSIBLE_SECRET).status_code == 302
    assert body(client.get(reverse("archive:stream", args=[recording.pk]))) == PLAIN
    return client


def test_database_and_disk_together_do_not_play(holder: Client, recording: Recording) -> None:
    assert not Attacker(database()).plays(recording)
    assert not Attacker(disk()).plays(recording)
    assert not Attacker(value for source in (database(), disk()) for value in source).plays(recording)


def test_the_attacker_is_no_straw_man(holder: Client, recording: Recording) -> None:
    """With the cookie, or with a secret, the same attacker plays: so the search above would have found what is there."""
    cookie = holder.cookies[COOKIE].value.encode()
    assert Attacker(iter([*database(), cookie, cookie.partition(b".")[2]])).plays(recording)
    assert Attacker(iter([*database(), HEAD_SECRET.encode()])).plays(recording)


def test_after_locking_even_the_cookie_is_worth_nothing(holder: Client, recording: Recording) -> None:
    cookie = holder.cookies[COOKIE].value.encode()
    holder.post(reverse("archive:lock"))
    assert not Attacker(iter([*database(), cookie, cookie.partition(b".")[2]])).plays(recording)


def test_an_administrator_who_takes_over_a_sign_in_gains_nothing(cast: Cast, client_of: Callable[[str], Client], recording: Recording) -> None:
    """With Серік's password reset, the administrator can choose a "new secret" in his name: it opens nothing, then or later."""
    taken, given = client_of("serik"), "тоқсан ауыз сөздің түйіні"
    assert taken.post(reverse("archive:vault-secret"), {"secret": given, "again": given}).status_code == 302
    assert unlock(taken, recording, given).status_code == 422
    actions.renew(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)
    later = store_recording(cast, PLAIN + b"!", source_number="0421")
    assert unlock(taken, later, given).status_code == 422
    loot = [*database(), *disk(), given.encode()]
    assert not Attacker(iter(loot)).plays(recording)
    assert not Attacker(iter(loot)).plays(later)


def test_nothing_plain_is_left_on_the_disk_by_playing(holder: Client, recording: Recording) -> None:
    assert all(PLAIN not in content for content in disk())
    assert all(PLAIN not in value for value in database())
    assert any(PURPOSE.encode() in value for value in database())
