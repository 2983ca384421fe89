-- A retail bank: customers, accounts, cards, transactions, loans.
CREATE TABLE branches (
  id           integer PRIMARY KEY,
  name         varchar(80) NOT NULL,
  bic          varchar(11) NOT NULL UNIQUE,
  street       varchar(120) NOT NULL,
  city         varchar(60) NOT NULL,
  country_code char(2) NOT NULL
);

CREATE TABLE customers (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name   varchar(60) NOT NULL,
  last_name    varchar(60) NOT NULL,
  birth_date   date NOT NULL CHECK (birth_date > DATE '1915-01-01'),
  email        varchar(120) NOT NULL UNIQUE,
  phone        varchar(24) NOT NULL,
  street       varchar(120) NOT NULL,
  city         varchar(60) NOT NULL,
  postal_code  varchar(12) NOT NULL,
  tax_id       varchar(16) UNIQUE,
  risk_level   varchar(6) NOT NULL DEFAULT 'low' CHECK (risk_level IN ('low', 'medium', 'high')),
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  CHECK (updated_at >= created_at)
);

CREATE TABLE accounts (
  id           integer PRIMARY KEY,
  branch_id    integer NOT NULL REFERENCES branches (id),
  iban         varchar(34) NOT NULL UNIQUE,
  kind         varchar(10) NOT NULL CHECK (kind IN ('current', 'savings', 'credit', 'business')),
  currency     char(3) NOT NULL DEFAULT 'EUR' CHECK (currency IN ('EUR', 'USD', 'GBP', 'CHF')),
  balance      numeric(14, 2) NOT NULL DEFAULT 0, -- @synth LogNormal(median=2400, sigma=1.6, high=900000)
  interest_rate numeric(5, 3) CHECK (interest_rate BETWEEN 0 AND 15), -- @synth Choice({0: 5, 0.25: 3, 0.5: 3, 1.75: 2, 2.25: 1})
  opened_on    date NOT NULL,
  closed_on    date,
  status       varchar(8) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'frozen', 'closed')),
  CHECK (closed_on >= opened_on)
);

CREATE TABLE account_holders (
  account_id   integer NOT NULL REFERENCES accounts (id),
  customer_id  integer NOT NULL REFERENCES customers (id),
  role         varchar(10) NOT NULL CHECK (role IN ('owner', 'joint', 'authorised')),
  since        date NOT NULL,
  PRIMARY KEY (account_id, customer_id)
);

CREATE TABLE cards (
  id           integer PRIMARY KEY,
  account_id   integer NOT NULL REFERENCES accounts (id),
  customer_id  integer NOT NULL REFERENCES customers (id),
  card_number  varchar(19) NOT NULL, -- @synth Choice("4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100", "378282246310005")
  brand        varchar(12) GENERATED ALWAYS AS (CASE substr(card_number, 1, 1) WHEN '4' THEN 'Visa' WHEN '5' THEN 'Mastercard' ELSE 'Amex' END) STORED,
  issued_on    date NOT NULL,
  expires_on   date GENERATED ALWAYS AS (issued_on + 1460) STORED,
  daily_limit  numeric(9, 2) NOT NULL CHECK (daily_limit BETWEEN 50 AND 20000), -- @synth Choice(500, 1000, 1500, 2500, 5000)
  is_blocked   boolean NOT NULL DEFAULT false
);

CREATE TABLE transactions (
  id           bigint PRIMARY KEY,
  account_id   integer NOT NULL REFERENCES accounts (id),
  booked_at    timestamp NOT NULL,
  value_date   date GENERATED ALWAYS AS (CAST(booked_at AS date) + 1) STORED,
  amount       numeric(12, 2) NOT NULL CHECK (amount <> 0),
  currency     char(3) NOT NULL CHECK (currency IN ('EUR', 'USD', 'GBP', 'CHF')),
  kind         varchar(10) NOT NULL CHECK (kind IN ('card', 'transfer', 'cash', 'fee', 'interest', 'salary')),
  counterparty varchar(100),
  description  varchar(140),
  reference    varchar(20) NOT NULL UNIQUE
);

CREATE TABLE transfers (
  id               bigint PRIMARY KEY,
  from_account_id  integer NOT NULL REFERENCES accounts (id),
  to_account_id    integer NOT NULL REFERENCES accounts (id),
  amount           numeric(12, 2) NOT NULL CHECK (amount > 0),
  requested_at     timestamptz NOT NULL,
  completed_at     timestamptz,
  status           varchar(10) NOT NULL CHECK (status IN ('pending', 'completed', 'rejected')),
  CHECK (from_account_id <> to_account_id),
  CHECK (completed_at >= requested_at)
);

CREATE TABLE loans (
  id             integer PRIMARY KEY,
  customer_id    integer NOT NULL REFERENCES customers (id),
  account_id     integer NOT NULL REFERENCES accounts (id),
  principal      numeric(12, 2) NOT NULL CHECK (principal BETWEEN 500 AND 900000), -- @synth LogNormal(median=24000, sigma=1.1)
  interest_rate  numeric(5, 3) NOT NULL CHECK (interest_rate BETWEEN 0.5 AND 15), -- @synth Normal(mean=4.8, std=1.4)
  term_months    smallint NOT NULL CHECK (term_months IN (12, 24, 36, 48, 60, 120, 180, 240, 300, 360)),
  start_date     date NOT NULL,
  total_paid     numeric(12, 2) NOT NULL DEFAULT 0 CHECK (total_paid >= 0)
);

CREATE TABLE loan_payments (
  loan_id     integer NOT NULL REFERENCES loans (id),
  payment_no  smallint NOT NULL CHECK (payment_no BETWEEN 1 AND 360),
  paid_on     date NOT NULL,
  amount      numeric(10, 2) NOT NULL CHECK (amount > 0), -- @synth LogNormal(median=380, sigma=0.5)
  PRIMARY KEY (loan_id, payment_no)
);
