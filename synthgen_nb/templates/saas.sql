-- A service with tenants: users, projects, tasks, invoices.
CREATE TABLE plans (
  id             integer PRIMARY KEY,
  name           varchar(20) NOT NULL UNIQUE CHECK (name IN ('free', 'starter', 'team', 'business', 'enterprise')),
  monthly_price  numeric(8, 2) NOT NULL CHECK (monthly_price >= 0),
  max_users      integer NOT NULL CHECK (max_users > 0)
);
INSERT INTO plans (id, name, monthly_price, max_users) VALUES
  (1, 'free', 0, 3), (2, 'starter', 12, 10), (3, 'team', 49, 50), (4, 'business', 199, 250), (5, 'enterprise', 899, 5000);

CREATE TABLE tenants (
  id          integer PRIMARY KEY,
  name        varchar(100) NOT NULL, -- @synth company
  slug        varchar(40) NOT NULL UNIQUE,
  country     char(2) NOT NULL,
  created_at  timestamptz NOT NULL,
  deleted_at  timestamptz,
  CHECK (deleted_at > created_at)
);

CREATE TABLE users (
  tenant_id      integer NOT NULL REFERENCES tenants (id),
  id             integer NOT NULL,
  email          varchar(120) NOT NULL UNIQUE,
  full_name      varchar(100) NOT NULL,
  role           varchar(8) NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member', 'guest')),
  password_hash  varchar(60) NOT NULL,
  created_at     timestamptz NOT NULL,
  last_login_at  timestamptz,
  is_active      boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  CHECK (last_login_at >= created_at)
);

CREATE TABLE projects (
  tenant_id    integer NOT NULL,
  id           integer NOT NULL,
  owner_id     integer NOT NULL,
  name         varchar(80) NOT NULL,
  description  text,
  archived     boolean NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE tasks (
  tenant_id     integer NOT NULL,
  id            integer NOT NULL,
  project_id    integer NOT NULL,
  assignee_id   integer,
  title         varchar(120) NOT NULL, -- @synth Format("{0} the {1}", Choice("Fix", "Review", "Update", "Document", "Test", "Design", "Remove", "Translate"), Choice("login page", "invoice export", "search filter", "onboarding mail", "price list", "mobile menu", "API limits", "audit report", "user guide", "billing form"))
  status        varchar(12) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'in progress', 'review', 'done')),
  priority      smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
  estimate_hours numeric(5, 1) CHECK (estimate_hours > 0), -- @synth Choice(1, 2, 3, 5, 8, 13) nulls=15%
  due_on        date,
  created_at    timestamptz NOT NULL,
  completed_at  timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES users (tenant_id, id),
  CHECK (completed_at >= created_at)
);

CREATE TABLE subscriptions (
  id          integer PRIMARY KEY,
  tenant_id   integer NOT NULL UNIQUE REFERENCES tenants (id),
  plan_id     integer NOT NULL REFERENCES plans (id),
  seats       integer NOT NULL CHECK (seats BETWEEN 1 AND 5000), -- @synth LogNormal(median=14, sigma=1.2)
  status      varchar(10) NOT NULL CHECK (status IN ('trial', 'active', 'past due', 'cancelled')),
  started_on  date NOT NULL,
  cancelled_on date,
  CHECK (cancelled_on >= started_on)
);

CREATE TABLE invoices (
  id               integer PRIMARY KEY,
  subscription_id  integer NOT NULL REFERENCES subscriptions (id),
  number           varchar(14) NOT NULL UNIQUE,
  sequence         smallint NOT NULL CHECK (sequence BETWEEN 1 AND 120),
  period_start     date NOT NULL,
  period_end       date NOT NULL,
  subtotal         numeric(10, 2) NOT NULL CHECK (subtotal >= 0),
  tax              numeric(10, 2) GENERATED ALWAYS AS (round(subtotal * 0.20, 2)) STORED,
  total            numeric(10, 2) GENERATED ALWAYS AS (subtotal + round(subtotal * 0.20, 2)) STORED,
  paid_at          timestamptz,
  UNIQUE (subscription_id, sequence),
  CHECK (period_end > period_start)
);

CREATE TABLE audit_log (
  id           bigint PRIMARY KEY,
  tenant_id    integer NOT NULL,
  user_id      integer NOT NULL,
  action       varchar(20) NOT NULL CHECK (action IN ('login', 'logout', 'create', 'update', 'delete', 'export', 'invite')),
  ip_address   inet NOT NULL,
  user_agent   varchar(200),
  details      jsonb,
  occurred_at  timestamptz NOT NULL,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
