"""A process of its own that produces a package, for tests that kill it: the database and folder of the test, a fault of ``QORGAN_FAULT``.

``python -m qorgan.recorders.handover.tests.standalone DATABASE HANDOVER [blocks]``: after so many blocks it kills itself.
"""

import os
import signal
import sys

from qorgan.recorders.handover.tests.apart import READY

# isort: split

from qorgan.archive.vault.tests.office import RESPONSIBLE_SECRET
from qorgan.archive.vault.unlocking import meet, unlock
from qorgan.ledger.actors import Actor
from qorgan.people.models import Post
from qorgan.recorders.handover.models import HandOver, Sign
from qorgan.recorders.handover.producing import Wish, produce
from qorgan.recorders.handover.tests.office import PURPOSE


def main() -> None:
    """Unlock as the responsible person, produce, throw the bytes away."""
    assert READY
    handover = HandOver.objects.get(pk=sys.argv[2])
    person = Sign.objects.get(handover=handover, post=Post.RESPONSIBLE).person
    actor = Actor(str(person.id), person.full_name, Post.RESPONSIBLE.value, str(handover.organisation_id))
    unlocked = unlock(
        actor=actor, person=person, organisation=handover.organisation, session_key="s", given=RESPONSIBLE_SECRET, purpose=PURPOSE
    )
    vault = meet(cookie=unlocked.cookie, session_key="s", person=person, organisation=handover.organisation)
    assert vault is not None
    left = int(sys.argv[3]) if len(sys.argv) > 3 else -1
    for _block in produce(actor=actor, handover=handover, vault=vault, wish=Wish()).blocks:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
