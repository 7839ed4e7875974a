-- defect: migration-order-broken
DROP INDEX books_title;
