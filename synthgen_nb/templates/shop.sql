-- A small shop: categories, customers, orders and their lines.
CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped', 'delivered', 'cancelled');

CREATE TABLE categories (
  id          integer PRIMARY KEY,
  parent_id   integer REFERENCES categories (id),
  name        varchar(60) NOT NULL
);

CREATE TABLE customers (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name  varchar(40) NOT NULL,
  last_name   varchar(40) NOT NULL,
  email       varchar(120) NOT NULL UNIQUE,
  city        varchar(60),
  country     char(2) NOT NULL,
  joined_on   date NOT NULL
);

CREATE TABLE orders (
  id          bigint PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers (id),
  status      order_status NOT NULL DEFAULT 'new',
  ordered_at  timestamp NOT NULL,
  shipped_at  timestamp,
  CHECK (shipped_at >= ordered_at)
);

CREATE TABLE order_lines (
  order_id    bigint NOT NULL REFERENCES orders (id),
  line_no     smallint NOT NULL CHECK (line_no BETWEEN 1 AND 99),
  category_id integer NOT NULL REFERENCES categories (id),
  product     varchar(80) NOT NULL,
  quantity    integer NOT NULL CHECK (quantity BETWEEN 1 AND 20),
  unit_price  numeric(8, 2) NOT NULL CHECK (unit_price > 0),
  PRIMARY KEY (order_id, line_no)
);
