-- What happens to a message after it was sent.

-- JSON: the post as the request has it, or as its card shows it; NULL: not claimed, or sent before there was this.
ALTER TABLE deliveries RENAME COLUMN claimed TO shown;

-- Since when a card of the message may not be what it should be; NULL: all of them are.
ALTER TABLE messages ADD COLUMN stale_at INTEGER;

-- A change that may have been asked for, and of which nobody knows what came: committed before the request.
ALTER TABLE messages ADD COLUMN changing TEXT CHECK (changing IN ('edit', 'delete'));

-- Whether the message is still to be published to the servers that follow its channel, and when it was.
ALTER TABLE messages ADD COLUMN to_publish INTEGER NOT NULL DEFAULT 0 CHECK (to_publish IN (0, 1));
ALTER TABLE messages ADD COLUMN published_at INTEGER;

-- A scan after the one that missed its file missed it too: it did not just change places.
ALTER TABLE posts ADD COLUMN gone_for_good INTEGER NOT NULL DEFAULT 0 CHECK (gone_for_good IN (0, 1));

CREATE INDEX messages_stale ON messages (channel_id, stale_at) WHERE stale_at IS NOT NULL;
CREATE INDEX messages_to_publish ON messages (channel_id, id) WHERE to_publish = 1;
CREATE INDEX messages_published ON messages (channel_id, published_at) WHERE published_at IS NOT NULL;
CREATE INDEX posts_just_gone ON posts (gone_at) WHERE gone_at IS NOT NULL AND gone_for_good = 0;
