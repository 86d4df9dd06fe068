"""After a restore: what was destroyed and came back from an old copy goes again; what this database never heard of is told."""

import pytest

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.archive.retention.actions import replay_tombstones
from qorgan.archive.retention.destroying import destroy
from qorgan.archive.retention.replaying import tombstones
from qorgan.archive.retention.tests.office import DUE, acting_at, signed
from qorgan.people.tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("qorgan.archive.tests.served_urls"), pytest.mark.work]


def test_a_file_that_came_back_goes_again_and_a_kept_one_stays(stored: list[Recording], cast: Cast) -> None:
    bytes_of = {one.pk: store.blob_path(one.sealed_blake3).read_bytes() for one in stored}
    with acting_at(DUE):
        destroy(signed(cast, [stored[0].pk]))
    path = store.blob_path(stored[0].sealed_blake3)
    path.write_bytes(bytes_of[stored[0].pk])
    replayed = replay_tombstones()
    assert (replayed.removed, replayed.again, path.exists()) == ([stored[0].sealed_blake3], [], False)
    assert replay_tombstones().removed == []
    assert store.blob_size(stored[1].sealed_blake3)


def test_a_database_older_than_a_destruction_is_told_of_it(stored: list[Recording], cast: Cast) -> None:
    """Tombstones kept beside a later backup name what lives here; nothing is removed without an act of this database."""
    with acting_at(DUE):
        destroy(signed(cast, [stored[0].pk]))
    kept_elsewhere = [*tombstones(), {"id": str(stored[1].pk), "destroyed_act": "2043-2"}]
    assert replay_tombstones(kept_elsewhere).again == [str(stored[1].pk)]
    assert store.blob_size(stored[1].sealed_blake3)
    assert "Айдар" not in str(tombstones())
