"""Make the environment of the peers: ``python -m benchmarks.peers`` fills ``.venv-peers`` from ``peers.txt``.

An environment that exists is brought up to date in place. Where to look for packages is left to pip's own settings.
"""

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-peers"
REQUIREMENTS = ROOT / "benchmarks" / "peers.txt"


def python_of(folder: Path) -> Path:
    """Return the path of the interpreter inside the virtual environment ``folder``."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


PYTHON = python_of(FOLDER)


def create(folder: Path = FOLDER) -> int:
    """Create or update the environment and return how many requirements could not be installed."""
    if not python_of(folder).exists():
        venv.create(folder, with_pip=True)
    lines = (line.split("#")[0].strip() for line in REQUIREMENTS.read_text().splitlines())
    failed = []
    # One at a time: a peer that has no wheel for this Python must not keep out the others.
    for requirement in filter(None, lines):
        command = [str(python_of(folder)), "-m", "pip", "install", "--quiet", "--upgrade", requirement]
        if subprocess.run(command, check=False).returncode:
            failed.append(requirement)
    for requirement in failed:
        print(f"could not be installed, and will be reported as not installed: {requirement}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Create the environment of the benchmark's peers.")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to create it (default: .venv-peers)")
    raise SystemExit(1 if create(parser.parse_args().folder) else 0)
