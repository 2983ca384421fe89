-- A public library: books, copies, members, loans, fines.
CREATE TABLE branches (
  id           integer PRIMARY KEY,
  name         varchar(80) NOT NULL UNIQUE, -- @synth Format("{0} Library", Bank("street_name"))
  street       varchar(120) NOT NULL,
  city         varchar(60) NOT NULL,
  postal_code  varchar(12) NOT NULL,
  phone        varchar(24),
  opened_on    date NOT NULL
);

CREATE TABLE authors (
  id           integer PRIMARY KEY,
  first_name   varchar(60) NOT NULL,
  last_name    varchar(60) NOT NULL,
  birth_year   smallint CHECK (birth_year BETWEEN 1800 AND 2010),
  country      char(2)
);

CREATE TABLE books (
  isbn            char(13) PRIMARY KEY CHECK (isbn ~ '^978[0-9]{10}$'),
  title           varchar(200) NOT NULL,
  language_code   char(2) NOT NULL DEFAULT 'en',
  published_year  smallint NOT NULL CHECK (published_year BETWEEN 1900 AND 2026),
  pages           integer NOT NULL CHECK (pages BETWEEN 16 AND 2400), -- @synth Normal(mean=310, std=110, low=48, high=900)
  genre           varchar(20) NOT NULL CHECK (genre IN ('fiction', 'history', 'science', 'children', 'biography', 'poetry', 'travel'))
);

CREATE TABLE book_authors (
  isbn        char(13) NOT NULL REFERENCES books (isbn),
  author_id   integer NOT NULL REFERENCES authors (id),
  position    smallint NOT NULL CHECK (position BETWEEN 1 AND 6),
  PRIMARY KEY (isbn, author_id),
  UNIQUE (isbn, position)
);

CREATE TABLE copies (
  id           integer PRIMARY KEY,
  isbn         char(13) NOT NULL REFERENCES books (isbn),
  branch_id    integer NOT NULL REFERENCES branches (id),
  barcode      varchar(14) NOT NULL UNIQUE,
  condition    varchar(10) NOT NULL DEFAULT 'good' CHECK (condition IN ('new', 'good', 'worn', 'damaged')),
  acquired_on  date NOT NULL,
  price        numeric(6, 2) NOT NULL CHECK (price > 0) -- @synth Normal(mean=19, std=7, low=4.5, high=60)
);

CREATE TABLE members (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  card_number  varchar(12) NOT NULL UNIQUE,
  first_name   varchar(60) NOT NULL,
  last_name    varchar(60) NOT NULL,
  email        varchar(120) NOT NULL UNIQUE,
  birth_date   date NOT NULL,
  joined_on    date NOT NULL,
  home_branch_id integer NOT NULL REFERENCES branches (id),
  is_active    boolean NOT NULL DEFAULT true
);

CREATE TABLE loans (
  id           bigint PRIMARY KEY,
  copy_id      integer NOT NULL REFERENCES copies (id),
  member_id    integer NOT NULL REFERENCES members (id),
  loaned_at    timestamp NOT NULL,
  due_on       date GENERATED ALWAYS AS (CAST(loaned_at AS date) + 28) STORED,
  returned_at  timestamp,
  renewals     smallint NOT NULL DEFAULT 0 CHECK (renewals BETWEEN 0 AND 3), -- @synth Choice({0: 70, 1: 20, 2: 7, 3: 3})
  CHECK (returned_at >= loaned_at)
);

CREATE TABLE reservations (
  member_id    integer NOT NULL REFERENCES members (id),
  isbn         char(13) NOT NULL REFERENCES books (isbn),
  reserved_at  timestamp NOT NULL,
  status       varchar(10) NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'ready', 'collected', 'cancelled')),
  PRIMARY KEY (member_id, isbn)
);

CREATE TABLE fines (
  loan_id    bigint PRIMARY KEY REFERENCES loans (id),
  amount     numeric(6, 2) NOT NULL CHECK (amount BETWEEN 0.10 AND 50), -- @synth LogNormal(median=2.4, sigma=0.8)
  issued_on  date NOT NULL,
  paid_on    date,
  CHECK (paid_on >= issued_on)
);
