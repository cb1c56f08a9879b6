"""An item as a text in which ids can be exchanged, those in packed values too."""

import json
from typing import Any

from goodword_aws.items import packed, unpacked

Json = dict[str, Any]


def opened(item: Json) -> str:
    """The text of an item, with the ids in what is packed to be seen."""
    seen = {
        name: {"packed": unpacked(value["B"])} if "B" in value else value
        for name, value in item.items()
    }
    return json.dumps(seen)


def closed(item: Json) -> Json:
    """The inverse of `opened`."""
    return {
        name: packed(value["packed"]) if "packed" in value else value
        for name, value in item.items()
    }
