CREATE EXTENSION citext;
CREATE TABLE kinds (
    a smallint, b int8, c numeric, d numeric(10,2), e real, f float(20), g double precision, h money,
    i character(5), j char, k character varying(20), l varchar, m text, n "char", o name, p citext,
    q bytea, r bit(3), s bit varying(8), t date, u time(3) without time zone, v timetz, w timestamp(0) with time zone,
    x timestamp, y interval day to second(2), z uuid,
    aa json, ab jsonb, ac xml, ad inet, ae cidr, af macaddr, ag tsvector, ah tsquery, ai point, aj int4range,
    ak text[], al integer[][], am numeric(4,1) ARRAY, an oid, ao boolean, ap pg_catalog.int4, aq text COLLATE "C"
);
