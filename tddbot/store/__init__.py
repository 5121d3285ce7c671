"""tddbot's memory in the git common directory: SQLite, and the lock that keeps it to one writer."""
