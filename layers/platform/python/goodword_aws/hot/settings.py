"""A setting that is missing stops the start; without what `goodword_aws.settings` loads."""

from collections.abc import Mapping


class MissingSettingError(RuntimeError):
    """A setting that the redirect cannot work without is absent or empty."""


def setting(settings: Mapping[str, str], name: str) -> str:
    """The value of a setting. Raises MissingSettingError, so that the function does not start."""
    if value := settings.get(name, ""):
        return value
    raise MissingSettingError(f"the environment variable {name} is not set")
