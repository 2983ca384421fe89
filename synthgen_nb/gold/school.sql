CREATE TABLE teachers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    subject TEXT NOT NULL CHECK (subject IN ('math', 'physics', 'history', 'music')),
    hired_on DATE NOT NULL,
    hours INTEGER NOT NULL CHECK (hours BETWEEN 0 AND 40)
);
CREATE TABLE classes (
    id INTEGER PRIMARY KEY,
    grade INTEGER NOT NULL CHECK (grade BETWEEN 5 AND 13),
    teacher_id INTEGER NOT NULL REFERENCES teachers (id),
    room TEXT
);
CREATE TABLE students (
    id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    born_on DATE NOT NULL,
    class_id INTEGER NOT NULL REFERENCES classes (id),
    takes_bus INTEGER NOT NULL CHECK (takes_bus IN (0, 1)),
    phone TEXT,
    points INTEGER NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 1000)
);
CREATE TABLE exams (
    id INTEGER PRIMARY KEY,
    class_id INTEGER NOT NULL REFERENCES classes (id),
    subject TEXT NOT NULL CHECK (subject IN ('math', 'physics', 'history', 'music')),
    held_on DATE NOT NULL,
    room TEXT
);
CREATE TABLE results (
    exam_id INTEGER NOT NULL REFERENCES exams (id),
    student_id INTEGER NOT NULL REFERENCES students (id),
    mark INTEGER CHECK (mark BETWEEN 1 AND 6),
    absent INTEGER NOT NULL DEFAULT 0 CHECK (absent IN (0, 1)),
    remark TEXT,
    PRIMARY KEY (exam_id, student_id)
);
