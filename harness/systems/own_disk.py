"""A disk of a service's own: a file on its volume, with a file system that the service mounts.

A kill loses nothing that a process has written: the kernel keeps it and writes it out later. What a
power cut leaves is what has reached the file when the process is frozen; so the file is copied
then, and takes the place of the one into which the kernel, when the process is gone, has written
all the rest.
"""

from typing import Any

LOOP_DEVICES = 8
SIZE_MB = 512
IMAGE, CUT = "disk", "disk.cut"
# To mount is forbidden to containers, three times over.
RIGHTS: dict[str, Any] = {
    "cap_add": ["SYS_ADMIN"],
    "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
    "devices": [
        f"{device}:{device}:rwm"
        for device in ("/dev/loop-control", *(f"/dev/loop{n}" for n in range(LOOP_DEVICES)))
    ],
}


def mounted(volume: str, at: str, command: str) -> tuple[str, ...]:
    """A command that mounts the disk, which it makes before its first start, and then goes on.

    Args:
        volume: the directory that the file is in.
        at: where its file system belongs.
        command: what to run then.
    """
    script = f"""
        set -euo pipefail
        if [[ ! -e {volume}/{IMAGE} ]]; then
            truncate --size {SIZE_MB}M {volume}/new
            mkfs.ext4 -q -F {volume}/new
            mv {volume}/new {volume}/{IMAGE}
        fi
        mount -o loop {volume}/{IMAGE} {at}
        exec {command}
    """
    return ("bash", "-c", script)


def keep(volume: str) -> str:
    """A script that copies what is on the disk now."""
    return f"cp --sparse=always {volume}/{IMAGE} {volume}/{CUT}"


def fall_back(volume: str) -> str:
    """A script that puts the copy in the disk's place, and prints in how many bytes they differ."""
    return f"cmp -l {volume}/{IMAGE} {volume}/{CUT} | wc -l; mv {volume}/{CUT} {volume}/{IMAGE}"
