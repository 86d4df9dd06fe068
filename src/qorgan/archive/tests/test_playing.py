"""What the player says before a browser fails silently."""

from typing import Any

import pytest

from qorgan.archive.playing import showing

MP4 = "mov,mp4,m4a,3gp,3g2,mj2"


@pytest.mark.parametrize(
    ("media", "element", "content_type"),
    [
        ({"kind": "video", "container": MP4, "video_codec": "h264", "audio_codec": "aac"}, "video", "video/mp4"),
        ({"kind": "video", "container": MP4, "video_codec": "h264"}, "video", "video/mp4"),
        ({"kind": "video", "container": "matroska,webm", "video_codec": "vp9", "audio_codec": "opus"}, "video", "video/webm"),
        ({"kind": "video", "container": MP4, "video_codec": "hevc"}, "", "video/mp4"),
        ({"kind": "video", "container": "avi", "video_codec": "h264"}, "", "application/octet-stream"),
        ({"kind": "video", "container": "mpegts", "video_codec": "h264"}, "", "application/octet-stream"),
        ({"kind": "audio", "container": "mp3", "audio_codec": "mp3"}, "audio", "audio/mpeg"),
        ({"kind": "audio", "container": MP4, "audio_codec": "aac"}, "audio", "audio/mp4"),
        ({"kind": "audio", "container": "wav", "audio_codec": "adpcm_ima_wav"}, "", "application/octet-stream"),
        ({"kind": "photo", "container": "image2", "video_codec": "mjpeg"}, "img", "image/jpeg"),
        ({"kind": "photo", "container": "png_pipe", "video_codec": "png"}, "img", "image/png"),
        ({"kind": "empty"}, "", "application/octet-stream"),
        ({"kind": "broken", "container": ""}, "", "application/octet-stream"),
        ({"kind": "other"}, "", "application/octet-stream"),
        ({}, "", "application/octet-stream"),
    ],
)
def test_how_a_recording_is_shown(media: dict[str, Any], element: str, content_type: str) -> None:
    shown = showing(media)
    assert (shown.element, shown.content_type) == (element, content_type)
    assert bool(shown.why) == (not element)


def test_sound_that_browsers_lack_is_said_beside_the_picture() -> None:
    shown = showing({"kind": "video", "container": MP4, "video_codec": "h264", "audio_codec": "pcm_alaw"})
    assert shown.element == "video"
    assert "pcm_alaw" in shown.caution
