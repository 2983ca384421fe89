CREATE PARTITION FUNCTION by_year (date) AS RANGE RIGHT FOR VALUES ('2020-01-01', '2021-01-01');
CREATE PARTITION SCHEME years AS PARTITION by_year ALL TO ([PRIMARY]);
GO
CREATE TABLE [sales] (
    [id] int NOT NULL,
    [day] date NOT NULL,
    [amount] money NULL,
    CONSTRAINT [pk_sales] PRIMARY KEY CLUSTERED ([id] ASC, [day] ASC) ON [years]([day])
) ON [years]([day])
GO
CREATE UNIQUE NONCLUSTERED INDEX [one] ON [sales] ([day], [id]) WHERE ([amount] IS NOT NULL) ON [years]([day])
GO
