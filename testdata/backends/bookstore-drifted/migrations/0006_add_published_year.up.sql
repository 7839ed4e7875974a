-- Unknown for books that are already there, hence without a default.
ALTER TABLE books ADD COLUMN published_year INTEGER;
