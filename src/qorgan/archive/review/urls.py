"""Addresses of review; under /archive/, where the vault's cookie goes."""

from django.urls import path

from qorgan.archive.review import lists, marking, side, signing, taking

app_name = "review"
urlpatterns = [
    path("review/", lists.unreviewed, name="list"),
    path("review/inspections/<uuid:case_id>/", side.side, name="side"),
    path("review/marks/<uuid:moment_id>/strike/", marking.strike, name="strike"),
    path("review/protocols/", signing.protocols, name="protocols"),
    path("review/protocols/new/", signing.new, name="protocol-new"),
    path("review/protocols/<uuid:protocol_id>/", signing.protocol, name="protocol"),
    path("review/protocols/<uuid:protocol_id>/<str:language>.pdf", signing.paper, name="paper"),
    path("recordings/<uuid:recording_id>/overview/", taking.overview, name="overview"),
    path("recordings/<uuid:recording_id>/curves/", taking.curves, name="curves"),
    path("recordings/<uuid:recording_id>/still", taking.still, name="still"),
    path("recordings/<uuid:recording_id>/clip", taking.clip, name="clip"),
    path("recordings/<uuid:recording_id>/view", taking.view, name="view"),
    path("recordings/<uuid:recording_id>/mark/", marking.mark, name="mark"),
    path("recordings/<uuid:recording_id>/reviewed/", marking.reviewed, name="reviewed"),
]
