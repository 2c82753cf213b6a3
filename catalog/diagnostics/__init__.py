"""What is reported: problems of files, findings on a machine and their codes, errors, suggestions."""
