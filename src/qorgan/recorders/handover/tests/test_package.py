"""The package: what it holds, that it is the same each time, how it leaves and breaks off (444 p.13, 14, 21)."""

import base64
import hashlib
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import bagit
import pyrage
import pytest
from django.utils import timezone
from pypdf import PdfReader

from qorgan.archive.models import Fixity
from qorgan.archive.review.models import Protocol
from qorgan.archive.review.protocols import sign_protocol
from qorgan.archive.store import blob_path
from qorgan.archive.vault.models import Grant, Opening
from qorgan.evidence.age import Identity
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Manifest, Receipt
from qorgan.evidence.merkle import leaf_hash
from qorgan.evidence.package.refusals import PayloadChanged
from qorgan.evidence.proof import verify
from qorgan.ledger.keys import rotate
from qorgan.ledger.log import said
from qorgan.ledger.models import Checkpoint, Entry, Timestamp
from qorgan.ledger.signing import ledger_key
from qorgan.people.models import Post
from qorgan.people.signatures import Proven
from qorgan.recorders.actions import end_inspection
from qorgan.recorders.continuity.actions import sign_report
from qorgan.recorders.continuity.gathering import gather
from qorgan.recorders.handover import papers, producing
from qorgan.recorders.handover.models import Composition, Ending, HandOver, Item, Paper, Production
from qorgan.recorders.handover.producing import BrokenOff, Leaving, Wish, new_passphrase, produce
from qorgan.recorders.handover.standing import Standing, standing
from qorgan.recorders.handover.tests.office import LETTER, PURPOSE, Case, content, lock_all, opened, plain
from qorgan.recorders.refusals import RecorderRefusal

pytestmark = pytest.mark.work

PLAIN = Wish()


def leaving(case: Case, handover: HandOver, wish: Wish = PLAIN) -> Leaving:
    return produce(actor=case.responsible, handover=handover, vault=case.vault(), wish=wish)


def body_of(case: Case, handover: HandOver, wish: Wish = PLAIN) -> bytes:
    found = leaving(case, handover, wish)
    body = b"".join(found.blocks)
    assert len(body) == found.size
    return body


def committed(entry: dict[str, object]) -> bytes:
    """The commitment, computed as the ledger's documentation says, without its code."""
    text = f"{entry['at_us']}\n{entry['kind']}\n{entry['organisation']}\n{entry['subject']}\n\n{entry['body']}"
    return hashlib.sha256(base64.b64decode(str(entry["salt"])) + text.encode()).digest()


def test_the_bag_is_valid_and_holds_the_original_bytes(case: Case, tmp_path: Path) -> None:
    handover = case.made()
    opened(body_of(case, handover)).extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    bag = bagit.Bag(str(folder))
    assert bag.is_valid()
    assert bag.info["External-Identifier"] == handover.registration.label
    for item in Item.objects.filter(handover=handover):
        data = (folder / item.file).read_bytes()
        assert data == plain(item.number - 1)
        assert hashlib.sha256(data).hexdigest() == item.plain_sha256
    papers = sorted(path.name for path in (folder / "data" / "papers").iterdir())
    assert papers == ["act.kk.pdf", "act.ru.pdf", "custody.kk.pdf", "custody.ru.pdf", "journal.kk.pdf", "journal.ru.pdf"]


def verified(body: bytes, folder: Path, *words: str) -> tuple[int, str]:
    """What the shipped program says of a package, run as its receiver runs it: its exit code and its words."""
    (folder / "package.zip").write_bytes(body)
    (folder / "verify.py").write_bytes(content(opened(body), "verify.py"))
    command = [sys.executable, "-I", str(folder / "verify.py"), str(folder / "package.zip"), "--language", "en", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env={})
    return done.returncode, done.stdout + done.stderr


def test_the_shipped_program_finds_that_all_of_it_holds(case: Case, tmp_path: Path) -> None:
    key = tmp_path / "office.vkey"
    key.write_text(f"{ledger_key().verifier}\n")
    code, said_ = verified(body_of(case, case.made()), tmp_path, "--key", str(key))
    assert code == 0, said_
    key.write_text(f"{SigningKey.generate('qorgan.local/ledger').verifier}\n")
    code, said_ = verified(body_of(case, case.made()), tmp_path, "--key", str(key))
    assert code == 1, said_


def test_the_shipped_program_names_what_was_changed(case: Case, tmp_path: Path) -> None:
    body = bytearray(body_of(case, case.made()))
    body[body.index(plain(0)[:64]) + 1000] ^= 1
    code, said_ = verified(bytes(body), tmp_path)
    assert code == 1
    assert "001-20260302_091500.MP4" in said_


def test_every_entry_is_proven_under_the_one_checkpoint(case: Case) -> None:
    handover = case.made()
    archive = opened(body_of(case, handover))
    custody = json.loads(content(archive, "data/custody.json"))
    verifier = ledger_key().verifier
    assert content(archive, "keys/ledger.vkey").decode().strip() == str(verifier)
    positions = custody["entries"]
    assert handover.registration.position in positions
    for position in positions:
        entry = json.loads(content(archive, f"ledger/entries/{position}.json"))
        proof = content(archive, f"ledger/proofs/{position}.tlog-proof").decode()
        index, checkpoint = verify(proof, leaf_hash(committed(entry)), [verifier], custody["origin"])
        assert (index, checkpoint.size) == (position, custody["checkpoint_size"])
    assert content(archive, "ledger/checkpoint").decode() in content(archive, f"ledger/proofs/{positions[0]}.tlog-proof").decode()


def test_custody_tells_of_each_recording_from_issue_to_hand_over(case: Case) -> None:
    archive = opened(body_of(case, case.made()))
    custody = json.loads(content(archive, "data/custody.json"))
    assert (custody["format"], custody["recipient"]) == ("qorgan.custody/1", LETTER.recipient_name)
    for told, recording in zip(custody["recordings"], case.recordings, strict=True):
        assert (told["recording"], told["plain_sha256"], told["offset_ms"]) == (str(recording.pk), recording.plain_sha256, 7000)
        kinds = [json.loads(content(archive, f"ledger/entries/{position}.json"))["kind"] for position in told["events"]]
        assert kinds == [
            "recorders:recorder:issued", "archive:recording:stored", "retention:class:frozen", "recorders:recording:attributed", "recorders:recorder:returned",
            "recorders:recording:handed-over",
        ]


def test_receipt_and_manifest_are_signed_by_server_and_dock(case: Case) -> None:
    archive = opened(body_of(case, case.made()))
    dock = content(archive, f"keys/docks/{case.side.dock.pk}.vkey").decode().strip()
    assert dock == str(case.side.key.verifier)
    for recording in case.recordings:
        receipt = Receipt.from_note(content(archive, f"receipts/{recording.pk}.note").decode(), [ledger_key().verifier])
        manifest = Manifest.from_note(content(archive, f"manifests/{recording.pk}.note").decode(), [case.side.key.verifier])
        assert receipt.plain_sha256 == manifest.plain_sha256 == recording.plain_sha256


def test_produced_again_it_is_the_same_content(case: Case) -> None:
    handover = case.made()
    first = body_of(case, handover)
    case.draft()  # the ledger goes on meanwhile
    second = body_of(case, handover)
    assert first == second
    digest = hashlib.sha256(content(opened(first), "manifest-sha256.txt")).hexdigest()
    assert set(Production.objects.values_list("digest", flat=True)) == {digest}
    assert Composition.objects.get().digest == digest


def test_each_production_is_announced_before_and_completed_after(case: Case) -> None:
    handover = case.made()
    assert standing(handover) == Standing.MADE
    found = leaving(case, handover)
    announced = Entry.objects.get(kind="recorders:package:announced")
    assert said(announced)["payload"]["size"] == found.size
    assert said(announced)["payload"]["purpose"] == PURPOSE
    assert not Entry.objects.filter(kind="recorders:package:completed").exists()
    assert Opening.objects.filter(kind=Opening.Kind.ORIGINAL).count() == len(case.recordings)
    body = b"".join(found.blocks)
    completed = Entry.objects.get(kind="recorders:package:completed")
    assert said(completed)["payload"]["sent"] == len(body) == found.size
    assert standing(HandOver.objects.get(pk=handover.pk)) == Standing.LEFT


def test_to_the_recipients_key_and_to_nobody_else(case: Case) -> None:
    handover, identity = case.made(), Identity.generate()
    body = body_of(case, handover, Wish("key", key=str(identity.recipient)))
    assert body.startswith(b"age-encryption.org/v1")
    package = pyrage.decrypt(body, [pyrage.x25519.Identity.from_str(str(identity))])
    assert content(opened(package), Item.objects.get(number=1).file) == plain(0)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(body, [pyrage.x25519.Identity.generate()])


@pytest.mark.slow
def test_by_a_passphrase_and_again_by_another_when_it_is_forgotten(case: Case) -> None:
    handover = case.made()
    forgotten, fresh = new_passphrase(), new_passphrase()
    body_of(case, handover, Wish("passphrase", passphrase=forgotten))
    body = body_of(case, handover, Wish("passphrase", passphrase=fresh))
    package = pyrage.passphrase.decrypt(body, fresh)
    assert content(opened(package), Item.objects.get(number=1).file) == plain(0)
    written = "".join(Entry.objects.select_related("content").values_list("content__body", flat=True))
    assert fresh not in written
    assert forgotten not in written


@pytest.mark.parametrize("wish", [Wish("key", key="age1nonsense"), Wish("key"), Wish("passphrase", passphrase="short"), Wish("passphrase")])
def test_what_is_no_key_and_no_passphrase_is_refused(case: Case, wish: Wish) -> None:
    with pytest.raises(RecorderRefusal):
        leaving(case, case.made(), wish)
    assert not Production.objects.exists()


def test_nothing_leaves_before_both_signed(case: Case) -> None:
    with pytest.raises(RecorderRefusal) as refused:
        leaving(case, case.draft())
    assert refused.value.basis == "444/14"
    assert Entry.objects.filter(kind="recorders:package:refused").count() == 1
    assert not Opening.objects.exists()


def test_a_recording_sealed_to_a_generation_that_this_holder_does_not_have_is_named(case: Case) -> None:
    handover, vault = case.made(), case.vault()
    Grant.objects.update(blob=b"")
    closed = replace(vault, identities=[Identity.generate()])
    with pytest.raises(RecorderRefusal) as refused:
        produce(actor=case.responsible, handover=handover, vault=closed, wish=PLAIN)
    assert refused.value.basis == "444/13"
    assert case.recordings[0].name in refused.value.sentence
    assert not Production.objects.exists()


@pytest.mark.parametrize("harm", ["fixity", "gone", "cut", "end"])
def test_what_is_damaged_is_refused_before_the_first_byte(case: Case, harm: str) -> None:
    handover, bad = case.made(), case.recordings[1]
    path = blob_path(bad.sealed_blake3)
    stored = path.read_bytes()
    path.unlink()
    if harm == "fixity":
        path.write_bytes(stored)
        Fixity.objects.filter(recording=bad).update(ok=False, problem=Fixity.Problem.DAMAGED)
    if harm == "cut":
        path.write_bytes(stored[:-1])
    if harm == "end":
        path.write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))
    with pytest.raises(RecorderRefusal) as refused:
        leaving(case, handover)
    assert bad.name in refused.value.sentence
    assert refused.value.basis == "444/14"
    assert not Production.objects.exists()
    assert not Opening.objects.exists()


def test_damage_in_the_middle_ends_the_stream_and_is_written(case: Case) -> None:
    handover, bad = case.made(), case.recordings[1]
    path = blob_path(bad.sealed_blake3)
    stored = bytearray(path.read_bytes())
    stored[70_000] ^= 1
    path.unlink()
    path.write_bytes(stored)
    found = leaving(case, handover)
    with pytest.raises(Exception, match=r"chunk|damaged|altered"):
        b"".join(found.blocks)
    ending = Ending.objects.get(production=found.production)
    assert not ending.whole
    assert ending.sent < found.size
    assert Entry.objects.get(kind="recorders:package:broken-off").position == ending.position


def test_other_bytes_under_the_same_recording_never_make_a_whole_package(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    handover = case.made()
    case.recordings[0].sealed_blake3, other = case.recordings[1].sealed_blake3, case.recordings[1]
    real = producing.payloads_of

    def swapped(items: list[Item], sealed: object, identities: object) -> list[object]:
        found = real(items, sealed, identities)  # type: ignore[arg-type]
        return [replace(found[0], open=found[1].open), *found[1:]]

    monkeypatch.setattr(producing, "payloads_of", swapped)
    found = leaving(case, handover)
    with pytest.raises(PayloadChanged):
        b"".join(found.blocks)
    assert not Ending.objects.get(production=found.production).whole
    assert other.pk


def test_a_vault_that_locks_on_the_way_ends_it(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producing, "ASK_EVERY_SECONDS", -1.0)
    found = leaving(case, case.made())
    next(found.blocks)
    lock_all()
    with pytest.raises(BrokenOff):
        next(found.blocks)
    found.blocks.close()
    ending = Ending.objects.get()
    assert not ending.whole
    assert ending.sent > 0


def test_the_client_goes_and_it_is_produced_again(case: Case) -> None:
    handover = case.made()
    found = leaving(case, handover)
    next(found.blocks)
    found.blocks.close()
    found.blocks.close()
    assert [ending.whole for ending in Ending.objects.all()] == [False]
    assert list(found.blocks) == []
    body_of(case, handover)
    assert sorted(Ending.objects.values_list("whole", flat=True)) == [False, True]


def test_the_act_names_every_hash_and_both_signers(case: Case) -> None:
    handover = case.made()
    archive = opened(body_of(case, handover))
    listed = content(archive, "manifest-sha256.txt")
    without = b"".join(line for line in listed.splitlines(keepends=True) if b"data/papers/act." not in line)
    for language, title in (("kk", "Жазбаларды тапсыру актісі"), ("ru", "Акт передачи записей")):
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(archive, f"data/papers/act.{language}.pdf"))).pages)
        packed = "".join(text.split()).replace("\u200b", "")
        assert "".join(title.split()) in packed
        for recording in case.recordings:
            assert recording.plain_sha256 in packed
        assert hashlib.sha256(without).hexdigest() in packed
        assert handover.digest in packed
        for person in (case.desk.cast.gulnar, case.desk.cast.serik):
            assert "".join(person.full_name.split()) in packed


def test_the_signed_report_of_continuity_goes_along(case: Case) -> None:
    """It can be chosen once there is one; the paper in the package is the paper that was signed, byte for byte."""
    desk = case.desk
    assert "continuity" not in dict(papers.choices(desk.inspection))
    end_inspection(actor=case.responsible, inspection=desk.inspection)
    desk.inspection.refresh_from_db()
    proven = Proven(desk.cast.serik, Post.RESPONSIBLE.value, "pin")
    report = sign_report(actor=case.responsible, inspection=desk.inspection, seen=gather(desk.inspection).inputs_digest, proven=proven)
    assert "continuity" in dict(papers.choices(desk.inspection))
    archive = opened(body_of(case, case.made(replace(LETTER, parts=("continuity",)))))
    for language in papers.LANGUAGES:
        assert content(archive, f"data/papers/continuity.{language}.pdf") == report.pdf(language)


def test_the_extract_has_only_the_rows_of_these_issues(case: Case) -> None:
    desk = case.desk
    desk.issue(desk.r0418, desk.cast.marat)
    archive = opened(body_of(case, case.made()))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(archive, "data/papers/journal.kk.pdf"))).pages)
    assert desk.cast.aidar.family_name in text
    assert "0417" in text
    assert desk.cast.marat.family_name not in text
    assert "0418" not in text


def test_a_strange_sign_in_a_name_or_a_letter_stops_no_paper(case: Case) -> None:
    with_signs = case.recordings[0]
    with_signs.source_number = "0417\x07\U0001f4f9"
    with_signs.save(update_fields=["source_number"])
    letter = replace(LETTER, materials="№ 77 акт\r\n№ 12 хаттама", recipient_person="судья \u202e\U0001f600")
    archive = opened(body_of(case, case.made(letter)))
    act = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(archive, "data/papers/act.ru.pdf"))).pages)
    custody = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(archive, "data/papers/custody.kk.pdf"))).pages)
    assert "№ 12 хаттама" in act
    assert "U+202E" in act
    assert "U+1F600" in act
    assert "0417‹U+0007›‹U+1F4F9›" in custody


def protocol_over(case: Case, numbers: tuple[int, ...]) -> Protocol:
    proven = Proven(case.desk.cast.serik, Post.RESPONSIBLE.value, "pin")
    chosen = [case.recordings[number] for number in numbers]
    return sign_protocol(actor=case.responsible, unlocking=case.vault().unlocking, recordings=chosen, proven=proven, pictures={})


def test_a_review_protocol_stays_sealed_and_leaves_open(case: Case, tmp_path: Path) -> None:
    signed = protocol_over(case, (0, 1))
    handover = case.made(replace(LETTER, parts=("review",)))
    body = body_of(case, handover)
    archive = opened(body)
    hashes = {paper.language: paper.sha256 for paper in signed.papers.all()}
    for language, digest in hashes.items():
        assert hashlib.sha256(content(archive, f"data/papers/review.{language}.pdf")).hexdigest() == digest
    assert not Paper.objects.filter(name__startswith="review").exists()
    assert signed.position in json.loads(content(archive, "data/custody.json"))["entries"]
    assert verified(body, tmp_path)[0] == 0
    signed.papers.all().delete()
    with pytest.raises(RecorderRefusal) as refused:
        leaving(case, handover)
    assert "review.kk.pdf" in refused.value.sentence


def test_a_protocol_that_speaks_of_other_recordings_does_not_go(case: Case) -> None:
    protocol_over(case, (0, 1))
    archive = opened(body_of(case, case.made(replace(LETTER, parts=("review",)), case.recordings[:1])))
    assert not [name for name in archive.namelist() if "review" in name]


def test_after_the_ledger_got_another_key_the_same_package_still_holds(case: Case, tmp_path: Path) -> None:
    before, after = case.made(), case.made()
    first = body_of(case, before)
    rotate(actor=case.head)
    assert body_of(case, before) == first
    assert verified(first, tmp_path)[0] == 0
    code, said_ = verified(body_of(case, after), tmp_path)
    assert code == 0, said_


def test_stamps_of_the_checkpoint_go_along(case: Case) -> None:
    handover = case.made()
    without = body_of(case, handover)
    checkpoint = Checkpoint.objects.get(size=Composition.objects.get().size)
    Timestamp.objects.create(checkpoint=checkpoint, tsa="http://127.0.0.1/", token=b"token", chain="chain", verdict="untold", received_at=timezone.now())
    archive = opened(body_of(case, handover))
    assert content(archive, "timestamps/1.tsr") == b"token"
    assert content(archive, "timestamps/1.pem") == b"chain"
    assert content(archive, "manifest-sha256.txt") == content(opened(without), "manifest-sha256.txt")


def test_without_the_extract_there_is_none(case: Case) -> None:
    archive = opened(body_of(case, case.made(replace(LETTER, parts=()))))
    assert not [name for name in archive.namelist() if "journal" in name]
