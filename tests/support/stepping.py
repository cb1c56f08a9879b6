"""Step Functions in place of AWS, for whatever starts, resumes and moves walks."""

import pytest
from goodword_aws import journeys_heard, journeys_moving, journeys_walks


class Stepping:
    """Step Functions, that only remembers what was started."""

    def __init__(self, _client: object = None) -> None:
        self.started: list[str] = []

    def start(self, _machine: str, name: str, _given: dict[str, object]) -> bool:
        self.started.append(name)
        return True

    def resume(self, _token: str, _answer: dict[str, str]) -> bool:
        return True


def stepping_instead(monkeypatch: pytest.MonkeyPatch) -> Stepping:
    """One that remembers, wherever a client would be made."""
    stepping = Stepping()
    for module in (journeys_walks, journeys_heard, journeys_moving):
        monkeypatch.setattr(module, "StepFunctions", lambda _client: stepping)
        monkeypatch.setattr(module, "client", lambda _name: None)
    return stepping
