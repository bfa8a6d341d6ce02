-- The first catalog. Times are microseconds since 1970 in UTC unless a column says otherwise.

-- Small facts about the catalog itself: when the baseline was taken, the last scan, the commands registered last.
CREATE TABLE notes (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every file that was looked at, so that the next scan reads only what changed. A file that is gone has no row.
CREATE TABLE files (
    path     TEXT PRIMARY KEY,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    size     INTEGER NOT NULL,            -- in bytes
    inode    INTEGER NOT NULL,            -- as a signed number: some file systems use all 64 bits
    outcome  TEXT NOT NULL CHECK (outcome IN ('post', 'problem', 'other'))
) STRICT, WITHOUT ROWID;

-- What is wrong in the content directory now; also for entries that are never opened and so have no row in files.
CREATE TABLE problems (
    path TEXT PRIMARY KEY,
    line INTEGER,                         -- NULL: the file as a whole
    what TEXT NOT NULL,
    fix  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A post keeps its row for ever: a file that comes back, here or at another path, is the same post.
CREATE TABLE posts (
    id            INTEGER PRIMARY KEY,
    path          TEXT NOT NULL,          -- where it is, or was last
    title         TEXT NOT NULL,
    title_key     TEXT NOT NULL,          -- the title folded, to compare titles as people do
    external_url  TEXT NOT NULL,
    canonical_url TEXT NOT NULL,
    text          TEXT NOT NULL,
    summary       TEXT NOT NULL,
    source        TEXT,
    source_key    TEXT,                   -- the source folded
    kind          TEXT,
    draft         INTEGER NOT NULL CHECK (draft IN (0, 1)),
    date          INTEGER,
    publish_date  INTEGER,
    expiry_date   INTEGER,
    content_hash  TEXT NOT NULL,
    standing      TEXT NOT NULL CHECK (standing IN ('hidden', 'waiting', 'held', 'indexed', 'announced')),
    cause         TEXT NOT NULL CHECK (cause IN ('rules', 'baseline', 'duplicate', 'unrouted')),
    reasons       TEXT NOT NULL,          -- JSON: [[rule, passed, text], …]
    shown_as      TEXT CHECK (shown_as IN ('held', 'indexed', 'announced')),  -- the standing to take up again
    duplicate_of  INTEGER REFERENCES posts (id),
    wakes_at      INTEGER,                -- only while waiting
    first_seen_at INTEGER NOT NULL,
    gone_at       INTEGER,                -- NULL: the file is there
    listed_at     INTEGER NOT NULL        -- its date, else when it was first seen: the order of lists
) STRICT;

-- A path whose post is gone may come to belong to another post.
CREATE UNIQUE INDEX posts_living ON posts (path) WHERE gone_at IS NULL;
CREATE INDEX posts_by_path ON posts (path);
CREATE INDEX posts_by_link ON posts (canonical_url, title_key);
CREATE INDEX posts_by_duplicate ON posts (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX posts_waiting ON posts (wakes_at) WHERE wakes_at IS NOT NULL;
CREATE INDEX posts_listed ON posts (listed_at DESC, id DESC)
    WHERE standing IN ('indexed', 'announced') AND gone_at IS NULL AND duplicate_of IS NULL;

CREATE TABLE post_tags (
    post_id  INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag      TEXT NOT NULL,               -- as written
    tag_key  TEXT NOT NULL,               -- folded
    PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX post_tags_by_key ON post_tags (tag_key, post_id);

-- A message that was or may have been asked for. Its row is committed before the request, its message_id after. A row
-- with a message_id holds only deliveries that stand in that message; one without may hold unknown ones. A row whose
-- deliveries a person decided on one by one goes with the last of them.
CREATE TABLE messages (
    id         INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL,          -- a snowflake
    nonce      TEXT UNIQUE CHECK (length(nonce) <= 25),  -- NULL: a person said that it stands there
    claimed_at INTEGER NOT NULL,          -- before the first request, or when the person said so
    sent_at    INTEGER,                   -- when Discord's answer, or the person's, was recorded
    message_id INTEGER                    -- a snowflake; NULL while unknown, or after a moderator deleted it
) STRICT;

-- One post in one channel: the outbox, and the ledger of what was sent.
CREATE TABLE deliveries (
    id         INTEGER PRIMARY KEY,
    post_id    INTEGER NOT NULL REFERENCES posts (id),
    channel_id INTEGER NOT NULL,          -- a snowflake
    state      TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'refused', 'unknown', 'dropped')),
    alone      INTEGER NOT NULL DEFAULT 0 CHECK (alone IN (0, 1)),
    reason     TEXT,                      -- of a refused, unknown or dropped delivery
    message    INTEGER REFERENCES messages (id),
    position   INTEGER,                   -- of the card in its message, from 0
    claimed    TEXT,                      -- JSON: the post as it was claimed; only while sending
    planned_at INTEGER NOT NULL,
    UNIQUE (post_id, channel_id),
    CHECK ((state IN ('sending', 'sent')) <= (message IS NOT NULL))
) STRICT;

CREATE INDEX deliveries_open ON deliveries (channel_id, state) WHERE state NOT IN ('sent', 'dropped');
CREATE INDEX deliveries_by_message ON deliveries (message) WHERE message IS NOT NULL;
