"""Addresses of the house: each room keeps its own under its prefix."""

from django.urls import include, path

from qorgan.web import care_page, errors, health, ledger_pages, metrics, sign_in, summary, today, verify_page, witness_pages

web = [
    path("", today.today, name="today"),
    path("today/now/", today.now, name="now"),
    path("answering/", summary.summary, name="summary"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.second_factor, name="second-factor"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("division/", sign_in.choose_division, name="division"),
    path("verify/", verify_page.verify, name="verify"),
    path("language/", today.set_language, name="language"),
    path("machine/", care_page.machine, name="machine"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
]

ledger = [
    path("", ledger_pages.entries, name="entries"),
    path("<int:position>/", ledger_pages.entry, name="entry"),
    path("<int:position>/proof/", ledger_pages.proof, name="proof"),
    path("check/", ledger_pages.check_now, name="check"),
    path("witnesses/", witness_pages.witnesses, name="witnesses"),
    path("witnesses/compare/", witness_pages.comparing, name="compare"),
    path("witnesses/sheet/", witness_pages.sheet, name="sheet"),
    path("witnesses/stamp/<int:stamp_id>/", witness_pages.stamp, name="stamp"),
    path("checkpoint", ledger_pages.checkpoint, name="checkpoint"),
    path("tile/<path:path>", ledger_pages.tiles, name="tile"),
]

urlpatterns = [
    path("", include((web, "web"))),
    path("", include("qorgan.recorders.urls")),
    path("archive/handovers/", include("qorgan.recorders.handover.urls")),
    path("", include("qorgan.recorders.continuity.urls")),
    path("", include("qorgan.archive.urls")),
    path("", include("qorgan.archive.retention.urls")),
    path("archive/", include("qorgan.archive.review.urls")),
    path("journal/", include("qorgan.journals.urls")),
    path("facilities/", include("qorgan.facilities.urls")),
    path("oversight/", include("qorgan.oversight.urls")),
    path("people/", include("qorgan.people.urls")),
    path("ledger/", include((ledger, "ledger"))),
    path("norms/", include("qorgan.norms.urls")),
]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
