CREATE TABLE line (
    amount integer NOT NULL,
    price numeric(10,2) NOT NULL DEFAULT 1.50,
    total numeric(12,2) GENERATED ALWAYS AS (amount * price) STORED,
    label text GENERATED ALWAYS AS (CASE WHEN amount > 1 THEN 'many' ELSE 'one' END) STORED NOT NULL,
    made timestamp without time zone DEFAULT timezone('utc'::text, now()) NOT NULL,
    tags text[] DEFAULT ARRAY['a'::text, 'b'::text] NOT NULL,
    wait interval DEFAULT '1 day'::interval
);
