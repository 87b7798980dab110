"""Run one step in a process of its own, and say what it took."""

import os
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Measured:
    """What one step took; `failure` says why there are no figures to compare."""

    name: str
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_megabytes: float = 0.0
    rows: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    failure: str = ""
    details: dict[str, float] = field(default_factory=dict)

    @property
    def rows_per_second(self) -> float:
        """Rows of the log per second."""
        return self.rows / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict:
        """The figures as JSON."""
        return asdict(self) | {"rows_per_second": self.rows_per_second}


def run(name: str, command: list[str], environment: dict[str, str], folder: Path) -> Measured:
    """Run a command in `folder`; its output goes to a file of the step's name there.

    The peak is that of the child alone: wait4 counts one child, where getrusage keeps the
    maximum of all so far. A child starts with the memory of its parent, so this
    process must stay small.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name.replace(' ', '_')}.log"
    with log.open("wb") as output:
        started = time.perf_counter()
        child = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            cwd=Path(__file__).resolve().parents[2],
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    measured = Measured(name, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
    if child.returncode:
        measured.failure = _reason(child.returncode, log)
    return measured


def done(step: Measured) -> Measured:
    """The step, if it did not fail: without it nothing after it can be measured."""
    if step.failure:
        raise SystemExit(f"{step.name} failed: {step.failure}")
    return step


def _reason(code: int, log: Path) -> str:
    """Why a step failed, in a line: killed by the kernel is out of memory in all likelihood."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    last = lines[-1][:300] if lines else "no output"
    return f"killed by signal {-code}, out of memory?" if code < 0 else f"exit {code}: {last}"


def size_of(path: Path, pattern: str = "**/*") -> int:
    """Bytes of a file, or of the files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.glob(pattern) if file.is_file())
