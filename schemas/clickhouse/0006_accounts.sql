-- What the configuration says of accounts and reports have to know.
CREATE TABLE IF NOT EXISTS accounts
(
    account        LowCardinality(String) COMMENT 'name of the account; default is that of messages of which nobody says whose they are',
    open_tracking  Bool                   COMMENT 'its messages have a pixel: without, they are in no denominator of a rate of opens',
    click_tracking Bool                   COMMENT 'its links are rewritten: without, its messages are in no denominator of a rate of clicks',
    version        UInt64                 COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(T64, ZSTD(1)),
    withdrawn      UInt8                  COMMENT '1: the configuration says nothing of it any more; FINAL hides the row' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version, withdrawn)
ORDER BY account
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Accounts as configured. An account that is not here has opens and clicks tracked. Read it FINAL.';
