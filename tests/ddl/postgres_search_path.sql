CREATE SCHEMA IF NOT EXISTS sales;
SET search_path TO sales, public;
CREATE TABLE customer (id integer PRIMARY KEY);
CREATE TABLE public.customer (id bigint PRIMARY KEY);
CREATE TYPE size AS ENUM ('s', 'm');
CREATE TABLE "order" (id integer PRIMARY KEY, customer_id integer REFERENCES customer, other_id bigint REFERENCES public.customer, size sales.size);
RESET search_path;
SET search_path = public;
CREATE TABLE note (id integer REFERENCES sales."order");
