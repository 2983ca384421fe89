"""Pieces of SQL that stay text: which columns they read, a column's new name in them. Knows names, not grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .dialects import DIALECTS, Dialect, words
from .tokens import Token, lex, name_value

_PLAIN = {"lower": re.compile(r"[a-z_][a-z0-9_]*$"), "": re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")}
# words that can't stand bare where a name is expected, in one engine or another
RESERVED = words(
    """ACCESS ACCESSIBLE ADD ALL ALTER ANALYSE ANALYZE AND ANTI ANY ARRAY AS ASC ASENSITIVE ASOF ASYMMETRIC AT AUDIT
    AUTHORIZATION AUTOINCREMENT BACKUP BEFORE BEGIN BETWEEN BIGINT BINARY BLOB BOTH BREAK BROWSE BULK BY CALL CASCADE
    CASE CAST CHANGE CHAR CHARACTER CHECK CHECKPOINT CLOSE CLUSTER CLUSTERED COALESCE COLLATE COLLATION COLUMN COLUMNS
    COMMENT COMMIT COMPRESS COMPUTE CONCURRENTLY CONDITION CONNECT CONSTRAINT CONTAINS CONTAINSTABLE CONTINUE CONVERT
    CREATE CROSS CUBE CUME_DIST CURRENT CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME
    CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DATE DAY DAY_HOUR DAY_MICROSECOND DAY_MINUTE DAY_SECOND
    DBCC DEALLOCATE DEC DECIMAL DECLARE DEFAULT DEFERRABLE DELAYED DELETE DENSE_RANK DENY DESC DESCRIBE DETERMINISTIC
    DISK DISTINCT DISTINCTROW DISTRIBUTED DIV DO DOUBLE DO_DOMAIN_IDS DROP DUAL DUMP EACH ELSE ELSEIF EMPTY ENCLOSED
    END ERRLVL ESCAPE ESCAPED EXCEPT EXCLUSIVE EXEC EXECUTE EXISTS EXIT EXPLAIN EXTERNAL FALSE FETCH FILE FILLFACTOR
    FIRST_VALUE FLOAT FLOAT4 FLOAT8 FOR FORCE FOREIGN FREETEXT FREETEXTTABLE FREEZE FROM FULL FULLTEXT FUNCTION
    GENERATED GET GLOB GOTO GRANT GROUP GROUPING GROUPS HAVING HIGH_PRIORITY HOLDLOCK HOUR_MICROSECOND HOUR_MINUTE
    HOUR_SECOND IDENTIFIED IDENTITY IDENTITYCOL IDENTITY_INSERT IF IGNORE ILIKE IMMEDIATE IN INCREMENT INDEX INFILE
    INITIAL INITIALLY INNER INOUT INSENSITIVE INSERT INT INT1 INT2 INT3 INT4 INT8 INTEGER INTERSECT INTERVAL INTO
    IO_AFTER_GTIDS IO_BEFORE_GTIDS IS ISNULL ITERATE JOIN JSON_TABLE KEY KEYS KILL LAG LAMBDA LAST_VALUE LATERAL LEAD
    LEADING LEAVE LEFT LEVEL LIKE LIMIT LINEAR LINENO LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK LONG LONGBLOB LONGTEXT
    LOOP LOW_PRIORITY MASTER_BIND MATCH MAXEXTENTS MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MERGE MIDDLEINT MINUS
    MINUTE_MICROSECOND MINUTE_SECOND MLSLABEL MOD MODE MODIFIES MODIFY NATIONAL NATURAL NOAUDIT NOCHECK NOCOMPRESS
    NONCLUSTERED NOT NOTHING NOTNULL NOWAIT NO_WRITE_TO_BINLOG NTH_VALUE NTILE NULL NULLIF NUMBER NUMERIC OF OFF
    OFFLINE OFFSET OFFSETS ON ONLINE ONLY OPEN OPENDATASOURCE OPENQUERY OPENROWSET OPENXML OPTIMIZE OPTIMIZER_COSTS
    OPTION OPTIONALLY OR ORDER OUT OUTER OUTFILE OVER OVERLAPS OWNER PAGE_CHECKSUM PARSE_VCOL_EXPR PARTITION PCTFREE
    PERCENT PERCENT_RANK PIVOT PIVOT_LONGER PIVOT_WIDER PLACING PLAN PORTION POSITIONAL PRECISION PRIMARY PRINT PRIOR
    PRIVILEGES PROC PROCEDURE PUBLIC PURGE QUALIFY RAISE RAISERROR RANGE RANK RAW READ READS READTEXT READ_WRITE REAL
    RECONFIGURE RECURSIVE REFERENCES REGEXP RELEASE RENAME REPEAT REPLACE REPLICATION REQUIRE RESIGNAL RESOURCE RESTORE
    RESTRICT RETURN RETURNING REVERT REVOKE RIGHT RLIKE ROLLBACK ROW ROWCOUNT ROWGUIDCOL ROWID ROWNUM ROWS ROW_NUMBER
    RULE SAVE SCHEMA SCHEMAS SECOND_MICROSECOND SECURITYAUDIT SELECT SEMI SENSITIVE SEPARATOR SESSION SESSION_USER SET
    SETUSER SHARE SHOW SHUTDOWN SIGNAL SIMILAR SIZE SMALLINT SOME SPATIAL SPECIFIC SQL SQLEXCEPTION SQLSTATE SQLWARNING
    SQL_BIG_RESULT SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SSL START STARTING STATISTICS STATS_AUTO_RECALC
    STATS_PERSISTENT STATS_SAMPLE_PAGES STORED STRAIGHT_JOIN SUCCESSFUL SUMMARIZE SYMMETRIC SYNONYM SYSDATE SYSTEM
    SYSTEM_USER TABLE TABLESAMPLE TERMINATED TEXTSIZE THEN TINYBLOB TINYINT TINYTEXT TO TOP TRAILING TRAN TRANSACTION
    TRIGGER TRUE TRUNCATE TRY_CAST TRY_CONVERT TSEQUAL UID UNDO UNION UNIQUE UNLOCK UNPACK UNPIVOT UNSIGNED UPDATE
    UPDATETEXT USAGE USE USER USING UTC_DATE UTC_TIME UTC_TIMESTAMP VALIDATE VALUES VARBINARY VARCHAR VARCHAR2
    VARCHARACTER VARIADIC VARYING VERBOSE VIEW VIRTUAL WAITFOR WHEN WHENEVER WHERE WHILE WINDOW WITH WITHIN WITHOUT
    WRITE WRITETEXT XOR YEAR_MONTH ZEROFILL"""
)


def written(name: str, dialect: Dialect) -> str:
    """A name as it may stand in the dialect: bare where that is safe, else quoted."""
    if _PLAIN[dialect.fold].match(name) and name.upper() not in RESERVED:
        return name
    return dialect.quoted(name)


def written_key(namespace: str, name: str, dialect: Dialect) -> str:
    """A qualified name as it may stand in the dialect."""
    bare = written(name, dialect)
    return f"{written(namespace, dialect)}.{bare}" if namespace else bare


def _column_tokens(sql: str, dialect: Dialect) -> list[Token]:
    """The tokens that may be column names: no function, no type after a cast, no qualifier, no field of EXTRACT."""
    tokens = [*lex(sql, dialect), Token("end", "", "", 0, 0)]
    found = []
    for index, token in enumerate(tokens[:-1]):
        before, after = tokens[index - 1].key if index else "", tokens[index + 1].key
        if token.kind not in ("word", "name"):
            if not (token.kind == "string" and token.text[0] == '"'):
                continue
            if dialect.backslashes:
                continue
        if after in ("(", ".") or before in ("::", "AS"):
            continue
        if after == "FROM" and index > 1 and tokens[index - 2].key == "EXTRACT":
            continue
        found.append(token)
    return found


def columns_read(sql: str, columns: Iterable[str], dialect_name: str) -> tuple[str, ...]:
    """Those of the columns that the fragment names, in the order of `columns`."""
    dialect = DIALECTS[dialect_name]
    named = {dialect.same(name_value(token, dialect)) for token in _column_tokens(sql, dialect)}
    return tuple(column for column in columns if dialect.same(column) in named)


def renamed(sql: str, old: str, new: str, dialect: Dialect) -> str:
    """The fragment with one column called by its new name."""
    pieces, done = [], 0
    for token in _column_tokens(sql, dialect):
        if dialect.same(name_value(token, dialect)) == dialect.same(old):
            pieces += [sql[done : token.start], written(new, dialect)]
            done = token.end
    return "".join([*pieces, sql[done:]])


def without_parentheses(sql: str, dialect: Dialect) -> str:
    """The fragment without parentheses that enclose all of it."""
    while sql.startswith("(") and sql.endswith(")"):
        depth = 0
        for token in lex(sql, dialect):
            depth += (token.key == "(") - (token.key == ")")
            if depth == 0:
                if token.end != len(sql):
                    return sql
                break
        sql = sql[1:-1].strip()
    return sql
