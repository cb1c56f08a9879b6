"""Who listens where is read from the kernel's own tables, for a whole process group at once."""

import os
from contextlib import suppress
from pathlib import Path

LISTEN = "0A"
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1 as /proc has them


def group_of(leader: int) -> list[int]:
    """The processes whose group is led by this pid, the leader included."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            behind_the_name = stat.read_text().rpartition(")")[2].split()
            if int(behind_the_name[2]) == leader:
                found.append(int(stat.parent.name))
    return found


def _files_of(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return []  # it ended since it was listed


def listening_addresses(leader: int) -> set[str]:
    """The addresses, as /proc writes them, that any process of the group listens on."""
    sockets = set()
    for pid in group_of(leader):
        for link in _files_of(pid):
            with suppress(OSError):  # closed since it was listed
                sockets.add(os.readlink(link))
    addresses = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for row in table.read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == LISTEN and f"socket:[{fields[9]}]" in sockets:
                addresses.add(fields[1].partition(":")[0])
    return addresses
