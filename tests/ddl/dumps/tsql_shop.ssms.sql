USE [master]
GO
/****** Object:  Database [Shop]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE DATABASE [Shop]
 CONTAINMENT = NONE
 ON  PRIMARY 
( NAME = N'Shop', FILENAME = N'C:\Data\Shop.mdf' , SIZE = 8192KB , MAXSIZE = UNLIMITED, FILEGROWTH = 65536KB )
 LOG ON 
( NAME = N'Shop_log', FILENAME = N'C:\Data\Shop_log.ldf' , SIZE = 8192KB , MAXSIZE = 2048GB , FILEGROWTH = 65536KB )
 WITH CATALOG_COLLATION = DATABASE_DEFAULT
GO
ALTER DATABASE [Shop] SET COMPATIBILITY_LEVEL = 150
GO
IF (1 = FULLTEXTSERVICEPROPERTY('IsFullTextInstalled'))
begin
EXEC [Shop].[dbo].[sp_fulltext_database] @action = 'enable'
end
GO
ALTER DATABASE [Shop] SET QUERY_STORE = OFF
GO
USE [Shop]
GO
/****** Object:  User [app]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE USER [app] FOR LOGIN [app] WITH DEFAULT_SCHEMA=[dbo]
GO
ALTER ROLE [db_owner] ADD MEMBER [app]
GO
/****** Object:  Schema [Sales]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE SCHEMA [Sales]
GO
/****** Object:  UserDefinedDataType [dbo].[Code]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE TYPE [dbo].[Code] FROM [nvarchar](8) NOT NULL
GO
/****** Object:  UserDefinedTableType [dbo].[Ids]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE TYPE [dbo].[Ids] AS TABLE(
	[Id] [int] NOT NULL,
	PRIMARY KEY CLUSTERED 
(
	[Id] ASC
)WITH (IGNORE_DUP_KEY = OFF)
)
GO
/****** Object:  UserDefinedFunction [dbo].[Doubled]    Script Date: 1/5/2026 10:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE FUNCTION [dbo].[Doubled](@a money) RETURNS money AS
BEGIN
	DECLARE @t TABLE (a int);
	RETURN @a * 2;
END
GO
/****** Object:  Table [dbo].[Customer]    Script Date: 1/5/2026 10:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Customer]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[Customer](
	[Id] [int] IDENTITY(1,1) NOT NULL,
	[Mail] [nvarchar](200) NOT NULL,
	[Full Name] [varchar](60) NULL,
	[Rate] [money] NOT NULL,
	[Made] [datetime2](7) NOT NULL,
	[Guid] [uniqueidentifier] ROWGUIDCOL  NOT NULL,
	[Twice]  AS ([Rate]*(2)) PERSISTED,
	[Doc] [xml] NULL,
	[Code] [dbo].[Code] NULL,
 CONSTRAINT [PK_Customer] PRIMARY KEY CLUSTERED 
(
	[Id] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON, OPTIMIZE_FOR_SEQUENTIAL_KEY = OFF) ON [PRIMARY],
 CONSTRAINT [UQ_Customer_Mail] UNIQUE NONCLUSTERED 
(
	[Mail] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF) ON [PRIMARY]
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
END
GO
/****** Object:  Table [Sales].[Order]    Script Date: 1/5/2026 10:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [Sales].[Order](
	[CustomerId] [int] NOT NULL,
	[Nr] [smallint] NOT NULL,
	[Note] [nvarchar](max) NULL,
 CONSTRAINT [PK_Order] PRIMARY KEY CLUSTERED 
(
	[CustomerId] ASC,
	[Nr] ASC
)WITH (PAD_INDEX = OFF) ON [PRIMARY]
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
SET ANSI_PADDING ON
GO
/****** Object:  Index [UX_Guid]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE UNIQUE NONCLUSTERED INDEX [UX_Guid] ON [dbo].[Customer]
(
	[Guid] ASC
)
WHERE ([Doc] IS NOT NULL)
WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, SORT_IN_TEMPDB = OFF, IGNORE_DUP_KEY = OFF, DROP_EXISTING = OFF, ONLINE = OFF) ON [PRIMARY]
GO
CREATE NONCLUSTERED INDEX [IX_Made] ON [dbo].[Customer] ([Made] DESC)
GO
ALTER TABLE [dbo].[Customer] ADD  CONSTRAINT [DF_Customer_Name]  DEFAULT ('it''s; me') FOR [Full Name]
GO
ALTER TABLE [dbo].[Customer] ADD  DEFAULT ((0)) FOR [Rate]
GO
ALTER TABLE [dbo].[Customer] ADD  CONSTRAINT [DF_Customer_Made]  DEFAULT (getdate()) FOR [Made]
GO
ALTER TABLE [Sales].[Order]  WITH CHECK ADD  CONSTRAINT [FK_Order_Customer] FOREIGN KEY([CustomerId])
REFERENCES [dbo].[Customer] ([Id])
ON DELETE CASCADE
GO
ALTER TABLE [Sales].[Order] CHECK CONSTRAINT [FK_Order_Customer]
GO
IF NOT EXISTS (SELECT * FROM sys.check_constraints WHERE name = N'CK_Customer_Rate')
ALTER TABLE [dbo].[Customer]  WITH NOCHECK ADD  CONSTRAINT [CK_Customer_Rate] CHECK  (([Rate]>=(0)))
GO
ALTER TABLE [dbo].[Customer] CHECK CONSTRAINT [CK_Customer_Rate]
GO
/****** Object:  View [dbo].[Names]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE VIEW [dbo].[Names] AS SELECT Id, Mail FROM dbo.Customer
GO
/****** Object:  StoredProcedure [dbo].[Touch]    Script Date: 1/5/2026 10:00:00 AM ******/
CREATE PROCEDURE [dbo].[Touch] AS
BEGIN
	CREATE TABLE #t (a int)
	ALTER TABLE #t ADD b int
	PRINT 'done'
END
GO
PRINT 'almost there'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'where to; write' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'Customer', @level2type=N'COLUMN',@level2name=N'Mail'
GO
USE [master]
GO
ALTER DATABASE [Shop] SET  READ_WRITE 
GO
