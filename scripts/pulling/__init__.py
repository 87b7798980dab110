"""Pulling: what vendors' APIs report is fetched page by page, kept as received, and landed."""

import os

# stands before dlt is imported anywhere: it would report its use to its maker otherwise
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
