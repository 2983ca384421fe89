-- A school: classes, pupils, guardians, lessons, exams.
CREATE TABLE teachers (
  id          integer PRIMARY KEY,
  first_name  varchar(60) NOT NULL,
  last_name   varchar(60) NOT NULL,
  email       varchar(120) NOT NULL UNIQUE,
  phone       varchar(24),
  hired_on    date NOT NULL,
  head_id     integer REFERENCES teachers (id)
);

CREATE TABLE subjects (
  code        varchar(8) PRIMARY KEY,
  name        varchar(60) NOT NULL UNIQUE,
  weekly_hours smallint NOT NULL CHECK (weekly_hours BETWEEN 1 AND 6)
);
INSERT INTO subjects (code, name, weekly_hours) VALUES
  ('MAT', 'Mathematics', 5), ('ENG', 'English', 5), ('BIO', 'Biology', 3), ('CHE', 'Chemistry', 3), ('PHY', 'Physics', 3),
  ('HIS', 'History', 2), ('GEO', 'Geography', 2), ('ART', 'Art', 2), ('MUS', 'Music', 1), ('PE', 'Physical Education', 3),
  ('FRE', 'French', 4), ('CS', 'Computer Science', 2);

CREATE TABLE classes (
  id           integer PRIMARY KEY,
  grade_level  smallint NOT NULL CHECK (grade_level BETWEEN 5 AND 12),
  section      char(1) NOT NULL CHECK (section IN ('A', 'B', 'C', 'D')),
  school_year  smallint NOT NULL CHECK (school_year BETWEEN 2015 AND 2026),
  room         varchar(10) NOT NULL, -- @synth Format("{0}{1}", Choice("A", "B", "C"), Range(101, 320))
  teacher_id   integer NOT NULL REFERENCES teachers (id),
  UNIQUE (grade_level, section, school_year)
);

CREATE TABLE students (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name   varchar(60) NOT NULL,
  last_name    varchar(60) NOT NULL,
  gender       char(1) NOT NULL CHECK (gender IN ('F', 'M')),
  birth_date   date NOT NULL CHECK (birth_date BETWEEN DATE '2006-01-01' AND DATE '2016-12-31'),
  street       varchar(120) NOT NULL,
  city         varchar(60) NOT NULL,
  postal_code  varchar(12) NOT NULL,
  enrolled_on  date NOT NULL
);

CREATE TABLE guardians (
  student_id  integer NOT NULL REFERENCES students (id),
  position    smallint NOT NULL CHECK (position IN (1, 2)),
  full_name   varchar(100) NOT NULL,
  relation    varchar(12) NOT NULL CHECK (relation IN ('mother', 'father', 'grandparent', 'foster parent')),
  phone       varchar(24) NOT NULL,
  email       varchar(120),
  PRIMARY KEY (student_id, position)
);

CREATE TABLE enrolments (
  student_id  integer NOT NULL REFERENCES students (id),
  class_id    integer NOT NULL REFERENCES classes (id),
  started_on  date NOT NULL,
  ended_on    date,
  PRIMARY KEY (student_id, class_id),
  CHECK (ended_on > started_on)
);

CREATE TABLE lessons (
  class_id      integer NOT NULL REFERENCES classes (id),
  weekday       smallint NOT NULL CHECK (weekday BETWEEN 1 AND 5),
  period        smallint NOT NULL CHECK (period BETWEEN 1 AND 8),
  subject_code  varchar(8) NOT NULL REFERENCES subjects (code),
  teacher_id    integer NOT NULL REFERENCES teachers (id),
  PRIMARY KEY (class_id, weekday, period)
);

CREATE TABLE exams (
  id            integer PRIMARY KEY,
  class_id      integer NOT NULL REFERENCES classes (id),
  subject_code  varchar(8) NOT NULL REFERENCES subjects (code),
  title         varchar(80) NOT NULL, -- @synth Choice("Written test", "Oral exam", "Mid-term exam", "Final exam", "Vocabulary test", "Lab report")
  held_on       date NOT NULL,
  weight_percent smallint NOT NULL CHECK (weight_percent IN (10, 20, 30, 50))
);

CREATE TABLE grades (
  exam_id     integer NOT NULL REFERENCES exams (id),
  student_id  integer NOT NULL REFERENCES students (id),
  points      numeric(4, 1) NOT NULL CHECK (points BETWEEN 0 AND 20), -- @synth Normal(mean=13, std=3.5)
  remark      varchar(200), -- @synth Choice("Well done", "Good progress", "Needs more practice", "Excellent", "Please see me after class", "Improved since last time") nulls=60%
  graded_at   timestamp NOT NULL,
  PRIMARY KEY (exam_id, student_id)
);
