"""How many rows are landed, as JSON: of all tables, and of the gateway log.

python -m benchmark.counts RAW_ROOT
"""

import json
import sys
from pathlib import Path

import duckdb

PATTERNS = {"all": "*/*/*/*.parquet", "log": "litellm/spend_logs/*/*.parquet"}


def landed_rows(raw_root: Path) -> dict[str, int]:
    """Rows by the footers of the files: nothing is read."""
    footers = "select coalesce(sum(num_rows), 0) from parquet_file_metadata('{}')"
    with duckdb.connect() as con:
        found = {}
        for name, pattern in PATTERNS.items():
            row = con.execute(footers.format(raw_root / pattern)).fetchone()
            found[name] = int(row[0]) if row else 0
    return found


if __name__ == "__main__":
    print(json.dumps(landed_rows(Path(sys.argv[1]))))
