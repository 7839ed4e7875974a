-- Destructive: removes the whole catalogue.
DROP INDEX books_author;
DROP INDEX books_genre;
DROP TABLE books;
