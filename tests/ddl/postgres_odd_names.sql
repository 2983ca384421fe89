CREATE TABLE "Odd Table" (
    "Id" integer PRIMARY KEY,
    exclude boolean DEFAULT false,
    "select" text,
    "a ""quoted"" name" text NOT NULL,
    key text,
    index integer,
    period text,
    comment text,
    MixedCase text,
    "größe" numeric
);
COMMENT ON TABLE "Odd Table" IS 'it''s odd; very';
COMMENT ON COLUMN "Odd Table"."select" IS E'two\nlines';
ALTER TABLE "Odd Table" ADD CONSTRAINT "Odd check" CHECK ("select" <> '' AND exclude IS NOT NULL);
CREATE UNIQUE INDEX "Odd idx" ON "Odd Table" ("a ""quoted"" name", "größe");
