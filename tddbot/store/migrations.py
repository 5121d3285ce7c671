"""The schema as a list of numbered migrations. What stands here was once released: append, and never edit."""

import sqlite3

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # One row for each test ever seen; `outcome` is that of the last baseline that saw it.
        """CREATE TABLE tests (
            id INTEGER PRIMARY KEY,
            node_id NOT NULL UNIQUE,
            outcome TEXT,
            tree TEXT
        )""",
        """CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            tree TEXT NOT NULL,
            ending TEXT NOT NULL,
            detail NOT NULL,
            jail NOT NULL,
            seconds REAL NOT NULL,
            created INTEGER NOT NULL
        )""",
        "CREATE INDEX runs_by_tree ON runs (tree)",
        """CREATE TABLE outcomes (
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            test_id INTEGER NOT NULL REFERENCES tests (id),
            outcome TEXT NOT NULL,
            seconds REAL NOT NULL,
            PRIMARY KEY (run_id, test_id)
        ) WITHOUT ROWID""",
        # `moved` counts the changes of any patch's state, so that the last applied is known whatever the clock does.
        """CREATE TABLE patches (
            id TEXT PRIMARY KEY,
            content TEXT NOT NULL,
            note NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('stored', 'proven', 'applied', 'undone')),
            moved INTEGER NOT NULL DEFAULT 0,
            created INTEGER NOT NULL
        )""",
        """CREATE TABLE evidence (
            patch_id TEXT PRIMARY KEY REFERENCES patches (id),
            content TEXT NOT NULL,
            created INTEGER NOT NULL
        )""",
        """CREATE TABLE attempts (
            id INTEGER PRIMARY KEY,
            target_id TEXT NOT NULL,
            generator TEXT NOT NULL,
            patch_id TEXT REFERENCES patches (id),
            note NOT NULL,
            ruling TEXT NOT NULL,
            verdict TEXT NOT NULL,
            usage TEXT NOT NULL,
            created INTEGER NOT NULL
        )""",
        "CREATE INDEX attempts_by_target ON attempts (target_id)",
        """CREATE TABLE spend (
            id INTEGER PRIMARY KEY,
            target_id TEXT NOT NULL,
            generator TEXT NOT NULL,
            usage TEXT NOT NULL,
            created INTEGER NOT NULL
        )""",
        "CREATE INDEX spend_by_time ON spend (created)",
        """CREATE TABLE resolutions (
            id INTEGER PRIMARY KEY,
            target_id TEXT NOT NULL,
            node_ids TEXT NOT NULL,
            cause NOT NULL,
            conclusion TEXT NOT NULL,
            reason NOT NULL,
            patch_id TEXT REFERENCES patches (id),
            attempts INTEGER NOT NULL,
            usage TEXT NOT NULL,
            seconds REAL NOT NULL,
            out_of_means INTEGER NOT NULL,
            created INTEGER NOT NULL
        )""",
        "CREATE INDEX resolutions_by_target ON resolutions (target_id)",
    ),
    (
        # Worktrees share the store, and a patch that is applied in one of them is not so in the others.
        # `patches.state` says no more than stored or proven from here on, and `patches.moved` nothing.
        """CREATE TABLE applications (
            patch_id TEXT NOT NULL REFERENCES patches (id),
            worktree NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('applied', 'undone')),
            moved INTEGER NOT NULL,
            moment INTEGER NOT NULL,
            PRIMARY KEY (patch_id, worktree)
        ) WITHOUT ROWID""",
        # Which worktree it was is not known; there was mostly but the main one, whose name is empty.
        """INSERT INTO applications (patch_id, worktree, state, moved, moment)
            SELECT id, '', state, moved, created FROM patches WHERE state IN ('applied', 'undone')""",
        """UPDATE patches SET state = iif(id IN (SELECT patch_id FROM evidence), 'proven', 'stored')
            WHERE state IN ('applied', 'undone')""",
    ),
    (
        # A call's worst case is here before the call is made; a row that stays reserved is of a process that died.
        "ALTER TABLE spend ADD COLUMN state TEXT NOT NULL DEFAULT 'settled' CHECK (state IN ('reserved', 'settled'))",
        """CREATE TABLE facts (
            server NOT NULL,
            model NOT NULL,
            name NOT NULL,
            value TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (server, model, name)
        ) WITHOUT ROWID""",
        "ALTER TABLE attempts ADD COLUMN rung NOT NULL DEFAULT ''",
        "ALTER TABLE attempts ADD COLUMN reasoning NOT NULL DEFAULT ''",
        # A target may be worked on often: which attempts belong to which end of it.
        "ALTER TABLE attempts ADD COLUMN resolution_id INTEGER REFERENCES resolutions (id)",
        """UPDATE attempts SET resolution_id = (
            SELECT min(r.id) FROM resolutions r WHERE r.target_id = attempts.target_id AND r.created >= attempts.created
        )""",
        # A sum with one unknown price was unknown as a whole; now the calls without a price are counted beside it.
        *(
            f"UPDATE {table} SET {column} = json_set({column}, '{usage}.usd', '0', '{usage}.unpriced_calls',"
            f" json_extract({column}, '{usage}.calls')) WHERE json_type({column}, '{usage}.usd') = 'null'"
            for table, column, usage in (
                ("spend", "usage", "$"),
                ("attempts", "usage", "$"),
                ("resolutions", "usage", "$"),
                ("evidence", "content", "$.usage"),
            )
        ),
    ),
    (
        # A replay costs nothing: it is no news of what was solved for which money.
        "ALTER TABLE resolutions ADD COLUMN is_replay INTEGER NOT NULL DEFAULT 0",
    ),
    (
        # Patches between which one more test decides.
        """CREATE TABLE options (
            patch_id TEXT PRIMARY KEY REFERENCES patches (id),
            content TEXT NOT NULL,
            created INTEGER NOT NULL
        )""",
    ),
    (
        # When a test was last seen to flicker: green and red on one tree.
        "ALTER TABLE tests ADD COLUMN flickered INTEGER",
    ),
)


def version(connection: sqlite3.Connection) -> int:
    """Return how many of the migrations the database has had; more than there are: a newer tddbot wrote it."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database up to date in one transaction. Does nothing where another process did so first."""
    if version(connection) >= len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in MIGRATIONS[version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(version(connection), len(MIGRATIONS))}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
