"""Setting the vault up, changing holders, losing secrets (444 p.6)."""

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from qorgan.archive.vault import access, actions, granting, recovery, secret, standing
from qorgan.archive.vault.attempts import open_key
from qorgan.archive.vault.models import Attempt, Generation, Grant, HolderKey, RecoveryCopy
from qorgan.archive.vault.refusals import VaultRefused, WrongSecretGiven
from qorgan.archive.vault.standing import State
from qorgan.archive.vault.tests.office import HEAD_SECRET, RESPONSIBLE_SECRET, acting, choose, open_office
from qorgan.evidence.age import Identity
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.actions import appoint, end_appointment
from qorgan.people.models import Organisation, Person, Post
from qorgan.people.tests.cast import Cast

NEW_SECRET = "алтын сарайдың кілті 5"
NEXT_SECRET = "көк дөненнің жүгені 3"


def dismiss(person: Person) -> None:
    end_appointment(actor=acting(person, person.organisation), appointment=person.appointments.in_force().get(), order_number="2-Ж")


def appointed(person: Person, post: Post) -> Person:
    day = timezone.localdate()
    appoint(
        actor=acting(person, person.organisation), person=person, organisation=person.organisation, post=post, order_number="3-Ж", order_date=day, starts_on=day
    )
    return person


def opens(person: Person, organisation: Organisation, given: str) -> set[int]:
    """Numbers of the generations that this secret opens, really decrypting them."""
    key = standing.confirmed_key(organisation, person)
    identity = secret.open_with(given, key.blob) if key else None
    return {generation.number for generation in granting.opened_by(key, identity)} if key and identity else set()


def confirm(by: Person, given: str, other: Person) -> list[int]:
    organisation = by.organisation
    key = standing.waiting_key(organisation, other)
    assert key is not None
    return actions.confirm_holder(actor=acting(by, organisation), organisation=organisation, key=key, by=by, given=given)


def test_the_vault_opens_when_both_holders_have_chosen_and_either_secret_opens_it(cast: Cast) -> None:
    office = cast.karaganda
    assert standing.state(office) == State.NO_SECRETS
    choose(cast.gulnar, office, HEAD_SECRET)
    with pytest.raises(VaultRefused, match="444"):
        actions.open_vault(actor=acting(cast.gulnar, office), organisation=office)
    choose(cast.serik, office, RESPONSIBLE_SECRET)
    assert standing.state(office) == State.READY
    assert access.current_generation(office) is None
    generation = actions.open_vault(actor=acting(cast.gulnar, office), organisation=office)
    assert access.current_generation(office) == generation
    assert opens(cast.gulnar, office, HEAD_SECRET) == opens(cast.serik, office, RESPONSIBLE_SECRET) == {1}
    assert opens(cast.gulnar, office, RESPONSIBLE_SECRET) == set()
    assert Entry.objects.get(position=generation.position).kind == "archive:generation:started"


def test_a_vault_opens_once(cast: Cast) -> None:
    open_office(cast)
    with pytest.raises(VaultRefused):
        actions.open_vault(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)


def test_one_person_in_both_posts_is_not_two_holders(cast: Cast) -> None:
    dismiss(cast.serik)
    appointed(cast.gulnar, Post.RESPONSIBLE)
    choose(cast.gulnar, cast.karaganda, HEAD_SECRET)
    assert standing.state(cast.karaganda) == State.NO_HOLDERS
    with pytest.raises(VaultRefused):
        actions.open_vault(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)


@pytest.mark.parametrize("name", ["aidar", "olga", "dana", "bekzat", "nurlan"])
def test_nobody_else_can_choose_a_secret(cast: Cast, name: str) -> None:
    with pytest.raises(VaultRefused, match="444"):
        choose(getattr(cast, name), cast.karaganda, NEW_SECRET)
    assert not HolderKey.objects.exists()


@pytest.mark.parametrize("weak", ["short", "123456789012", "passwordpassword"[:11], "aaaaaaaaaaaaaaaa", "Әбенова Гүлнар", "     abc      ", "q1w2e3r4t5y6"])
def test_a_weak_secret_is_refused(cast: Cast, weak: str) -> None:
    with pytest.raises(VaultRefused):
        choose(cast.gulnar, cast.karaganda, weak)


def test_a_secret_is_the_same_from_every_keyboard(cast: Cast) -> None:
    composed = "ёлка и зелёный чай"
    choose(cast.gulnar, cast.karaganda, composed)
    key = standing.waiting_key(cast.karaganda, cast.gulnar)
    assert key is not None
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    assert secret.open_with(f" {decomposed} ", key.blob) is not None


def test_a_changed_secret_opens_the_same_key_and_the_earlier_one_nothing(cast: Cast) -> None:
    open_office(cast)
    with pytest.raises(WrongSecretGiven):
        actions.change_secret(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda, person=cast.gulnar, old=NEW_SECRET, new=NEXT_SECRET)
    actions.change_secret(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda, person=cast.gulnar, old=HEAD_SECRET, new=NEW_SECRET)
    assert opens(cast.gulnar, cast.karaganda, NEW_SECRET) == {1}
    assert opens(cast.gulnar, cast.karaganda, HEAD_SECRET) == set()


def test_a_dismissed_holder_is_out_at_once_and_a_new_generation_begins_without_any_secret(cast: Cast) -> None:
    first = open_office(cast)
    dismissed_key = standing.confirmed_key(cast.karaganda, cast.serik)
    assert dismissed_key is not None
    dismiss(cast.serik)
    second = access.current_generation(cast.karaganda)
    assert second is not None
    assert (second.number, second.recipient != first.recipient) == (2, True)
    assert opens(cast.gulnar, cast.karaganda, HEAD_SECRET) == {1, 2}
    dismissed_key.refresh_from_db()
    assert (bytes(dismissed_key.blob), dismissed_key.ended_because) == (b"", "dismissed")
    assert [bytes(grant.blob) for grant in Grant.objects.filter(key=dismissed_key)] == [b""]


def test_a_new_holder_gets_everything_from_the_other_one_and_nothing_before(cast: Cast) -> None:
    open_office(cast)
    dismiss(cast.serik)
    appointed(cast.nurlan, Post.RESPONSIBLE)
    choose(cast.nurlan, cast.karaganda, NEW_SECRET)
    assert opens(cast.nurlan, cast.karaganda, NEW_SECRET) == set()
    assert confirm(cast.gulnar, HEAD_SECRET, cast.nurlan) == [1, 2]
    assert opens(cast.nurlan, cast.karaganda, NEW_SECRET) == {1, 2}
    assert Generation.objects.count() == 2


def test_a_waiting_key_gets_no_part_of_a_new_generation(cast: Cast) -> None:
    """Whoever resets a sign-in and chooses a secret in that name gains nothing, also from generations begun later."""
    open_office(cast)
    intruder = choose(cast.serik, cast.karaganda, NEW_SECRET)
    actions.renew(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)
    assert not Grant.objects.filter(key=intruder).exists()
    assert opens(cast.serik, cast.karaganda, RESPONSIBLE_SECRET) == {1, 2}


def test_nobody_confirms_oneself(cast: Cast) -> None:
    open_office(cast)
    choose(cast.serik, cast.karaganda, NEW_SECRET)
    with pytest.raises(VaultRefused):
        confirm(cast.serik, RESPONSIBLE_SECRET, cast.serik)


def test_a_lost_secret_is_made_good_by_the_other_holder(cast: Cast) -> None:
    open_office(cast)
    lost = standing.confirmed_key(cast.karaganda, cast.serik)
    choose(cast.serik, cast.karaganda, NEW_SECRET)
    assert opens(cast.serik, cast.karaganda, RESPONSIBLE_SECRET) == {1}, "until then the earlier key holds"
    with pytest.raises(WrongSecretGiven):
        confirm(cast.gulnar, RESPONSIBLE_SECRET, cast.serik)
    assert confirm(cast.gulnar, HEAD_SECRET, cast.serik) == [1]
    assert opens(cast.serik, cast.karaganda, NEW_SECRET) == opens(cast.gulnar, cast.karaganda, HEAD_SECRET) == {1, 2}
    assert lost is not None
    lost.refresh_from_db()
    assert (lost.ended_because, bytes(lost.blob)) == ("lost", b"")


def test_both_holders_changed_at_once_and_a_former_one_hands_over(cast: Cast) -> None:
    open_office(cast)
    dismiss(cast.serik)
    dismiss(cast.gulnar)
    assert access.current_generation(cast.karaganda) is None, "docks keep their files until there are holders"
    appointed(cast.nurlan, Post.HEAD)
    appointed(cast.marat, Post.RESPONSIBLE)
    choose(cast.nurlan, cast.karaganda, NEW_SECRET)
    choose(cast.marat, cast.karaganda, NEXT_SECRET)
    actions.open_vault(actor=acting(cast.nurlan, cast.karaganda), organisation=cast.karaganda)
    assert opens(cast.nurlan, cast.karaganda, NEW_SECRET) == {2}
    former = standing.former_keys(cast.karaganda)
    assert {key.person for key in former} <= {cast.gulnar, cast.serik}
    for key in list(former):
        given = HEAD_SECRET if key.person == cast.gulnar else RESPONSIBLE_SECRET
        with pytest.raises(WrongSecretGiven):
            actions.hand_over(actor=acting(cast.nurlan, cast.karaganda), organisation=cast.karaganda, former=key, given=NEW_SECRET)
        actions.hand_over(actor=acting(cast.nurlan, cast.karaganda), organisation=cast.karaganda, former=key, given=given)
    everything = set(Generation.objects.values_list("number", flat=True))
    assert opens(cast.nurlan, cast.karaganda, NEW_SECRET) == opens(cast.marat, cast.karaganda, NEXT_SECRET) == everything
    assert not standing.former_keys(cast.karaganda).exists()
    assert not HolderKey.objects.filter(ended_at__isnull=False).exclude(blob=b"").exists()


def test_both_secrets_lost_the_sheet_recovers(cast: Cast) -> None:
    generation = open_office(cast)
    identity = printed_identity(cast, generation)
    choose(cast.gulnar, cast.karaganda, NEW_SECRET)
    choose(cast.serik, cast.karaganda, NEXT_SECRET)
    with pytest.raises(VaultRefused):
        recovery.recover(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda, text=str(Identity.generate()))
    letters = str(identity).removeprefix("AGE-SECRET-KEY-1").lower()
    typed = "age-secret-key-1 " + " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    assert recovery.recover(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda, text=typed) == [1]
    assert opens(cast.gulnar, cast.karaganda, NEW_SECRET) == opens(cast.serik, cast.karaganda, NEXT_SECRET) == {1, 2}
    assert opens(cast.gulnar, cast.karaganda, HEAD_SECRET) == set()


def test_both_secrets_lost_without_a_sheet_a_new_beginning_keeps_what_a_remembered_secret_opens(cast: Cast) -> None:
    open_office(cast)
    choose(cast.gulnar, cast.karaganda, NEW_SECRET)
    choose(cast.serik, cast.karaganda, NEXT_SECRET)
    with pytest.raises(VaultRefused):
        actions.open_vault(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)
    actions.open_vault(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda, anew=True)
    assert opens(cast.gulnar, cast.karaganda, NEW_SECRET) == {2}
    former = standing.former_keys(cast.karaganda).get(person=cast.gulnar)
    actions.hand_over(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda, former=former, given=HEAD_SECRET)
    assert opens(cast.serik, cast.karaganda, NEXT_SECRET) == {1, 2}


def printed_identity(cast: Cast, generation: Generation) -> Identity:
    key = standing.confirmed_key(cast.karaganda, cast.gulnar)
    assert key is not None
    opened = secret.open_with(HEAD_SECRET, key.blob)
    assert opened is not None
    return granting.opened_by(key, opened)[generation]


def test_a_sheet_is_printed_once(cast: Cast) -> None:
    generation = open_office(cast)

    def sheet(given: str) -> bytes:
        return recovery.print_sheet(
            actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda, generation=generation, person=cast.gulnar, given=given, language="kk"
        )

    with pytest.raises(WrongSecretGiven):
        sheet(RESPONSIBLE_SECRET)
    assert not RecoveryCopy.objects.exists()
    assert sheet(HEAD_SECRET).startswith(b"%PDF")
    with pytest.raises(VaultRefused):
        sheet(HEAD_SECRET)
    assert [entry.kind for entry in Entry.objects.filter(kind__startswith="archive:recovery")] == ["archive:recovery:printed"]


def test_declining_is_written_down(cast: Cast) -> None:
    open_office(cast)
    recovery.decline(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)
    assert RecoveryCopy.objects.get().by == cast.gulnar.full_name
    assert standing.undecided_recovery(cast.karaganda) == []
    with pytest.raises(VaultRefused):
        recovery.decline(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)


def test_five_wrong_secrets_close_the_door_for_a_quarter_of_an_hour_and_each_is_in_the_ledger(cast: Cast) -> None:
    open_office(cast)
    key = standing.confirmed_key(cast.karaganda, cast.serik)
    assert key is not None
    actor = acting(cast.serik, cast.karaganda)

    def attempt(given: str) -> Any:
        return open_key(actor=actor, key=key, given=given, purpose="look at the inspection")

    for _ in range(5):
        with pytest.raises(WrongSecretGiven):
            attempt("wrong secret, wrong")
    with pytest.raises(WrongSecretGiven):
        attempt(RESPONSIBLE_SECRET)
    refusals = [said(entry)["payload"] for entry in Entry.objects.filter(kind="archive:vault:secret-refused").order_by("position")]
    assert [refusal["blocked"] for refusal in refusals] == [False] * 5 + [True]
    assert "wrong secret" not in str(refusals)
    Attempt.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert isinstance(attempt(RESPONSIBLE_SECRET), Identity)


def test_right_secrets_are_not_counted_against_anyone(cast: Cast) -> None:
    open_office(cast)
    key = standing.confirmed_key(cast.karaganda, cast.gulnar)
    assert key is not None
    for _ in range(8):
        open_key(actor=acting(cast.gulnar, cast.karaganda), key=key, given=HEAD_SECRET, purpose="test")


def test_no_secret_and_no_private_key_in_the_ledger(cast: Cast) -> None:
    open_office(cast)
    dismiss(cast.serik)
    access.current_generation(cast.karaganda)
    words = "".join(str(said(entry)) for entry in Entry.objects.select_related("content"))
    assert HEAD_SECRET not in words
    assert "AGE-SECRET-KEY" not in words
