"""Mail as it is handed to SES, kept."""

from typing import Any


class Ses:
    """SES v2: keeps the requests, or answers with an error."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.error: Exception | None = None

    def send_email(self, **request: Any) -> dict[str, str]:
        self.requests.append(request)
        if self.error:
            raise self.error
        return {"MessageId": f"ses-{len(self.requests)}"}
