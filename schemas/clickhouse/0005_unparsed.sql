-- What could not be read. A record is the whole truth about its stream and
-- shape, so the newest one wins and nothing is ever summed over versions.
CREATE TABLE IF NOT EXISTS unparsed
(
    stream      String              COMMENT 'the stream that was read' CODEC(ZSTD(1)),
    shape       String              COMMENT 'what its lines have in common, numbers and names taken out; other for what came after too many shapes' CODEC(ZSTD(3)),
    lines       UInt64              COMMENT 'lines of this shape since the beginning of the stream' CODEC(T64, ZSTD(1)),
    examples    Array(String)       COMMENT 'a few of these lines, cut' CODEC(ZSTD(3)),
    file        String              COMMENT 'where the newest of the examples was read; bookkeeping' CODEC(ZSTD(1)),
    offset      Int64               COMMENT 'byte offset in that file, uncompressed; bookkeeping' CODEC(T64, ZSTD(1)),
    ingested_at DateTime64(3, 'UTC') COMMENT 'when this count was published: the newest is true; bookkeeping' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(ingested_at)
ORDER BY (stream, shape)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Lines that no parser understood, by stream and shape. Read it FINAL.';
