-- defect: migration-order-broken
CREATE INDEX books_title ON books (title);
