"""What an installation has and can reach, each finding in a line for a bug report."""
