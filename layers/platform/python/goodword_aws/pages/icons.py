"""A few line drawings of our own; they only ever accompany words, so readers aloud skip them."""

from markupsafe import Markup

_SHAPES = {
    "home": '<path d="M4 11 12 4l8 7v9h-5v-6H9v6H4z"/>',
    "earnings": '<path d="M4 20V10m5 10V4m5 16v-7m5 7V8"/>',
    "links": (
        '<path d="M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 '
        '6l1-1"/>'
    ),
    "payouts": '<path d="M3 7h18v11H3zM3 11h18M7 15h4"/>',
    "help": (
        '<circle cx="12" cy="12" r="9"/>'
        '<path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 1-1 1.7M12 17h.01"/>'
    ),
    "done": '<path d="m5 13 4 4L19 7"/>',
    "hold": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
    "warn": '<path d="M12 4 2.8 20h18.4zM12 10v4m0 3h.01"/>',
    "no": '<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6m0-6-6 6"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6m0-10h.01"/>',
    "copy": '<path d="M9 9h11v11H9zM5 15H4V4h11v1"/>',
    "share": '<path d="M12 15V4m-4 4 4-4 4 4M5 13v7h14v-7"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "out": '<path d="M14 5h5v14h-5M4 12h10m-4-4 4 4-4 4"/>',
}


def icon(name: str) -> Markup:
    """The drawing. KeyError for one that there is not."""
    return Markup(  # noqa: S704 - our own drawings only
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" '
        f'focusable="false">{_SHAPES[name]}</svg>'
    )
