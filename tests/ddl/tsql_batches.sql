CREATE TYPE [Flag] FROM [nvarchar](8) NOT NULL
GO
SET ANSI_NULLS ON
GO
USE [Shop]
CREATE TABLE [dbo].[Customer](
	[Id] [int] IDENTITY(1,1) NOT NULL,
	[Mail] [nvarchar](200) COLLATE Latin1_General_CS_AS NOT NULL,
	[Notes] [nvarchar](max) NULL,
	[Rate] [money] NOT NULL CONSTRAINT [DF_Rate] DEFAULT ((0)),
	[Twice] AS ([Rate]*(2)) PERSISTED,
	[Guid] [uniqueidentifier] ROWGUIDCOL NOT NULL,
	[At] [datetime2](7) NULL, -- when it was made
 CONSTRAINT [PK_Customer] PRIMARY KEY CLUSTERED ([Id] ASC) WITH (PAD_INDEX = OFF, IGNORE_DUP_KEY = OFF) ON [PRIMARY]
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
CREATE TABLE Sales.[Order] (
	Id int NOT NULL PRIMARY KEY NONCLUSTERED,
	CustomerId int NOT NULL CONSTRAINT FK_C FOREIGN KEY REFERENCES dbo.Customer (Id),
	Code Flag NOT NULL,
	Line int
	CONSTRAINT UQ UNIQUE NONCLUSTERED (CustomerId, Line)
	CONSTRAINT CK CHECK NOT FOR REPLICATION ([Line] > 0)
)
GO
ALTER TABLE [dbo].[Customer] ADD CONSTRAINT [DF_At] DEFAULT (getdate()) FOR [At]
ALTER TABLE dbo.Customer
  ALTER COLUMN Notes nvarchar(100) NOT NULL
ALTER TABLE dbo.Customer ADD Extra bit NULL, More int NOT NULL
GO
ALTER TABLE [dbo].[Customer]  WITH CHECK ADD  CONSTRAINT [CK_Rate] CHECK  (([Rate]>=(0)))
GO
ALTER TABLE [dbo].[Customer] CHECK CONSTRAINT [CK_Rate]
GO
CREATE UNIQUE NONCLUSTERED INDEX [UX_Mail] ON [dbo].[Customer] ([Mail] ASC) INCLUDE ([Rate]) WHERE ([Mail] IS NOT NULL) WITH (FILLFACTOR = 80)
GO
IF OBJECT_ID('dbo.Late') IS NULL
BEGIN
CREATE TABLE dbo.Late (a int)
END
GO
CREATE PROCEDURE dbo.P AS
BEGIN
  CREATE TABLE #t (a int);
  SELECT 'GO';
END
GO
CREATE TABLE After_All (a sysname NOT NULL, b tinyint, c [sys].[geography], d AS a + 'x')
