CREATE TABLE departments (
    id int PRIMARY KEY,
    name varchar(60) NOT NULL,
    budget numeric(14, 2) NOT NULL
);
CREATE TABLE employees (
    id int PRIMARY KEY,
    department_id int REFERENCES departments (id),
    manager_id int REFERENCES employees (id),
    full_name varchar(80) NOT NULL,
    email varchar(120) NOT NULL UNIQUE,
    job_title varchar(60) NOT NULL,
    salary numeric(10, 2) NOT NULL CHECK (salary BETWEEN 1000 AND 500000),
    grade smallint NOT NULL CHECK (grade BETWEEN 1 AND 10),
    hired_on date NOT NULL,
    left_on date,
    remote boolean NOT NULL,
    country varchar(60) NOT NULL,
    CHECK (left_on > hired_on)
);
CREATE TABLE absences (
    id int PRIMARY KEY,
    employee_id int NOT NULL REFERENCES employees (id) ON DELETE CASCADE,
    reason varchar(20) NOT NULL CHECK (reason IN ('sick', 'holiday', 'training', 'parental')),
    starts_on date NOT NULL,
    days smallint NOT NULL CHECK (days BETWEEN 1 AND 60),
    approved boolean
);
