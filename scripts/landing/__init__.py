"""Landing: a native export becomes typed Parquet and one line in the manifest, or nothing."""
