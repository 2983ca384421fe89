-- A medical practice: patients, appointments and invoices.
CREATE TABLE departments (
  code   varchar(4) PRIMARY KEY,
  name   varchar(60) NOT NULL UNIQUE,
  floor  smallint NOT NULL CHECK (floor BETWEEN 0 AND 9)
);
INSERT INTO departments (code, name, floor) VALUES
  ('GP', 'General Practice', 0), ('CARD', 'Cardiology', 2), ('DERM', 'Dermatology', 3), ('NEUR', 'Neurology', 2),
  ('ORTH', 'Orthopedics', 1), ('PED', 'Pediatrics', 1), ('RAD', 'Radiology', 0);

CREATE TABLE doctors (
  id             integer PRIMARY KEY,
  department_code varchar(4) NOT NULL REFERENCES departments (code),
  supervisor_id  integer REFERENCES doctors (id),
  first_name     varchar(60) NOT NULL,
  last_name      varchar(60) NOT NULL,
  license_number varchar(16) NOT NULL UNIQUE,
  email          varchar(120) NOT NULL UNIQUE,
  hired_on       date NOT NULL
);

CREATE TABLE patients (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name   varchar(60) NOT NULL,
  last_name    varchar(60) NOT NULL,
  gender       char(1) NOT NULL CHECK (gender IN ('F', 'M')),
  birth_date   date NOT NULL,
  email        varchar(120),
  phone        varchar(24),
  street       varchar(120) NOT NULL,
  city         varchar(60) NOT NULL,
  postal_code  varchar(12) NOT NULL,
  blood_type   varchar(3) CHECK (blood_type IN ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
  height_cm    smallint CHECK (height_cm BETWEEN 45 AND 220), -- @synth Normal(mean=171, std=10, low=145, high=205)
  weight_kg    numeric(4, 1) CHECK (weight_kg BETWEEN 2.5 AND 250), -- @synth Normal(mean=75, std=14, low=42, high=160)
  registered_at timestamp NOT NULL
);

CREATE TABLE appointments (
  id            bigint PRIMARY KEY,
  patient_id    integer NOT NULL REFERENCES patients (id),
  doctor_id     integer NOT NULL REFERENCES doctors (id),
  starts_at     timestamp NOT NULL,
  minutes       smallint NOT NULL CHECK (minutes BETWEEN 5 AND 120), -- @synth Choice({10: 3, 15: 5, 20: 5, 30: 6, 45: 2, 60: 1})
  status        varchar(12) NOT NULL DEFAULT 'completed' CHECK (status IN ('scheduled', 'completed', 'cancelled', 'no-show')),
  cancelled_at  timestamp,
  reason        varchar(200), -- @synth Choice("Annual check-up", "Persistent cough", "Back pain", "Vaccination", "Headache", "Follow-up visit", "Skin rash", "Blood pressure", "Knee pain", "Fever")
  UNIQUE (doctor_id, starts_at)
);

CREATE TABLE diagnoses (
  appointment_id  bigint NOT NULL REFERENCES appointments (id),
  position        smallint NOT NULL CHECK (position BETWEEN 1 AND 5),
  icd_code        varchar(7) NOT NULL CHECK (icd_code ~ '^[A-Z][0-9]{2}\.[0-9]$'),
  notes           text, -- @synth Choice("Improving.", "Control in two weeks.", "Referred to a specialist.", "No known allergies.", "Chronic; medication unchanged.", "First episode.", "Rest for three days.") nulls=40%
  PRIMARY KEY (appointment_id, position)
);

CREATE TABLE prescriptions (
  id              bigint PRIMARY KEY,
  appointment_id  bigint NOT NULL REFERENCES appointments (id),
  medication      varchar(80) NOT NULL, -- @synth Choice(Ibuprofen=9, Paracetamol=9, Amoxicillin=7, Metformin=5, Lisinopril=5, Atorvastatin=5, Omeprazole=4, Salbutamol=3, Sertraline=3, Levothyroxine=3, Prednisolone=2, Doxycycline=2)
  dose_mg         integer NOT NULL CHECK (dose_mg BETWEEN 1 AND 2000), -- @synth Choice({5: 2, 10: 4, 20: 4, 50: 3, 100: 5, 250: 5, 500: 9, 1000: 2})
  times_per_day   smallint NOT NULL CHECK (times_per_day BETWEEN 1 AND 6),
  start_date      date NOT NULL,
  end_date        date,
  CHECK (end_date >= start_date)
);

CREATE TABLE invoices (
  id              bigint PRIMARY KEY,
  invoice_number  varchar(12) NOT NULL UNIQUE,
  patient_id      integer NOT NULL REFERENCES patients (id),
  issued_on       date NOT NULL,
  due_on          date NOT NULL,
  paid_on         date,
  status          varchar(10) NOT NULL CHECK (status IN ('draft', 'sent', 'paid', 'overdue', 'void')),
  total           numeric(10, 2) NOT NULL CHECK (total >= 0),
  CHECK (due_on >= issued_on)
);

CREATE TABLE invoice_lines (
  invoice_id   bigint NOT NULL REFERENCES invoices (id),
  line_no      smallint NOT NULL CHECK (line_no BETWEEN 1 AND 20),
  description  varchar(120) NOT NULL, -- @synth Choice("Consultation", "Blood test", "X-ray", "Ultrasound", "Vaccination", "ECG", "Wound care", "Physiotherapy session", "Allergy test")
  quantity     smallint NOT NULL CHECK (quantity BETWEEN 1 AND 10),
  unit_price   numeric(7, 2) NOT NULL CHECK (unit_price > 0), -- @synth Choice(18.50, 25, 42, 60, 85, 120, 180)
  amount       numeric(9, 2) NOT NULL CHECK (amount > 0),
  PRIMARY KEY (invoice_id, line_no)
);
