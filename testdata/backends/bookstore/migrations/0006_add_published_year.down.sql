-- Destructive: forgets the year of publication.
ALTER TABLE books DROP COLUMN published_year;
