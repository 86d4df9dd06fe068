"""A destruction, from the list to the tombstone: nothing too early, nothing in halves unseen, nothing personal left (444 p.6, 12)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Fixity, Recording, Upload, Word
from qorgan.archive.retention import access, acts, kinds
from qorgan.archive.retention.actions import lengthen, lift_hold, place_hold
from qorgan.archive.retention.destroying import carry_out, destroy
from qorgan.archive.retention.models import Act, Hold, Line
from qorgan.archive.retention.proposing import propose_everywhere
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.tests.office import CASE, DUE, acting_at, arrive, at_desk, compose, sign, signed
from qorgan.archive.scrub import scrub_all
from qorgan.archive.tests.dockside import DockSide, Tus
from qorgan.ledger.check import check
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.models import Content, Entry
from qorgan.people.models import Post
from qorgan.people.signatures import prove
from qorgan.people.tests.cast import PIN, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("qorgan.archive.tests.served_urls")]


def hold(cast: Cast, *targets: Recording, reason: str = "іс сотта", **values: object) -> Hold:
    """The responsible person forbids destruction of recordings."""
    return place_hold(
        actor=at_desk(cast.serik, cast.karaganda), person=cast.serik, organisation=cast.karaganda, scope=Hold.Scope.RECORDING, targets=list(targets),
        reason=reason, **values,  # type: ignore[arg-type]
    )


def test_an_act_signed_by_both_destroys_file_particulars_and_contents(stored: list[Recording], cast: Cast) -> None:
    """What is left is a tombstone, and the ledger holds, to the last checkpoint made before."""
    make_checkpoint()
    with acting_at(DUE):
        act = signed(cast)
        progress = carry_out()
        make_checkpoint()
        report, seen = check(), scrub_all()
    assert (progress.destroyed, progress.spared, progress.left) == (3, 0, 0)
    for one in Recording.objects.all():
        assert {one.name, one.path, one.manifest, one.person_name, one.case_label, one.words, one.device_started_at} == {""}
        assert (one.person, one.media, one.clocks) == (None, {}, {})
        assert (one.destroyed_act, one.plain_sha256, one.case) == (act.number, one.plain_sha256, CASE)
        assert store.blob_size(one.sealed_blake3) is None
        assert Line.objects.get(recording=one).found == "whole"
    assert Act.objects.get().state == "finished"
    assert report.holds
    assert report.destroyed == {f"№ {act.number}": 3}
    assert (seen.holds, seen.checked, seen.orphans) == (True, 0, [])
    assert access.destroyed_hashes() == {one.sealed_blake3 for one in stored}


def test_nothing_personal_is_left_in_the_database_or_its_file(stored: list[Recording], cast: Cast) -> None:
    """Neither the inspector's name in what was written about the recording, nor the name of the file, nor the words of search."""
    with acting_at(DUE):
        signed(cast)
        carry_out()
    assert not Content.objects.filter(body__contains="Айдар-00").exists()
    assert not Upload.objects.exclude(manifest="", metadata="").exists()
    assert not Word.objects.filter(word__contains="айдар".encode()).exists()
    assert not Fixity.objects.exists()


def test_no_act_may_be_composed_a_day_too_early(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE - timedelta(days=1)), pytest.raises(RetentionRefusal, match=r"."):
        compose(cast)
    with acting_at(DUE - timedelta(days=1)), pytest.raises(RetentionRefusal):
        compose(cast, [stored[0].pk])
    with acting_at(DUE):
        assert compose(cast).recordings == 3


def test_one_signature_destroys_nothing(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        act = sign(compose(cast), cast.serik)
        assert carry_out().destroyed == destroy(act).destroyed == 0
        with pytest.raises(RetentionRefusal):
            sign(act, cast.serik)
        with pytest.raises(RetentionRefusal):
            sign(act, cast.aidar)
    assert not Recording.objects.filter(destroying_at__isnull=False).exists()


def test_a_refused_act_stays_refused_and_frees_its_recordings(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        act = acts.stop(actor=at_desk(cast.gulnar, cast.karaganda), act=sign(compose(cast), cast.serik), reason="тізім толық емес")
        assert (act.state, act.stopped_because) == ("stopped", "тізім толық емес")
        with pytest.raises(RetentionRefusal):
            sign(act, cast.gulnar)
        assert compose(cast).number != act.number
        assert set(Line.objects.filter(act=act).values_list("state", "spared_because")) == {("spared", "stopped")}


def test_a_hold_beats_the_term(stored: list[Recording], cast: Cast) -> None:
    """A held recording cannot be listed; the others can."""
    with acting_at(DUE):
        hold(cast, stored[0])
        with pytest.raises(RetentionRefusal):
            compose(cast, [stored[0].pk])
        assert set(compose(cast).lines.values_list("recording", flat=True)) == {stored[1].pk, stored[2].pk}


def test_a_hold_placed_during_destruction_stops_before_the_next_recording(stored: list[Recording], cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act shows which were spared, and by what."""
    with acting_at(DUE):
        act = signed(cast)
        original = store.drop_blob

        def then_held(digest: str) -> None:
            original(digest)
            place_hold(
                actor=at_desk(cast.serik, cast.karaganda), person=cast.serik, organisation=cast.karaganda, scope=Hold.Scope.INSPECTION,
                targets=[(CASE, "12-3/41")], reason="апелляция",
            )

        monkeypatch.setattr(store, "drop_blob", then_held)
        progress = destroy(act)
    assert (progress.destroyed, progress.spared, progress.left) == (1, 2, 0)
    assert list(act.lines.values_list("state", "spared_because", "spared_words")) == [("destroyed", None, None)] + [("spared", "held", "апелляция")] * 2
    assert Entry.objects.filter(kind=kinds.SPARED.key).count() == 2
    assert sum(store.blob_size(one.sealed_blake3) is not None for one in stored) == 2


def test_a_hold_for_an_inspection_covers_what_arrives_later(side: DockSide, stored: list[Recording], cast: Cast) -> None:
    place_hold(
        actor=at_desk(cast.serik, cast.karaganda), person=cast.serik, organisation=cast.karaganda, scope=Hold.Scope.INSPECTION, targets=[(CASE, "12-3/41")],
        reason="іс сотта",
    )
    late, _sealed = arrive(side, 9, cast)
    assert access.held(late)


def test_a_lengthened_term_spares_and_cannot_be_shortened(stored: list[Recording], cast: Cast) -> None:
    until = DUE.date() + timedelta(days=365)
    with acting_at(DUE):
        act = signed(cast)
        lengthen(actor=at_desk(cast.gulnar, cast.karaganda), recording=stored[0], until=until, reason="шағым")
        with pytest.raises(RetentionRefusal):
            lengthen(actor=at_desk(cast.gulnar, cast.karaganda), recording=stored[0], until=until, reason="шағым")
        destroy(act)
    assert act.lines.get(recording=stored[0]).spared_because == "later"


def test_a_hold_ends_by_its_day_and_that_is_seen(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        placed = hold(cast, stored[0], until=timezone.localdate() + timedelta(days=1))
    with acting_at(DUE + timedelta(days=1)):
        assert access.held(stored[0])
    with acting_at(DUE + timedelta(days=2)):
        assert not access.held(stored[0])
        open_before = Hold.objects.filter(ending=None).count()
        assert (open_before, propose_everywhere()) == (1, 1)
    assert (placed.ending.lifted, Entry.objects.filter(kind=kinds.HOLD_ENDED.key).count()) == (False, 1)


def test_only_the_head_lifts_a_hold_with_a_reason(stored: list[Recording], cast: Cast) -> None:
    placed = hold(cast, stored[0])
    for person, reason in ((cast.serik, "аяқталды"), (cast.gulnar, " ")):
        proven = prove(person=person, organisation=cast.karaganda, method="pin", secret=PIN)
        with pytest.raises(RetentionRefusal):
            lift_hold(actor=at_desk(person, cast.karaganda), hold=placed, reason=reason, proven=proven)
    proven = prove(person=cast.gulnar, organisation=cast.karaganda, method="pin", secret=PIN)
    lift_hold(actor=at_desk(cast.gulnar, cast.karaganda, Post.HEAD), hold=placed, reason="сот шешімі күшіне енді", proven=proven)
    assert not access.held(stored[0])


def test_a_file_missing_or_damaged_before_is_noted(stored: list[Recording], cast: Cast) -> None:
    store.drop_blob(stored[0].sealed_blake3)
    path = store.blob_path(stored[1].sealed_blake3)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    with acting_at(DUE):
        act = signed(cast)
        destroy(act)
    found = dict(act.lines.values_list("recording", "found"))
    assert [found[one.pk] for one in stored] == ["missing", "damaged", "whole"]


def test_a_destroyed_file_presented_again_is_refused_and_reported_once(side: DockSide, stored: list[Recording], cast: Cast) -> None:
    """Neither taken anew nor given a receipt: its term is over. The copy on the device is known from then on."""
    again, sealed = arrive(side, 7, cast)
    with acting_at(DUE):
        destroy(signed(cast))
        answers = [Tus(side, Client()).create(sealed) for _ in range(2)]
    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(422, "destroyed")] * 2
    assert Entry.objects.filter(kind=kinds.PRESENTED_AFTER.key, subject=f"recording:{again.pk}").count() == 1
    assert list((settings.DATA / "spool").iterdir()) == []
