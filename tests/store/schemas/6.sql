BEGIN TRANSACTION;
CREATE TABLE applications (
            patch_id TEXT NOT NULL REFERENCES patches (id),
            worktree NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('applied', 'undone')),
            moved INTEGER NOT NULL,
            moment INTEGER NOT NULL,
            PRIMARY KEY (patch_id, worktree)
        ) WITHOUT ROWID;
INSERT INTO "applications" VALUES('c2c6dbd2aa2f','','applied',2,1893585601000000);
CREATE TABLE attempts (
            id INTEGER PRIMARY KEY,
            target_id TEXT NOT NULL,
            generator TEXT NOT NULL,
            patch_id TEXT REFERENCES patches (id),
            note NOT NULL,
            ruling TEXT NOT NULL,
            verdict TEXT NOT NULL,
            usage TEXT NOT NULL,
            created INTEGER NOT NULL
        , rung NOT NULL DEFAULT '', reasoning NOT NULL DEFAULT '', resolution_id INTEGER REFERENCES resolutions (id));
INSERT INTO "attempts" VALUES(1,'target1','model','c2c6dbd2aa2f','puts it right','accepted','{"ruling":"accepted","reasons":["all held"],"won":["tests/test_a.py::test_a"],"lost":[],"kept":3}','{"calls":1,"input_tokens":100,"cached_tokens":50,"output_tokens":20,"reasoning_tokens":10,"usd":"0.01"}',1893585603000000,'small, low effort','It must be an accent.',NULL);
INSERT INTO "attempts" VALUES(2,'target1','model',NULL,'no answer','dud','{"ruling":"dud","reasons":["no answer"],"won":[],"lost":[],"kept":0}','{"calls":1,"input_tokens":100,"cached_tokens":50,"output_tokens":20,"reasoning_tokens":10,"usd":"0.01"}',1893585605000000,'','',NULL);
CREATE TABLE evidence (
            patch_id TEXT PRIMARY KEY REFERENCES patches (id),
            content TEXT NOT NULL,
            created INTEGER NOT NULL
        );
INSERT INTO "evidence" VALUES('c2c6dbd2aa2f','{"patch_id":"c2c6dbd2aa2f","target":["tests/test_a.py::test_a"],"cause":"AssertionError","tree":"tree1","won":["tests/test_a.py::test_a"],"kept":3,"proofs":1,"jail":"namespaces","generator":"model","note":"puts it right","usage":{"calls":1,"input_tokens":100,"cached_tokens":50,"output_tokens":20,"reasoning_tokens":10,"usd":"0.01"},"seconds":2.5}',1893585607000000);
CREATE TABLE facts (
            server NOT NULL,
            model NOT NULL,
            name NOT NULL,
            value TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (server, model, name)
        ) WITHOUT ROWID;
INSERT INTO "facts" VALUES('http://127.0.0.1:8080/v1','small','api','"chat"',1893585602000000);
CREATE TABLE options (
            patch_id TEXT PRIMARY KEY REFERENCES patches (id),
            content TEXT NOT NULL,
            created INTEGER NOT NULL
        );
CREATE TABLE outcomes (
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            test_id INTEGER NOT NULL REFERENCES tests (id),
            outcome TEXT NOT NULL,
            seconds REAL NOT NULL,
            PRIMARY KEY (run_id, test_id)
        ) WITHOUT ROWID;
INSERT INTO "outcomes" VALUES(1,1,'failed',0.25);
CREATE TABLE patches (
            id TEXT PRIMARY KEY,
            content TEXT NOT NULL,
            note NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('stored', 'proven', 'applied', 'undone')),
            moved INTEGER NOT NULL DEFAULT 0,
            created INTEGER NOT NULL
        );
INSERT INTO "patches" VALUES('c2c6dbd2aa2f','{"edits":[{"path":"src/\u00e9.py","before":"def f():\r\n    return ''e''\r\n","after":"def f():\r\n    return ''\u00e9''\r\n","encoding":"iso-8859-1"}]}','puts it right','proven',2,1893585601000000);
CREATE TABLE resolutions (
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
        , is_replay INTEGER NOT NULL DEFAULT 0);
INSERT INTO "resolutions" VALUES(1,'d34917093482','["tests/test_a.py::test_a"]','AssertionError','fixed','','c2c6dbd2aa2f',2,'{"calls":2,"input_tokens":200,"cached_tokens":100,"output_tokens":40,"reasoning_tokens":20,"usd":"0.02"}',2.5,0,1893585609000000,0);
CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            tree TEXT NOT NULL,
            ending TEXT NOT NULL,
            detail NOT NULL,
            jail NOT NULL,
            seconds REAL NOT NULL,
            created INTEGER NOT NULL
        );
INSERT INTO "runs" VALUES(1,'tree1','complete','','namespaces',1.5,1893585600000000);
CREATE TABLE spend (
            id INTEGER PRIMARY KEY,
            target_id TEXT NOT NULL,
            generator TEXT NOT NULL,
            usage TEXT NOT NULL,
            created INTEGER NOT NULL
        , state TEXT NOT NULL DEFAULT 'settled' CHECK (state IN ('reserved', 'settled')));
INSERT INTO "spend" VALUES(1,'target1','model','{"calls":1,"input_tokens":100,"cached_tokens":50,"output_tokens":20,"reasoning_tokens":10,"usd":"0.01"}',1893585604000000,'settled');
INSERT INTO "spend" VALUES(2,'target1','model','{"calls":1,"input_tokens":100,"cached_tokens":50,"output_tokens":20,"reasoning_tokens":10,"usd":"0.01"}',1893585606000000,'settled');
INSERT INTO "spend" VALUES(3,'target1','model','{"calls":1,"input_tokens":1000,"cached_tokens":0,"output_tokens":500,"reasoning_tokens":0,"usd":"0","unpriced_calls":1}',1893585608000000,'reserved');
CREATE TABLE tests (
            id INTEGER PRIMARY KEY,
            node_id NOT NULL UNIQUE,
            outcome TEXT,
            tree TEXT
        , flickered INTEGER);
INSERT INTO "tests" VALUES(1,'tests/test_a.py::test_a','failed','tree1',NULL);
CREATE INDEX runs_by_tree ON runs (tree);
CREATE INDEX attempts_by_target ON attempts (target_id);
CREATE INDEX spend_by_time ON spend (created);
CREATE INDEX resolutions_by_target ON resolutions (target_id);
COMMIT;
PRAGMA user_version = 6;
