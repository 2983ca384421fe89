CREATE TABLE customers (
    id serial PRIMARY KEY,
    first_name varchar(40) NOT NULL,
    last_name varchar(60) NOT NULL,
    email varchar(120) NOT NULL UNIQUE,
    gender char(1) NOT NULL,
    birth_date date NOT NULL,
    phone varchar(30),
    city varchar(80) NOT NULL,
    country_code char(2) NOT NULL,
    newsletter boolean NOT NULL DEFAULT false,
    created_at timestamp NOT NULL
);
CREATE TABLE products (
    id serial PRIMARY KEY,
    name varchar(120) NOT NULL,
    category varchar(40) NOT NULL CHECK (category IN ('bikes', 'helmets', 'tyres', 'lights')),
    price numeric(10, 2) NOT NULL CHECK (price > 0),
    stock int NOT NULL CHECK (stock >= 0),
    weight_kg numeric(6, 2),
    discontinued_at date
);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers (id),
    status text NOT NULL CHECK (status IN ('new', 'paid', 'shipped', 'returned')),
    channel varchar(20),
    total numeric(10, 2) NOT NULL CHECK (total >= 0),
    ordered_at timestamp NOT NULL,
    shipped_at timestamp,
    note text,
    CHECK (shipped_at >= ordered_at)
);
CREATE TABLE order_lines (
    order_id int NOT NULL REFERENCES orders (id),
    line_no smallint NOT NULL CHECK (line_no BETWEEN 1 AND 20),
    product_id int NOT NULL REFERENCES products (id),
    quantity smallint NOT NULL CHECK (quantity BETWEEN 1 AND 50),
    PRIMARY KEY (order_id, line_no)
);
