"""What conditions say: CHECKs, patterns and the bounds of partitions, read into domains, orders and forms."""
