"""A build on a standalone Spark cluster survives the loss of a worker.

That its tables are right all the same is what test_spark.py asks of them.
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.spark


def test_build_finishes_after_one_of_two_workers_is_killed(cluster_build):
    assert cluster_build.cores_before == [1, 1], "both workers had an executor"
    assert cluster_build.cores_after == [1], "one worker finished the build"
