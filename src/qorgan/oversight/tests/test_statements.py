"""What the law asked and what we knew: the same bytes for ever, whatever is written, amended or corrected later."""

import base64
import io
import json
import shutil
import zipfile
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from qorgan.evidence import proof
from qorgan.evidence.keys import Verifier
from qorgan.evidence.merkle import leaf_hash
from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.norms.engine.workdays import Calendar, SpecialDay, Year, seeded
from qorgan.oversight import rulesets
from qorgan.oversight.models import RulesUse
from qorgan.oversight.statements import StatementRefusal, as_known, repeated, write_down
from qorgan.oversight.tests.conftest import Attach, stated
from qorgan.people.tests.cast import SETUP, signed_in_client

pytestmark = pytest.mark.django_db


def test_the_same_bytes_after_facts_documents_and_days_came(mall: Facility, attach: Attach) -> None:
    today = timezone.localdate()
    attach(mall, "366/63", date(2024, 4, 1))
    kept = write_down(actor=SETUP, facility=mall, on=today)
    before = repeated(kept).data
    stated(mall, date(2024, 3, 2), trade_area_m2="400", sells_firearms="true")
    attach(mall, "366/38", date(2025, 1, 1))
    assert repeated(kept).data == before
    assert as_known(mall, today, timezone.now()).data != before
    assert as_known(mall, today, kept.known_at).data == before


def test_the_same_bytes_after_the_rules_and_the_calendar_changed(mall: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today = timezone.localdate()
    kept = write_down(actor=SETUP, facility=mall, on=today)
    before = repeated(kept).data
    packs = tmp_path / "packs"
    shutil.copytree(rulesets.PACKS, packs)
    passport = packs / "366" / "5-passport.yaml"
    passport.write_text(passport.read_text(encoding="utf-8").replace("number: 45", "number: 30"), encoding="utf-8")
    monkeypatch.setattr(rulesets, "PACKS", packs)
    plain = seeded(2019, 2036)
    extra = SpecialDay(date(2024, 3, 12), False, "демалыс", "выходной", "test")
    years = tuple(Year(year.number, (*year.days, extra), True) if year.number == 2024 else year for year in plain.years)
    corrected = Calendar(years)
    monkeypatch.setattr(rulesets, "office_calendar", lambda: corrected)
    assert rulesets.note_rules().digest != kept.ruleset_id
    assert RulesUse.objects.count() == 2
    assert repeated(kept).data == before
    after = json.loads(as_known(mall, today, timezone.now()).data)
    (draft,) = [one for one in after["duties"] if one["norm"] == "366/63"]
    assert draft["readings"][0]["number"] == 30
    assert json.loads(as_known(mall, today, kept.known_at).data)["rules"] == kept.ruleset_id


def test_a_moment_to_come_is_refused(mall: Facility) -> None:
    with pytest.raises(StatementRefusal):
        as_known(mall, timezone.localdate(), timezone.now() + timedelta(hours=1))
    with pytest.raises(StatementRefusal):
        write_down(actor=SETUP, facility=mall, on=timezone.localdate(), known_at=timezone.now() + timedelta(hours=1))


def test_the_package_proves_itself_and_is_the_same_each_time(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.daniyar.user)
    asked = page.get(reverse("oversight:statements", args=[mall.pk]), {"on": "2025-03-01"})
    assert asked.context["answer"].question.on == date(2025, 3, 1)
    made = page.post(reverse("oversight:statements", args=[mall.pk]), {"on": "2025-03-01"}, follow=True)
    kept = made.context["kept"]
    address = reverse("oversight:package", args=[kept.pk])
    data = page.get(address).content
    assert page.get(address).content == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert sha256(files["assessment.json"]).hexdigest() == kept.digest
    entry = json.loads(files[f"ledger/entries/{kept.position}.json"])
    assert json.loads(entry["body"])["payload"]["sha256"] == kept.digest
    assert files["assessment.kk.pdf"].startswith(b"%PDF-")
    assert b"pdfaid" in files["assessment.ru.pdf"]
    told = f"{entry['at_us']}\n{entry['kind']}\n{entry['organisation']}\n{entry['subject']}\n\n{entry['body']}"
    leaf = leaf_hash(sha256(base64.b64decode(entry["salt"]) + told.encode()).digest())
    verifier = Verifier(files["keys/ledger.vkey"].decode().strip())
    position, _checkpoint = proof.verify(files[f"ledger/proofs/{kept.position}.tlog-proof"].decode(), leaf, [verifier])
    assert position == kept.position


def test_who_may_not_see_evidence_may_not_ask(chain: Chain, mall: Facility) -> None:
    assert signed_in_client(chain.erlan.user).get(reverse("oversight:statements", args=[mall.pk])).status_code == 403
    assert signed_in_client(chain.stranger.user).get(reverse("oversight:statements", args=[mall.pk])).status_code == 404
