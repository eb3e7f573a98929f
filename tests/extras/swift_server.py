"""OpenStack Swift with its S3 interface on the loopback, with one disk and one copy: a store that is really used.

    python3 -m venv swift && swift/bin/pip install swift
    python -m tests.extras.swift_server swift/bin FOLDER       prints its address, and serves until it is stopped

The folder has to be on a file system with extended attributes (ext4, xfs); Swift keeps its metadata there. Credentials
are `test:tester` and `testing`.
"""

import getpass
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

SERVERS = ("account", "container", "object")
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test:tester",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_HASH = "[swift-hash]\nswift_hash_path_suffix = burnish\n[storage-policy:0]\nname = one\ndefault = yes\n"
_DEFAULT = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 1
user = {user}
swift_dir = {folder}
devices = {folder}/disks
mount_check = false
log_level = ERROR
"""
_PIPELINE = {
    "catch_errors": "",
    "gatekeeper": "",
    "cache": "",
    "listing_formats": "",
    "bulk": "",
    "s3api": "s3_acl = false\nlocation = us-east-1",
    "tempauth": "user_test_tester = testing .admin",
    "slo": "",
    "dlo": "",
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def configure(programs: str, folder: Path) -> dict[str, int]:
    """Write the configuration and the rings of all servers, and return their ports."""
    (folder / "disks/one").mkdir(parents=True)
    (folder / "swift.conf").write_text(_HASH)
    ports = {name: free_port() for name in (*SERVERS, "proxy")}
    for name, port in ports.items():
        text = _DEFAULT.format(port=port, user=getpass.getuser(), folder=folder)
        if name == "proxy":
            text += f"[pipeline:main]\npipeline = {' '.join(_PIPELINE)} proxy-server\n"
            for part, more in _PIPELINE.items():
                text += f"[filter:{part}]\nuse = egg:swift#{'memcache' if part == 'cache' else part}\n{more}\n"
            text += "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n"
        else:
            text += f"[pipeline:main]\npipeline = {name}-server\n[app:{name}-server]\nuse = egg:swift#{name}\n"
            for words in (("create", "4", "1", "1"), ("add", f"r1z1-127.0.0.1:{port}/one", "1"), ("rebalance",)):
                builder = [f"{programs}/swift-ring-builder", str(folder / f"{name}.builder"), *words]
                subprocess.run(builder, check=True, capture_output=True)
        (folder / f"{name}-server.conf").write_text(text)
    return ports


def is_up(port: int) -> bool:
    with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    return False


@contextmanager
def swift_server(programs: str, folder: Path) -> Iterator[str]:
    """Run Swift, and give the address of its S3."""
    ports = configure(programs, folder)
    with open(folder / "log", "wb") as log:
        running = [
            subprocess.Popen(
                [f"{programs}/swift-{name}-server", str(folder / f"{name}-server.conf")], stdout=log, stderr=log
            )
            for name in ports
        ]
    try:
        began = time.monotonic()
        while not is_up(ports["proxy"]):
            assert time.monotonic() - began < 60, (folder / "log").read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{ports['proxy']}"
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait()


if __name__ == "__main__":
    with swift_server(sys.argv[1], Path(os.path.abspath(sys.argv[2]))) as address, suppress(KeyboardInterrupt):
        print(address, flush=True)
        while True:
            time.sleep(3600)
