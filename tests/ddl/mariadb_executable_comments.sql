/*!40101 SET NAMES utf8 */;
CREATE TABLE t (
  a INT NOT NULL /*!50606 DEFAULT 5 */,
  b INT /*!50700 NOT NULL */,
  c INT /*!80016 NOT NULL */,
  d INT /*M!100100 NOT NULL */ /* plain; */ -- dashes;
  ,e INT # hash; 'comment'
  /*!100100 ,f INT NOT NULL */
) /*!50100 ENGINE=InnoDB */;
