CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'Happy');
ALTER TYPE mood ADD VALUE 'meh' BEFORE 'Happy';
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad';
ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
CREATE TYPE "Order Status" AS ENUM ('new', 'done');
CREATE TABLE person (
    name text NOT NULL,
    now mood DEFAULT 'meh'::mood,
    past mood[],
    status "Order Status"
);
