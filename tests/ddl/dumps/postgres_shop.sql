CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA stock;
CREATE TYPE public.mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE TYPE stock.span AS RANGE (subtype = float8);
CREATE TYPE stock.dim AS (w integer, h integer);
CREATE DOMAIN public.mail AS citext CHECK (VALUE ~ '@') NOT NULL;
CREATE DOMAIN stock.grams AS numeric(8,2) DEFAULT 0 CONSTRAINT positive CHECK (VALUE >= 0);
CREATE FUNCTION public.is_code(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $_$ SELECT t ~ '^[A-Z];{2}$'; $_$;
CREATE TABLE public.person (
    id serial PRIMARY KEY,
    mail public.mail UNIQUE,
    "Full Name" varchar(60) NOT NULL DEFAULT 'it''s; me',
    feeling public.mood DEFAULT 'sad'::public.mood,
    born date CHECK (born > '1900-01-01'::date),
    boss integer REFERENCES public.person ON DELETE SET NULL,
    tags text[] DEFAULT '{}'::text[],
    doc jsonb DEFAULT '{"a": ";"}',
    seen timestamptz DEFAULT now(),
    CONSTRAINT not_own_boss CHECK (boss <> id)
);
COMMENT ON TABLE public.person IS 'who; ''they'' are';
COMMENT ON COLUMN public.person."Full Name" IS 'as on paper';
CREATE TABLE stock.item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CHECK (public.is_code(code)),
    weight stock.grams,
    size stock.dim,
    spans stock.span,
    owner integer REFERENCES public.person (id) DEFERRABLE INITIALLY DEFERRED,
    gross numeric(10,2) GENERATED ALWAYS AS (weight * 1.2) STORED,
    active boolean DEFAULT true NOT NULL,
    UNIQUE NULLS NOT DISTINCT (owner, code)
);
CREATE UNIQUE INDEX item_active ON stock.item (owner) WHERE active;
CREATE UNIQUE INDEX item_lower ON stock.item (lower(code), owner);
CREATE INDEX item_plain ON stock.item (weight);
CREATE TABLE stock.booking (
    item bigint REFERENCES stock.item,
    during tsrange,
    EXCLUDE USING gist (item WITH =, during WITH &&)
);
CREATE TABLE stock.move (
    id bigint NOT NULL, day date NOT NULL, amount money, PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE stock.move_2024 PARTITION OF stock.move FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE stock.move_rest PARTITION OF stock.move DEFAULT;
CREATE TABLE stock.base (a integer NOT NULL, note text);
CREATE TABLE stock.derived (b integer CHECK (b > a)) INHERITS (stock.base);
CREATE VIEW public.names AS SELECT id, "Full Name" FROM public.person;
CREATE MATERIALIZED VIEW stock.heavy AS SELECT * FROM stock.item WHERE weight > 10;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen = now(); RETURN NEW; END; $$;
CREATE TRIGGER touched BEFORE UPDATE ON public.person FOR EACH ROW EXECUTE FUNCTION public.touch();
INSERT INTO public.person (mail, "Full Name", feeling, born, boss) VALUES ('a@b', 'Ann; ''A''', 'it''s ok', '1980-01-01', NULL), ('b@b', E'Tab\there\nline', NULL, NULL, 1);
INSERT INTO stock.base VALUES (1, 'one');
