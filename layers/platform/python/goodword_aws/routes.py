"""A Route is what an Api knows of one method of one path; serving and describing both read it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from goodword_aws.calls import Call, Role

Handle = Callable[[Call], Any]
VARIABLE = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True)
class Route:
    """One method of one path, who may call it, and what it takes and gives."""

    method: str
    path: str
    handle: Handle
    roles: frozenset[Role]
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    status: int
    private: bool
    paged: bool
    query: Mapping[str, str]


@cache
def pattern_of(path: str) -> re.Pattern[str]:
    """What a concrete path looks like: `/v1/links/<code>/qr`, with a group for each variable."""
    parts = VARIABLE.split(path)
    return re.compile(
        "".join(
            f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
    )
