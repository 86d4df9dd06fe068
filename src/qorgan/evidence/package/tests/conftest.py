"""A package of two recordings with a stamp, made once; tests take copies of its arguments."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from qorgan.evidence.package.tests.office import Authority, Office, make_package, write
from qorgan.evidence.package.verifier.check import Options, verify
from qorgan.evidence.package.verifier.findings import Report

CONTENTS = {"тексеру.mp4": Random(1).randbytes(70_000), "0417_0002.mp4": Random(2).randbytes(3_000)}


@pytest.fixture(scope="session")
def office() -> Office:
    """Its keys and its ledger."""
    return Office()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A stamping authority with RSA keys."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def made(office: Office, authority: Authority) -> dict[str, Any]:
    """The package, not to be changed."""
    return make_package(office, CONTENTS, authority)


@pytest.fixture
def package(made: dict[str, Any]) -> dict[str, Any]:
    """The package, to be changed."""
    return {**made, "extras": dict(made["extras"]), "payloads": list(made["payloads"])}


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., Report]:
    """Write a package and verify it."""

    def run(package: dict[str, Any], **options: Any) -> Report:
        return verify(write(package, tmp_path / "package.zip"), Options(**options))

    return run
