"""The log of the letters to one person: what about, what became of each, and why."""

from goodword.limits import READ_KEYS_MAX
from goodword.messages.model import Message, MessageOfAdvocate, message_key
from goodword.ports import Page, Store


def letters_of(store: Store, advocate_id: str, limit: int, cursor: str | None) -> Page[Message]:
    """A person's letters, newest first; they are kept for MESSAGE_DAYS."""
    page = store.query(
        MessageOfAdvocate,
        "core",
        f"ADV#{advocate_id}",
        "M#",
        limit=min(limit, READ_KEYS_MAX),
        cursor=cursor,
        newest_first=True,
    )
    keys = [message_key(one.event_id, one.channel) for one in page.rows]
    found = store.get_many(Message, keys) if keys else {}
    return Page([found[key] for key in keys if key in found], page.cursor)
