--
-- PostgreSQL database dump
--

\restrict B3Wpmdl1lKSdZXxzwX0BLzvi7YXPJPjfaULzCQYtHI5ejaHt52nZEDSErq3sP59

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

DROP DATABASE IF EXISTS dumps_rich;
--
-- Name: dumps_rich; Type: DATABASE; Schema: -; Owner: postgres
--

CREATE DATABASE dumps_rich WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C.UTF-8';


ALTER DATABASE dumps_rich OWNER TO postgres;

\unrestrict B3Wpmdl1lKSdZXxzwX0BLzvi7YXPJPjfaULzCQYtHI5ejaHt52nZEDSErq3sP59
\connect dumps_rich
\restrict B3Wpmdl1lKSdZXxzwX0BLzvi7YXPJPjfaULzCQYtHI5ejaHt52nZEDSErq3sP59

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: stock; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA stock;


ALTER SCHEMA stock OWNER TO postgres;

--
-- Name: btree_gist; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;


--
-- Name: EXTENSION btree_gist; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';


--
-- Name: citext; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;


--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';


--
-- Name: mail; Type: DOMAIN; Schema: public; Owner: postgres
--

CREATE DOMAIN public.mail AS public.citext NOT NULL
	CONSTRAINT mail_check CHECK ((VALUE OPERATOR(public.~) '@'::public.citext));


ALTER DOMAIN public.mail OWNER TO postgres;

--
-- Name: mood; Type: TYPE; Schema: public; Owner: postgres
--

CREATE TYPE public.mood AS ENUM (
    'sad',
    'it''s ok',
    'happy'
);


ALTER TYPE public.mood OWNER TO postgres;

--
-- Name: dim; Type: TYPE; Schema: stock; Owner: postgres
--

CREATE TYPE stock.dim AS (
	w integer,
	h integer
);


ALTER TYPE stock.dim OWNER TO postgres;

--
-- Name: grams; Type: DOMAIN; Schema: stock; Owner: postgres
--

CREATE DOMAIN stock.grams AS numeric(8,2) DEFAULT 0
	CONSTRAINT positive CHECK ((VALUE >= (0)::numeric));


ALTER DOMAIN stock.grams OWNER TO postgres;

--
-- Name: span; Type: TYPE; Schema: stock; Owner: postgres
--

CREATE TYPE stock.span AS RANGE (
    subtype = double precision,
    multirange_type_name = stock.span_multirange
);


ALTER TYPE stock.span OWNER TO postgres;

--
-- Name: is_code(text); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.is_code(t text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $_$ SELECT t ~ '^[A-Z];{2}$'; $_$;


ALTER FUNCTION public.is_code(t text) OWNER TO postgres;

--
-- Name: touch(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN NEW.seen = now(); RETURN NEW; END; $$;


ALTER FUNCTION public.touch() OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: person; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.person (
    id integer NOT NULL,
    mail public.mail,
    "Full Name" character varying(60) DEFAULT 'it''s; me'::character varying NOT NULL,
    feeling public.mood DEFAULT 'sad'::public.mood,
    born date,
    boss integer,
    tags text[] DEFAULT '{}'::text[],
    doc jsonb DEFAULT '{"a": ";"}'::jsonb,
    seen timestamp with time zone DEFAULT now(),
    CONSTRAINT not_own_boss CHECK ((boss <> id)),
    CONSTRAINT person_born_check CHECK ((born > '1900-01-01'::date))
);


ALTER TABLE public.person OWNER TO postgres;

--
-- Name: TABLE person; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON TABLE public.person IS 'who; ''they'' are';


--
-- Name: COLUMN person."Full Name"; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.person."Full Name" IS 'as on paper';


--
-- Name: names; Type: VIEW; Schema: public; Owner: postgres
--

CREATE VIEW public.names AS
 SELECT person.id,
    person."Full Name"
   FROM public.person;


ALTER TABLE public.names OWNER TO postgres;

--
-- Name: person_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public.person_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.person_id_seq OWNER TO postgres;

--
-- Name: person_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: postgres
--

ALTER SEQUENCE public.person_id_seq OWNED BY public.person.id;


--
-- Name: base; Type: TABLE; Schema: stock; Owner: postgres
--

CREATE TABLE stock.base (
    a integer NOT NULL,
    note text
);


ALTER TABLE stock.base OWNER TO postgres;

--
-- Name: booking; Type: TABLE; Schema: stock; Owner: postgres
--

CREATE TABLE stock.booking (
    item bigint,
    during tsrange
);


ALTER TABLE stock.booking OWNER TO postgres;

--
-- Name: derived; Type: TABLE; Schema: stock; Owner: postgres
--

CREATE TABLE stock.derived (
    b integer,
    CONSTRAINT derived_check CHECK ((b > a))
)
INHERITS (stock.base);


ALTER TABLE stock.derived OWNER TO postgres;

--
-- Name: item; Type: TABLE; Schema: stock; Owner: postgres
--

CREATE TABLE stock.item (
    id bigint NOT NULL,
    code text NOT NULL,
    weight stock.grams,
    size stock.dim,
    spans stock.span,
    owner integer,
    gross numeric(10,2) GENERATED ALWAYS AS (((weight)::numeric * 1.2)) STORED,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT item_code_check CHECK (public.is_code(code))
);


ALTER TABLE stock.item OWNER TO postgres;

--
-- Name: heavy; Type: MATERIALIZED VIEW; Schema: stock; Owner: postgres
--

CREATE MATERIALIZED VIEW stock.heavy AS
 SELECT item.id,
    item.code,
    item.weight,
    item.size,
    item.spans,
    item.owner,
    item.gross,
    item.active
   FROM stock.item
  WHERE ((item.weight)::numeric > (10)::numeric)
  WITH NO DATA;


ALTER TABLE stock.heavy OWNER TO postgres;

--
-- Name: item_id_seq; Type: SEQUENCE; Schema: stock; Owner: postgres
--

ALTER TABLE stock.item ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stock.item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: move; Type: TABLE; Schema: stock; Owner: postgres
--

CREATE TABLE stock.move (
    id bigint NOT NULL,
    day date NOT NULL,
    amount money
)
PARTITION BY RANGE (day);


ALTER TABLE stock.move OWNER TO postgres;

--
-- Name: move_2024; Type: TABLE; Schema: stock; Owner: postgres
--

CREATE TABLE stock.move_2024 (
    id bigint NOT NULL,
    day date NOT NULL,
    amount money
);


ALTER TABLE stock.move_2024 OWNER TO postgres;

--
-- Name: move_rest; Type: TABLE; Schema: stock; Owner: postgres
--

CREATE TABLE stock.move_rest (
    id bigint NOT NULL,
    day date NOT NULL,
    amount money
);


ALTER TABLE stock.move_rest OWNER TO postgres;

--
-- Name: move_2024; Type: TABLE ATTACH; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.move ATTACH PARTITION stock.move_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');


--
-- Name: move_rest; Type: TABLE ATTACH; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.move ATTACH PARTITION stock.move_rest DEFAULT;


--
-- Name: person id; Type: DEFAULT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.person ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);


--
-- Data for Name: person; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.person (id, mail, "Full Name", feeling, born, boss, tags, doc, seen) FROM stdin;
1	a@b	Ann; 'A'	it's ok	1980-01-01	\N	{}	{"a": ";"}	2026-11-22 08:41:40.730262+00
2	b@b	Tab\there\nline	\N	\N	1	{}	{"a": ";"}	2026-11-22 08:41:40.730262+00
\.


--
-- Data for Name: base; Type: TABLE DATA; Schema: stock; Owner: postgres
--

COPY stock.base (a, note) FROM stdin;
1	one
\.


--
-- Data for Name: booking; Type: TABLE DATA; Schema: stock; Owner: postgres
--

COPY stock.booking (item, during) FROM stdin;
\.


--
-- Data for Name: derived; Type: TABLE DATA; Schema: stock; Owner: postgres
--

COPY stock.derived (a, note, b) FROM stdin;
\.


--
-- Data for Name: item; Type: TABLE DATA; Schema: stock; Owner: postgres
--

COPY stock.item (id, code, weight, size, spans, owner, active) FROM stdin;
\.


--
-- Data for Name: move_2024; Type: TABLE DATA; Schema: stock; Owner: postgres
--

COPY stock.move_2024 (id, day, amount) FROM stdin;
\.


--
-- Data for Name: move_rest; Type: TABLE DATA; Schema: stock; Owner: postgres
--

COPY stock.move_rest (id, day, amount) FROM stdin;
\.


--
-- Name: person_id_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.person_id_seq', 2, true);


--
-- Name: item_id_seq; Type: SEQUENCE SET; Schema: stock; Owner: postgres
--

SELECT pg_catalog.setval('stock.item_id_seq', 1, false);


--
-- Name: person person_mail_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_mail_key UNIQUE (mail);


--
-- Name: person person_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);


--
-- Name: booking booking_item_during_excl; Type: CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.booking
    ADD CONSTRAINT booking_item_during_excl EXCLUDE USING gist (item WITH =, during WITH &&);


--
-- Name: item item_owner_code_key; Type: CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.item
    ADD CONSTRAINT item_owner_code_key UNIQUE NULLS NOT DISTINCT (owner, code);


--
-- Name: item item_pkey; Type: CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (id);


--
-- Name: move move_pkey; Type: CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.move
    ADD CONSTRAINT move_pkey PRIMARY KEY (id, day);


--
-- Name: move_2024 move_2024_pkey; Type: CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.move_2024
    ADD CONSTRAINT move_2024_pkey PRIMARY KEY (id, day);


--
-- Name: move_rest move_rest_pkey; Type: CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.move_rest
    ADD CONSTRAINT move_rest_pkey PRIMARY KEY (id, day);


--
-- Name: item_active; Type: INDEX; Schema: stock; Owner: postgres
--

CREATE UNIQUE INDEX item_active ON stock.item USING btree (owner) WHERE active;


--
-- Name: item_lower; Type: INDEX; Schema: stock; Owner: postgres
--

CREATE UNIQUE INDEX item_lower ON stock.item USING btree (lower(code), owner);


--
-- Name: item_plain; Type: INDEX; Schema: stock; Owner: postgres
--

CREATE INDEX item_plain ON stock.item USING btree (weight);


--
-- Name: move_2024_pkey; Type: INDEX ATTACH; Schema: stock; Owner: postgres
--

ALTER INDEX stock.move_pkey ATTACH PARTITION stock.move_2024_pkey;


--
-- Name: move_rest_pkey; Type: INDEX ATTACH; Schema: stock; Owner: postgres
--

ALTER INDEX stock.move_pkey ATTACH PARTITION stock.move_rest_pkey;


--
-- Name: person touched; Type: TRIGGER; Schema: public; Owner: postgres
--

CREATE TRIGGER touched BEFORE UPDATE ON public.person FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: person person_boss_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_boss_fkey FOREIGN KEY (boss) REFERENCES public.person(id) ON DELETE SET NULL;


--
-- Name: booking booking_item_fkey; Type: FK CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.booking
    ADD CONSTRAINT booking_item_fkey FOREIGN KEY (item) REFERENCES stock.item(id);


--
-- Name: item item_owner_fkey; Type: FK CONSTRAINT; Schema: stock; Owner: postgres
--

ALTER TABLE ONLY stock.item
    ADD CONSTRAINT item_owner_fkey FOREIGN KEY (owner) REFERENCES public.person(id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: heavy; Type: MATERIALIZED VIEW DATA; Schema: stock; Owner: postgres
--

REFRESH MATERIALIZED VIEW stock.heavy;


--
-- PostgreSQL database dump complete
--

\unrestrict B3Wpmdl1lKSdZXxzwX0BLzvi7YXPJPjfaULzCQYtHI5ejaHt52nZEDSErq3sP59

