"""The kinds of jobs, and how each is done."""

from collections.abc import Mapping

from files import arrivals, conversions, inspecting, previewing, removal, rescans, scanning
from files.direct import adoption
from files.jobs import Kind
from files.tus import assembly

KINDS: Mapping[str, Kind] = {
    # Two GiB to the scanner and through the store take their time.
    "scan": Kind(scanning.scan, deadline=1_800.0, give_up=scanning.refuse),
    # A store may take its time to join parts, or to copy.
    "assemble": Kind(assembly.assemble, deadline=900.0, give_up=arrivals.refuse),
    "adopt": Kind(adoption.adopt, deadline=900.0, give_up=arrivals.refuse),
    "rescan": Kind(rescans.scan, deadline=1_800.0, give_up=rescans.take_back),
    "remove": Kind(removal.remove_bytes, attempts=50),
    "inspect": Kind(inspecting.inspect),
    "thumbnail": Kind(previewing.thumbnail, deadline=600.0),
    # An hour of film is made streamable in less than an hour, after two of its kind.
    "preview": Kind(previewing.preview, deadline=7_200.0),
    "convert": Kind(conversions.convert, deadline=1_200.0),
}
# Whoever looks into files first is waited for by people.
WARM = ("files.media.sniffing",)
