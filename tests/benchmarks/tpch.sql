-- The TPC-H tables (specification: tpc.org/tpch, section 1.4), with their keys and the rules of section 1.4.2 as CHECKs.
CREATE TABLE region (
    r_regionkey integer PRIMARY KEY,
    r_name char(25) NOT NULL,
    r_comment varchar(152)
);
CREATE TABLE nation (
    n_nationkey integer PRIMARY KEY,
    n_name char(25) NOT NULL,
    n_regionkey integer NOT NULL REFERENCES region (r_regionkey),
    n_comment varchar(152)
);
CREATE TABLE supplier (
    s_suppkey bigint PRIMARY KEY,
    s_name char(25) NOT NULL,
    s_address varchar(40) NOT NULL,
    s_nationkey integer NOT NULL REFERENCES nation (n_nationkey),
    s_phone char(15) NOT NULL,
    s_acctbal decimal(15, 2) NOT NULL,
    s_comment varchar(101) NOT NULL
);
CREATE TABLE customer (
    c_custkey bigint PRIMARY KEY,
    c_name varchar(25) NOT NULL,
    c_address varchar(40) NOT NULL,
    c_nationkey integer NOT NULL REFERENCES nation (n_nationkey),
    c_phone char(15) NOT NULL,
    c_acctbal decimal(15, 2) NOT NULL,
    c_mktsegment char(10) NOT NULL CHECK (c_mktsegment IN ('AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY')),
    c_comment varchar(117) NOT NULL
);
CREATE TABLE part (
    p_partkey bigint PRIMARY KEY,
    p_name varchar(55) NOT NULL,
    p_mfgr char(25) NOT NULL,
    p_brand char(10) NOT NULL,
    p_type varchar(25) NOT NULL,
    p_size integer NOT NULL CHECK (p_size BETWEEN 1 AND 50),
    p_container char(10) NOT NULL,
    p_retailprice decimal(15, 2) NOT NULL CHECK (p_retailprice > 0),
    p_comment varchar(23) NOT NULL
);
CREATE TABLE partsupp (
    ps_partkey bigint NOT NULL REFERENCES part (p_partkey),
    ps_suppkey bigint NOT NULL REFERENCES supplier (s_suppkey),
    ps_availqty integer NOT NULL CHECK (ps_availqty > 0),
    ps_supplycost decimal(15, 2) NOT NULL CHECK (ps_supplycost > 0),
    ps_comment varchar(199) NOT NULL,
    PRIMARY KEY (ps_partkey, ps_suppkey)
);
CREATE TABLE orders (
    o_orderkey bigint PRIMARY KEY,
    o_custkey bigint NOT NULL REFERENCES customer (c_custkey),
    o_orderstatus char(1) NOT NULL CHECK (o_orderstatus IN ('F', 'O', 'P')),
    o_totalprice decimal(15, 2) NOT NULL CHECK (o_totalprice > 0),
    o_orderdate date NOT NULL CHECK (o_orderdate BETWEEN DATE '1992-01-01' AND DATE '1998-08-02'),
    o_orderpriority char(15) NOT NULL CHECK (o_orderpriority IN ('1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW')),
    o_clerk char(15) NOT NULL,
    o_shippriority integer NOT NULL,
    o_comment varchar(79) NOT NULL
);
CREATE TABLE lineitem (
    l_orderkey bigint NOT NULL REFERENCES orders (o_orderkey),
    l_partkey bigint NOT NULL REFERENCES part (p_partkey),
    l_suppkey bigint NOT NULL REFERENCES supplier (s_suppkey),
    l_linenumber integer NOT NULL,
    l_quantity decimal(15, 2) NOT NULL CHECK (l_quantity BETWEEN 1 AND 50),
    l_extendedprice decimal(15, 2) NOT NULL CHECK (l_extendedprice > 0),
    l_discount decimal(15, 2) NOT NULL CHECK (l_discount BETWEEN 0 AND 0.10),
    l_tax decimal(15, 2) NOT NULL CHECK (l_tax BETWEEN 0 AND 0.08),
    l_returnflag char(1) NOT NULL CHECK (l_returnflag IN ('A', 'N', 'R')),
    l_linestatus char(1) NOT NULL CHECK (l_linestatus IN ('F', 'O')),
    l_shipdate date NOT NULL CHECK (l_shipdate BETWEEN DATE '1992-01-02' AND DATE '1998-12-01'),
    l_commitdate date NOT NULL CHECK (l_commitdate BETWEEN DATE '1992-01-31' AND DATE '1998-10-31'),
    l_receiptdate date NOT NULL CHECK (l_receiptdate BETWEEN DATE '1992-01-03' AND DATE '1998-12-31'),
    l_shipinstruct char(25) NOT NULL CHECK (l_shipinstruct IN ('COLLECT COD', 'DELIVER IN PERSON', 'NONE', 'TAKE BACK RETURN')),
    l_shipmode char(10) NOT NULL CHECK (l_shipmode IN ('AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK')),
    l_comment varchar(44) NOT NULL,
    PRIMARY KEY (l_orderkey, l_linenumber),
    FOREIGN KEY (l_partkey, l_suppkey) REFERENCES partsupp (ps_partkey, ps_suppkey),
    CHECK (l_shipdate < l_receiptdate)
);
