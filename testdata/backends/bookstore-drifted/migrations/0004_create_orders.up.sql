CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    book_id     INTEGER NOT NULL REFERENCES books (id) ON DELETE RESTRICT, -- defect: foreign-key-unindexed
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    total_cents INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
);

CREATE INDEX orders_user_id ON orders (user_id);
