"""dbt with a project that was parsed before: python parsed_dbt.py PARTIAL_PARSE ARGUMENTS...

dbt's own partial parsing starts anew when an environment variable of the profile changes, as the
path of the warehouse does from test to test.
"""

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

if __name__ == "__main__":
    parsed = Path(sys.argv[1]).read_bytes()
    manifest = Manifest.from_msgpack(parsed, decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    result = dbtRunner(manifest=manifest).invoke(sys.argv[2:])
    if result.exception:
        raise result.exception
    sys.exit(0 if result.success else 1)
