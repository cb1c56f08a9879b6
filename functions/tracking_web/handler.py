"""`GET /r/{code}` stores the click and sends the shopper on; the work is in goodword_aws/hot."""

import os
from typing import Any

from goodword_aws.hot.wiring import make_redirect

redirect = make_redirect(os.environ)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """302, always."""
    return redirect.answer(event)
