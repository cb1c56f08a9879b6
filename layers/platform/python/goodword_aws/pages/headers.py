"""What browsers may do with our answers: nothing from elsewhere, nothing inline, in nobody's frame.

The one exception is the embeddable view, which may stand in the frames of the origins that the
installation lists, and of no others. Files with a hash in their name are kept for a year; pages are
not kept at all, so that the back button shows nothing after signing out.
"""

from collections.abc import Mapping

from goodword_aws.pages.cookies import YEAR_SECONDS
from goodword_aws.pages.forms import origin_of
from goodword_aws.pages.view import Answer, File
from goodword_aws.settings import settings

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def headers_of(answer: Answer, *, secure: bool, embeddable: bool) -> Mapping[str, str]:
    """The headers of an answer."""
    headers = dict(_ALWAYS)
    headers["Content-Security-Policy"] = policy(embeddable=embeddable)
    if not embeddable:
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
    if isinstance(answer, File):
        headers["Content-Type"] = answer.content_type
        if answer.filename:
            headers["Content-Disposition"] = f'attachment; filename="{answer.filename}"'
        kept = f"public, max-age={YEAR_SECONDS}, immutable"
        headers["Cache-Control"] = kept if answer.keep else "no-store"
    else:
        headers["Content-Type"] = "text/html; charset=utf-8"
        headers["Cache-Control"] = "no-store"
        headers["Vary"] = "Cookie, Accept-Language"
    return headers


def policy(*, embeddable: bool) -> str:
    """The Content-Security-Policy. Signing out ends on the pool's own page, by a form."""
    own = settings()
    ancestors = own.embed_origins or "'none'" if embeddable else "'none'"
    return "; ".join(
        (
            "default-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            f"form-action 'self' {origin_of(own.sign_in_url)}".rstrip(),
            f"frame-ancestors {ancestors}",
        )
    )
