-- People of a company: departments, employees, salaries, leave.
CREATE TABLE locations (
  id           integer PRIMARY KEY,
  street       varchar(120) NOT NULL,
  city         varchar(60) NOT NULL,
  postal_code  varchar(12) NOT NULL,
  country_code char(2) NOT NULL,
  time_zone    varchar(40) NOT NULL
);

CREATE TABLE departments (
  id           integer PRIMARY KEY,
  parent_id    integer REFERENCES departments (id),
  name         varchar(60) NOT NULL,
  cost_center  varchar(10) NOT NULL UNIQUE,
  location_id  integer NOT NULL REFERENCES locations (id),
  budget       numeric(12, 2) NOT NULL CHECK (budget >= 0) -- @synth LogNormal(median=850000, sigma=1)
);

CREATE TABLE jobs (
  id          integer PRIMARY KEY,
  job_title   varchar(60) NOT NULL,
  level       smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
  min_salary  numeric(10, 2) NOT NULL CHECK (min_salary >= 15000), -- @synth Range(28000, 90000, step=500)
  max_salary  numeric(10, 2) NOT NULL CHECK (max_salary <= 400000), -- @synth Range(95000, 200000, step=500)
  UNIQUE (job_title, level),
  CHECK (min_salary < max_salary)
);

CREATE TABLE employees (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  employee_no    varchar(8) NOT NULL UNIQUE,
  first_name     varchar(60) NOT NULL,
  last_name      varchar(60) NOT NULL,
  email          varchar(120) NOT NULL UNIQUE,
  phone          varchar(24),
  gender         char(1) CHECK (gender IN ('F', 'M', 'X')),
  birth_date     date NOT NULL CHECK (birth_date BETWEEN DATE '1958-01-01' AND DATE '2006-12-31'),
  hire_date      date NOT NULL CHECK (hire_date >= DATE '1995-01-01'),
  leave_date     date,
  department_id  integer NOT NULL REFERENCES departments (id),
  job_id         integer NOT NULL REFERENCES jobs (id),
  manager_id     integer REFERENCES employees (id),
  CHECK (leave_date > hire_date),
  CHECK (hire_date > birth_date)
);

CREATE TABLE contracts (
  id              integer PRIMARY KEY,
  employee_id     integer NOT NULL REFERENCES employees (id),
  kind            varchar(12) NOT NULL CHECK (kind IN ('permanent', 'fixed term', 'internship', 'freelance')),
  hours_per_week  numeric(3, 1) NOT NULL CHECK (hours_per_week BETWEEN 4 AND 40), -- @synth Choice({20: 1, 30: 2, 35: 3, 40: 8})
  start_date      date NOT NULL,
  end_date        date,
  CHECK (end_date > start_date)
);

CREATE TABLE salaries (
  employee_id  integer NOT NULL REFERENCES employees (id),
  year         smallint NOT NULL CHECK (year BETWEEN 2016 AND 2026),
  amount       numeric(10, 2) NOT NULL CHECK (amount BETWEEN 15000 AND 400000), -- @synth LogNormal(median=52000, sigma=0.4)
  currency     char(3) NOT NULL DEFAULT 'EUR' CHECK (currency IN ('EUR', 'USD', 'GBP')),
  PRIMARY KEY (employee_id, year)
);

CREATE TABLE leave_requests (
  id           integer PRIMARY KEY,
  employee_id  integer NOT NULL REFERENCES employees (id),
  kind         varchar(10) NOT NULL CHECK (kind IN ('vacation', 'sick', 'parental', 'unpaid')),
  first_day    date NOT NULL,
  last_day     date NOT NULL,
  days         numeric(4, 1) NOT NULL CHECK (days BETWEEN 0.5 AND 60),
  status       varchar(10) NOT NULL DEFAULT 'approved' CHECK (status IN ('requested', 'approved', 'rejected', 'withdrawn')),
  requested_at timestamp NOT NULL,
  approved_by  integer REFERENCES employees (id),
  CHECK (last_day >= first_day)
);

CREATE TABLE reviews (
  employee_id  integer NOT NULL REFERENCES employees (id),
  year         smallint NOT NULL CHECK (year BETWEEN 2018 AND 2025),
  rating       smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  comments     text, -- @synth Choice("Reliable and well organised.", "Exceeded the goals of the year.", "Good teamwork; could delegate more.", "Met most goals, late on two of them.", "Strong with customers.", "Needs support with planning.", "Ready for the next level.") nulls=30%
  reviewed_on  date NOT NULL,
  PRIMARY KEY (employee_id, year)
);
