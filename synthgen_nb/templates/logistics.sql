-- Goods on their way: stock, carriers, shipments, tracking.
CREATE TABLE warehouses (
  id           integer PRIMARY KEY,
  code         varchar(6) NOT NULL UNIQUE, -- @synth Pattern("WH-###")
  name         varchar(80) NOT NULL, -- @synth Format("{0} {1}", Bank("street_name"), Choice("Hub", "Depot", "Fulfilment Center", "Cold Store"))
  street       varchar(120) NOT NULL,
  city         varchar(60) NOT NULL,
  postal_code  varchar(12) NOT NULL,
  country      char(2) NOT NULL,
  latitude     numeric(8, 5) NOT NULL,
  longitude    numeric(8, 5) NOT NULL,
  capacity_m3  integer NOT NULL CHECK (capacity_m3 BETWEEN 100 AND 500000) -- @synth LogNormal(median=12000, sigma=0.8)
);

CREATE TABLE products (
  id          integer PRIMARY KEY,
  sku         varchar(14) NOT NULL UNIQUE,
  name        varchar(100) NOT NULL,
  category    varchar(40) NOT NULL,
  weight_kg   numeric(7, 3) NOT NULL CHECK (weight_kg > 0), -- @synth LogNormal(median=1.2, sigma=1.2, low=0.05, high=60)
  unit_price  numeric(9, 2) NOT NULL CHECK (unit_price > 0),
  is_fragile  boolean NOT NULL DEFAULT false
);

CREATE TABLE stock (
  warehouse_id   integer NOT NULL REFERENCES warehouses (id),
  product_id     integer NOT NULL REFERENCES products (id),
  quantity       integer NOT NULL CHECK (quantity >= 0),
  reorder_level  integer NOT NULL CHECK (reorder_level >= 0),
  counted_at     timestamp NOT NULL,
  PRIMARY KEY (warehouse_id, product_id)
);

CREATE TABLE carriers (
  id       integer PRIMARY KEY,
  company  varchar(80) NOT NULL UNIQUE,
  email    varchar(120) NOT NULL,
  phone    varchar(24) NOT NULL,
  rating   numeric(2, 1) CHECK (rating BETWEEN 1 AND 5)
);

CREATE TABLE drivers (
  id              integer PRIMARY KEY,
  carrier_id      integer NOT NULL REFERENCES carriers (id),
  first_name      varchar(60) NOT NULL,
  last_name       varchar(60) NOT NULL,
  license_number  varchar(16) NOT NULL UNIQUE,
  birth_date      date NOT NULL,
  phone           varchar(24)
);

CREATE TABLE vehicles (
  id             integer PRIMARY KEY,
  carrier_id     integer NOT NULL REFERENCES carriers (id),
  license_plate  varchar(10) NOT NULL UNIQUE,
  kind           varchar(8) NOT NULL CHECK (kind IN ('van', 'truck', 'trailer', 'bike')),
  max_load_kg    integer NOT NULL CHECK (max_load_kg BETWEEN 20 AND 40000), -- @synth Choice({80: 1, 900: 4, 1200: 4, 7500: 3, 18000: 3, 24000: 2})
  built_year     smallint NOT NULL CHECK (built_year BETWEEN 2005 AND 2026)
);

CREATE TABLE shipments (
  id              bigint PRIMARY KEY,
  tracking_no     varchar(18) NOT NULL UNIQUE,
  warehouse_id    integer NOT NULL REFERENCES warehouses (id),
  vehicle_id      integer REFERENCES vehicles (id),
  driver_id       integer REFERENCES drivers (id),
  recipient_name  varchar(100) NOT NULL,
  recipient_street varchar(120) NOT NULL,
  recipient_city  varchar(60) NOT NULL,
  recipient_postal_code varchar(12) NOT NULL,
  status          varchar(12) NOT NULL DEFAULT 'created' CHECK (status IN ('created', 'packed', 'in transit', 'delivered', 'returned')),
  created_at      timestamp NOT NULL,
  shipped_at      timestamp,
  delivered_at    timestamp,
  total_weight_kg numeric(9, 3) NOT NULL CHECK (total_weight_kg >= 0),
  CHECK (shipped_at >= created_at),
  CHECK (delivered_at >= shipped_at)
);

CREATE TABLE shipment_items (
  shipment_id  bigint NOT NULL REFERENCES shipments (id),
  line_no      smallint NOT NULL CHECK (line_no BETWEEN 1 AND 50),
  product_id   integer NOT NULL REFERENCES products (id),
  quantity     smallint NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  weight_kg    numeric(9, 3) NOT NULL CHECK (weight_kg > 0),
  PRIMARY KEY (shipment_id, line_no)
);

CREATE TABLE tracking_events (
  id           bigint PRIMARY KEY,
  shipment_id  bigint NOT NULL REFERENCES shipments (id),
  event        varchar(16) NOT NULL CHECK (event IN ('picked up', 'arrived', 'departed', 'out for delivery', 'delivered', 'delayed')),
  city         varchar(60) NOT NULL,
  occurred_at  timestamp NOT NULL,
  note         varchar(200)
);
