--
-- PostgreSQL database dump
--
\restrict abc
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA app;
ALTER SCHEMA app OWNER TO me;
SET default_tablespace = '';
CREATE TABLE app.role (
    id integer NOT NULL,
    name text NOT NULL
);
ALTER TABLE app.role OWNER TO me;
CREATE SEQUENCE app.role_id_seq AS integer START WITH 1;
ALTER TABLE app.role_id_seq OWNER TO me;
ALTER SEQUENCE app.role_id_seq OWNED BY app.role.id;
CREATE TABLE public.account (
    id integer NOT NULL,
    role_id integer,
    bio text
);
ALTER TABLE ONLY app.role ALTER COLUMN id SET DEFAULT nextval('app.role_id_seq'::regclass);
COPY app.role (id, name) FROM stdin;
1	admin
2	back\\slash;and\ttab
\.
COPY public.account (id, role_id, bio) FROM stdin;
1	2	it's; 'fine'
2	\N	\N
\.
SELECT pg_catalog.setval('app.role_id_seq', 2, true);
ALTER TABLE ONLY app.role
    ADD CONSTRAINT role_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_role_id_fkey FOREIGN KEY (role_id) REFERENCES app.role(id);
GRANT ALL ON TABLE app.role TO me;
\unrestrict abc
