"""What the tests of the replicas stand on."""

from qorgan.archive.tests.conftest import own_data

__all__ = ["own_data"]
