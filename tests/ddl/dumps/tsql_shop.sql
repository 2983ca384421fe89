CREATE TYPE dbo.Code FROM nvarchar(8) NOT NULL;
CREATE TABLE dbo.Customer (
  Id int IDENTITY(1,1) NOT NULL,
  Mail nvarchar(200) NOT NULL,
  [Full Name] varchar(60) DEFAULT ('it''s; me'),
  Rate money NOT NULL DEFAULT ((0)),
  Made datetime2(7) NOT NULL DEFAULT (getdate()),
  Guid uniqueidentifier NOT NULL,
  Twice AS (Rate * 2) PERSISTED,
  Doc xml,
  Code dbo.Code,
  CONSTRAINT PK_Customer PRIMARY KEY (Id),
  CONSTRAINT UQ_Customer_Mail UNIQUE (Mail),
  CONSTRAINT CK_Customer_Rate CHECK (Rate >= 0)
);
CREATE TABLE Sales.[Order] (
  CustomerId int NOT NULL,
  Nr smallint NOT NULL,
  Note nvarchar(max),
  CONSTRAINT PK_Order PRIMARY KEY (CustomerId, Nr),
  CONSTRAINT FK_Order_Customer FOREIGN KEY (CustomerId) REFERENCES dbo.Customer (Id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX UX_Guid ON dbo.Customer (Guid) WHERE (Doc IS NOT NULL);
