"""Work on what strangers send: in a process of its own that can do nothing else.

A task is a function of a module, or a program. It gets a fresh folder, in which its input lies and its output is found
afterwards, and what `Limits` allow of memory, time and output; no network, no other process, no other file but the
system's and Python's own, to read. Whatever it does, its job fails with a `Reason` and nothing else happens.

    from chassis.confined.limits import Failed, Limits
    from chassis.confined.runner import Runner

    async with Runner(most=2, warm=("files.media.images",)) as runner:   # CannotConfine where a kernel cannot do it
        async with runner.folder() as folder:
            (folder / "image").write_bytes(what_came)
            try:
                size = await runner.run("files.media.images:thumbnail", folder, {"side": 200}, limits=Limits(cpu=5))
            except Failed as failure:
                log.info("no thumbnail: %s", failure.sentence)           # failure.reason is one of six words

The function gets its folder and the arguments, and returns what JSON can hold; more than that it writes to the folder:

    def thumbnail(folder: Path, *, side: int) -> dict[str, int]: ...

It may raise `inside.Refused` with a sentence for the person who sent the file, and tell `inside.progress(0.4)`.

How a process is confined: a session of its own, an environment of five names, no descriptor but its three pipes;
resource limits; no capabilities; Landlock (Linux 5.13 or newer), which lets it read the system's libraries and write in
its folder; a system-call filter through libseccomp, which knows no sockets, no new processes, no signals to others, and
nothing that only an administrator needs. It dies with the process that started it. `RLIMIT_NPROC` is not set, because
it counts all processes of a user and does not hold for root: the filter denies new processes instead.
"""
