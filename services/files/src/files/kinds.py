"""The kinds of jobs, and how each is done."""

from collections.abc import Mapping

from files import removal, rescans, scanning
from files.jobs import Kind

KINDS: Mapping[str, Kind] = {
    # Two GiB to the scanner and through the store take their time.
    "scan": Kind(scanning.scan, deadline=1_800.0, give_up=scanning.refuse),
    "rescan": Kind(rescans.scan, deadline=1_800.0, give_up=rescans.take_back),
    "remove": Kind(removal.remove_bytes, attempts=50),
}
