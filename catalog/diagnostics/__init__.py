"""Problems of catalog files, findings on this machine, their codes, and the error classes."""
