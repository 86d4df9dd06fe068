"""A dock enrolled anew is another dock to the server: what it had sealed before must say so, or would be refused for ever.

The sealed bytes stay; their manifests are signed again, by the same key, with the present id and name. It is done
when the agent starts, with the dock folder in its hands and before anything is uploaded: enrolling may be killed, or
done beside a running agent, and the next start finds what is still to be done.
"""

from collections.abc import Iterator
from dataclasses import replace

from qorgan.dock.intake import Identity
from qorgan.dock.queue import File, Queue
from qorgan.evidence.manifest import Manifest, ManifestError


def sign_anew(queue: Queue, identity: Identity) -> int:
    """Let every queued manifest name this dock; return how many named another.

    A manifest that this dock's key did not sign stays as it is: the server refuses it, and that is said.
    """
    count = after = 0
    while files := queue.signed_for_another(identity.enrolment.dock, after):
        after = files[-1].id
        notes = list(_notes(files, identity))
        if notes:
            queue.signed_anew(notes)
        count += len(notes)
    return count


def _notes(files: list[File], identity: Identity) -> Iterator[tuple[File, str]]:
    enrolment, key = identity.enrolment, identity.key
    for file in files:
        try:
            manifest = Manifest.from_note(file.manifest, [key.verifier])
        except ManifestError:
            continue
        yield file, replace(manifest, dock=enrolment.dock, dock_name=enrolment.name).to_note(key)
