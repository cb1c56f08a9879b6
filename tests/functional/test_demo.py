"""A demo that does not come to its end leaves nothing running."""

from pathlib import Path

import pytest

from infra.local import demo, emulator
from infra.local.cast import RefusedError
from infra.local.directory import Directory
from infra.local.progress import Progress


@pytest.mark.parametrize("how", [KeyboardInterrupt(), RefusedError("POST /v1/programs -> 422")])
def test_a_story_that_breaks_off_ends_the_emulator(
    how: BaseException, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended: list[Path] = []
    monkeypatch.setattr(demo, "DEMO_HOME", tmp_path)
    monkeypatch.setattr(demo, "attach", lambda _home: None)
    monkeypatch.setattr(demo, "bring_up", lambda *_given, **_how: None)
    monkeypatch.setattr(emulator, "stop", ended.append)

    def broken(_story: demo.Story) -> None:
        raise how

    monkeypatch.setattr(demo.Story, "tell", broken)
    monkeypatch.setattr(Directory, "read", lambda: None)
    monkeypatch.setattr(Directory, "forget", lambda: None)
    with pytest.raises(type(how)):
        demo.demo(Progress())
    assert ended == [tmp_path]
