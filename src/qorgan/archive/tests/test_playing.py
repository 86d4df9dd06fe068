"""What the player says before a browser fails silently."""

from typing import Any

import pytest

from qorgan.archive.playing import showing

MP4 = "mov,mp4,m4a,3gp,3g2,mj2"


@pytest.mark.parametrize(
    ("media", "element", "content_type", "converted"),
    [
        ({"kind": "video", "container": MP4, "video_codec": "h264", "audio_codec": "aac"}, "video", "video/mp4", False),
        ({"kind": "video", "container": MP4, "video_codec": "h264"}, "video", "video/mp4", False),
        ({"kind": "video", "container": "matroska,webm", "video_codec": "vp9", "audio_codec": "opus"}, "video", "video/webm", False),
        ({"kind": "video", "container": MP4, "video_codec": "hevc"}, "video", "video/mp4", True),
        ({"kind": "video", "container": MP4, "video_codec": "h264", "audio_codec": "pcm_alaw"}, "video", "video/mp4", True),
        ({"kind": "video", "container": "avi", "video_codec": "h264"}, "video", "video/mp4", True),
        ({"kind": "video", "container": "mpegts", "video_codec": "h264"}, "video", "video/mp4", True),
        ({"kind": "audio", "container": "mp3", "audio_codec": "mp3"}, "audio", "audio/mpeg", False),
        ({"kind": "audio", "container": MP4, "audio_codec": "aac"}, "audio", "audio/mp4", False),
        ({"kind": "audio", "container": "wav", "audio_codec": "pcm_alaw"}, "audio", "audio/mp4", True),
        ({"kind": "photo", "container": "image2", "video_codec": "mjpeg"}, "img", "image/jpeg", False),
        ({"kind": "photo", "container": "png_pipe", "video_codec": "png"}, "img", "image/png", False),
        ({"kind": "empty"}, "", "application/octet-stream", False),
        ({"kind": "broken", "container": ""}, "", "application/octet-stream", False),
        ({"kind": "other"}, "", "application/octet-stream", False),
        ({}, "", "application/octet-stream", False),
    ],
)
def test_how_a_recording_is_shown(media: dict[str, Any], element: str, content_type: str, converted: bool) -> None:
    shown = showing(media)
    assert (shown.element, shown.content_type, shown.converted) == (element, content_type, converted)
    assert bool(shown.why) == (not element or converted), "what is not shown as it is says why"


def test_sound_that_browsers_lack_is_named() -> None:
    assert "pcm_alaw" in showing({"kind": "video", "container": MP4, "video_codec": "h264", "audio_codec": "pcm_alaw"}).why
