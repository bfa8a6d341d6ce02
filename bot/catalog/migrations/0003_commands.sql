-- What members ask for: searching, following, and holding a channel back.

-- The tags one after another, a line for each, for searching.
ALTER TABLE posts ADD COLUMN tags_text TEXT NOT NULL DEFAULT '';
UPDATE posts SET tags_text = coalesce(
    (SELECT group_concat(tag, char(10)) FROM (SELECT tag FROM post_tags WHERE post_id = posts.id ORDER BY position)), '');

-- Lists are read from indexes, in their order; they also tell what has expired.
DROP INDEX posts_listed;
CREATE INDEX posts_listed ON posts (listed_at DESC, id DESC, expiry_date)
    WHERE standing IN ('indexed', 'announced') AND gone_at IS NULL AND duplicate_of IS NULL;
CREATE INDEX posts_of_source ON posts (source_key, listed_at DESC, id DESC, expiry_date, source)
    WHERE standing IN ('indexed', 'announced') AND gone_at IS NULL AND duplicate_of IS NULL;
CREATE INDEX posts_expiring ON posts (expiry_date, id)
    WHERE standing IN ('indexed', 'announced') AND gone_at IS NULL AND duplicate_of IS NULL
    AND expiry_date IS NOT NULL;

-- listed_at of its post: the list of a tag is walked in its order, however old the posts are that have it.
ALTER TABLE post_tags ADD COLUMN listed_at INTEGER NOT NULL DEFAULT 0;
UPDATE post_tags SET listed_at = (SELECT listed_at FROM posts WHERE id = post_id);
CREATE INDEX post_tags_listed ON post_tags (tag_key, listed_at DESC, post_id DESC);

-- What can be found: the posts that members may see. What has expired is left out by who asks.
CREATE VIEW searchable AS
SELECT id, title, text, summary, tags_text AS tags, coalesce(source, '') AS source FROM posts
WHERE standing IN ('indexed', 'announced') AND gone_at IS NULL AND duplicate_of IS NULL;

-- The words of `searchable`, without regard to case and accents (https://www.sqlite.org/fts5.html#external_content_tables).
CREATE VIRTUAL TABLE post_words USING fts5 (
    title, text, summary, tags, source,
    content = 'searchable', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
CREATE VIRTUAL TABLE post_terms USING fts5vocab ('post_words', 'col');

-- Posts that changed within the transaction, each as the index still has it (title NULL: it has it not). What renews the
-- index at the end of the transaction empties this: one statement for all costs half of one for each.
CREATE TABLE changed_words (
    post_id INTEGER PRIMARY KEY,
    title   TEXT,
    text    TEXT,
    summary TEXT,
    tags    TEXT,
    source  TEXT
) STRICT;

CREATE TRIGGER words_of_new_post AFTER INSERT ON posts
WHEN new.standing IN ('indexed', 'announced') AND new.gone_at IS NULL AND new.duplicate_of IS NULL
    AND NOT EXISTS (SELECT 1 FROM changed_words WHERE post_id = new.id)
BEGIN
    INSERT INTO changed_words (post_id) VALUES (new.id);
END;

CREATE TRIGGER words_of_changed_post
AFTER UPDATE OF title, text, summary, tags_text, source, standing, gone_at, duplicate_of ON posts
WHEN (old.title, old.text, old.summary, old.tags_text, old.source,
      old.standing IN ('indexed', 'announced'), old.gone_at IS NULL, old.duplicate_of IS NULL)
  IS NOT (new.title, new.text, new.summary, new.tags_text, new.source,
      new.standing IN ('indexed', 'announced'), new.gone_at IS NULL, new.duplicate_of IS NULL)
    AND NOT EXISTS (SELECT 1 FROM changed_words WHERE post_id = old.id)
BEGIN
    INSERT INTO changed_words (post_id) VALUES (old.id);
    UPDATE changed_words SET (title, text, summary, tags, source) =
        (old.title, old.text, old.summary, old.tags_text, coalesce(old.source, ''))
    WHERE post_id = old.id
        AND old.standing IN ('indexed', 'announced') AND old.gone_at IS NULL AND old.duplicate_of IS NULL;
END;

CREATE TRIGGER words_of_removed_post AFTER DELETE ON posts
WHEN old.standing IN ('indexed', 'announced') AND old.gone_at IS NULL AND old.duplicate_of IS NULL
    AND NOT EXISTS (SELECT 1 FROM changed_words WHERE post_id = old.id)
BEGIN
    INSERT INTO changed_words (post_id, title, text, summary, tags, source)
    VALUES (old.id, old.title, old.text, old.summary, old.tags_text, coalesce(old.source, ''));
END;

INSERT INTO post_words (post_words) VALUES ('rebuild');

-- People who get new posts in direct messages. All that is kept of a person is here, in follows, and under their
-- channel in deliveries and messages. No id is ever another's: old buttons and old lines of the log name them.
CREATE TABLE followers (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,  -- what logs call them
    user_id       INTEGER NOT NULL UNIQUE,   -- a snowflake
    channel_id    INTEGER NOT NULL UNIQUE,   -- a snowflake: the direct messages with them
    refused_until INTEGER,                   -- they take no direct messages: not tried before; NULL: they do
    refusals      INTEGER NOT NULL DEFAULT 0,  -- how often in a row
    followed_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX followers_in_turn ON followers (refusals, id);

CREATE TABLE follows (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    follower INTEGER NOT NULL REFERENCES followers (id) ON DELETE CASCADE,
    kind     TEXT NOT NULL CHECK (kind IN ('tag', 'source', 'words')),
    name     TEXT NOT NULL,                  -- as people see it
    key      TEXT NOT NULL,                  -- folded, to compare it
    UNIQUE (follower, kind, key)
) STRICT;

CREATE INDEX follows_by_key ON follows (kind, key);

-- Channels whose deliveries a person holds back.
CREATE TABLE paused_channels (
    channel_id INTEGER PRIMARY KEY,          -- a snowflake; 0: all direct messages to followers
    paused_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX messages_by_channel ON messages (channel_id, id);
CREATE INDEX messages_by_message_id ON messages (message_id) WHERE message_id IS NOT NULL;

-- Together with deliveries_open and deliveries_by_message: all deliveries of one channel, to forget a person.
CREATE INDEX deliveries_dropped ON deliveries (channel_id) WHERE state = 'dropped';
