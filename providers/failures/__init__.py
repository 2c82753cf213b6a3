"""providers/failures: where a call failed and why, from the exceptions of the SDKs: one classifier, tables of data."""
