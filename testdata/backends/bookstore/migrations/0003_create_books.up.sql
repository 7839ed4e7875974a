CREATE TABLE books (
    id          INTEGER PRIMARY KEY,
    isbn        TEXT    NOT NULL UNIQUE,
    title       TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    genre       TEXT    NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents > 0),
    stock       INTEGER NOT NULL CHECK (stock >= 0)
);

CREATE INDEX books_genre ON books (genre);
CREATE INDEX books_author ON books (author);
