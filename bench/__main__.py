"""`make bench`: run every measurement in this folder, or the one named, with the options that follow the name.

A bench is a file of this folder that runs as `python -m bench.<name>`, prints a table and writes
`<var>/bench/<name>.json` (DESIGN §7). This runner checks that it did.
"""

import json
import subprocess
import sys
from pathlib import Path

from config.environment import BASE_DIR, var_folder

FOLDER = Path(__file__).parent
KEYS = {"name", "machine", "ours", "baseline", "ratios"}


def names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))


def run(name: str, options: list[str]) -> str | None:
    """Run one bench; returns what is wrong with it, if anything."""
    print(f"── {name}", flush=True)
    result = var_folder() / "bench" / f"{name}.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.unlink(missing_ok=True)
    code = subprocess.run([sys.executable, "-m", f"bench.{name}", *options], cwd=BASE_DIR).returncode
    if code:
        return f"{name} ended with code {code}"
    try:
        missing = KEYS - json.loads(result.read_text()).keys()
    except (OSError, ValueError) as error:
        return f"{name} left no result: {error}"
    return f"{name} left out {', '.join(sorted(missing))} in {result}" if missing else None


def main(wanted: str = "", *options: str) -> int:
    if wanted and wanted not in names():
        print(f"There is no bench named {wanted}. There are: {', '.join(names()) or 'none yet'}.", file=sys.stderr)
        return 2
    faults = [fault for name in ([wanted] if wanted else names()) if (fault := run(name, list(options)))]
    print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
