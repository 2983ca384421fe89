CREATE TABLE doctors (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    specialty TEXT NOT NULL CHECK (specialty IN ('cardiology', 'surgery', 'pediatrics', 'neurology'))
);
CREATE TABLE patients (
    id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    gender TEXT NOT NULL CHECK (gender IN ('female', 'male', 'other')),
    birth_date DATE NOT NULL,
    city TEXT NOT NULL,
    postal_code TEXT,
    phone TEXT,
    height_cm INTEGER CHECK (height_cm BETWEEN 40 AND 230),
    weight_kg REAL CHECK (weight_kg BETWEEN 2 AND 300),
    blood_type TEXT CHECK (blood_type IN ('A', 'B', 'AB', 'O')),
    died_on DATE
);
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    doctor_id INTEGER NOT NULL REFERENCES doctors (id),
    visited_at TIMESTAMP NOT NULL,
    duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 5 AND 240),
    temperature REAL,
    emergency BOOLEAN NOT NULL,
    diagnosis TEXT
);
