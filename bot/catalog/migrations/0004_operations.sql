-- Seeing how the service does, and where in a file a problem is.

-- When there was something to announce: its file came, or its date. NULL: a person asked for it, or it was planned
-- before there was this column.
ALTER TABLE deliveries ADD COLUMN arrived_at INTEGER;

-- As in PostProblem: the column of the line, and the field of the front matter.
ALTER TABLE problems ADD COLUMN at_column INTEGER;
ALTER TABLE problems ADD COLUMN field TEXT;
