import "server-only";
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Database from "libsql";
import { StoreUnavailableError, storeUnavailable } from "./order-store";

export type SqliteFile = ReturnType<typeof openSqliteFile>;
export type Connection = ReturnType<typeof connectionOf>;
export type Values = readonly (string | number | null)[];

/**
 * Another process that holds the write lock is waited for in the engine only briefly, because that wait blocks every
 * request of this process; the rest of the patience is spent asleep between attempts.
 */
const BUSY_TIMEOUT_MS = 25;
const BUSY_PATIENCE_MS = 3_000;

const WAL_LIMIT_BYTES = 4 * 1024 * 1024;

/** After these the connection is as good as before. After anything else it is replaced. */
const HARMLESS = /^SQLITE_(BUSY|FULL|LOCKED|CONSTRAINT)/;

/** Reopening too often would run out of files, as the engine closes the old ones only when they are garbage-collected. */
const REOPEN_AFTER_MS = 2_000;

/**
 * A database file that is opened on first use and opened again whenever that may help: after an error of the file, and
 * when another file stands at the path. `migrations` are run in order, each once in the life of the file; an empty one
 * stands for a schema that was never released, and a file that ends with it is refused.
 */
export function openSqliteFile(path: string, migrations: readonly string[]) {
  // libsql takes "http:" and "libsql:" for servers; an absolute path is always a file.
  const absolutePath = resolve(path);
  let opened: ReturnType<typeof open> | null = null;
  let suspect = false;
  let closed = false;

  function connect(engine: Engine): Connection {
    if (closed) throw storeUnavailable("closed");
    if (opened) {
      // A transaction that could not even be rolled back would show its unwritten changes to the next reader.
      const isOther = opened.db.inTransaction || opened.identity !== identityOf(absolutePath);
      // What can no longer be written can still be read over a connection from before.
      const mayHelp = suspect && performance.now() - opened.openedAtMs >= REOPEN_AFTER_MS;
      const isSuspect = mayHelp && isWritable(absolutePath);
      if (!isOther && !isSuspect) return opened.connection;
      opened.db.close();
      opened = null;
    }
    opened = open(engine, absolutePath, migrations);
    suspect = false;
    return opened.connection;
  }

  return {
    /** Runs `work`, which has to be synchronous. Any failure of the engine is thrown as `StoreUnavailableError`. */
    async run<T>(work: (db: Connection) => T): Promise<T> {
      const engine = await loadEngine();
      const deadlineMs = performance.now() + BUSY_PATIENCE_MS;
      for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
        try {
          return work(connect(engine));
        } catch (error) {
          if (error instanceof StoreUnavailableError) throw error;
          const kind = kindOf(error);
          suspect ||= !HARMLESS.test(kind);
          if (!kind.startsWith("SQLITE_BUSY") || performance.now() >= deadlineMs) throw storeUnavailable(kind);
        }
        await sleep(pauseMs * (0.5 + Math.random()));
      }
    },
    close() {
      closed = true;
      if (opened) leave(opened.db);
      opened = null;
    },
  };
}

type Engine = typeof Database;
let loaded: Promise<Engine> | undefined;

/**
 * Hidden from the bundler, whose list of files for a serverless function would carry 20 MB for a store that cannot work
 * there. `next.config.mjs` adds them to the build for the container.
 */
function loadEngine(): Promise<Engine> {
  loaded ??= import(/* turbopackIgnore: true */ "libsql").then(
    (module) => module.default,
    () => {
      throw storeUnavailable("this build has no embedded store: orders need Redis here");
    },
  );
  return loaded;
}

function open(engine: Engine, path: string, migrations: readonly string[]) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createPrivately(path);
  // The engine would open a file that it cannot write for reading, and stay so long after it can be written again.
  accessSync(path, constants.W_OK);
  const db = new engine(path);
  try {
    // WAL lets readers and the writer pass each other; FULL makes COMMIT wait for the disk, which is what we promise.
    db.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL`);
    // A long read makes the WAL grow; without a limit it keeps that size.
    db.exec(`PRAGMA journal_size_limit=${WAL_LIMIT_BYTES}`);
    const connection = connectionOf(db);
    connection.transaction(() => migrate(db, migrations));
    return { db, connection, identity: identityOf(path), openedAtMs: performance.now() };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Makes the file readable for us only; the engine gives its side files the same mode. A file that exists must not even be
 * opened here: closing it would drop the locks that other connections of this process hold on it (POSIX locks).
 */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (kindOf(error) !== "EEXIST") throw error;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The engine closes only when it is collected as garbage, and a copy of the file without its side files would be old. */
function leave(db: Database.Database): void {
  try {
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // Nothing is lost: the next process to open the file reads the side files too.
  }
  db.close();
}

function migrate(db: Database.Database, migrations: readonly string[]): void {
  const { done } = db.prepare("SELECT user_version AS done FROM pragma_user_version").get() as { done: number };
  if (done > migrations.length) throw storeUnavailable("schema_from_the_future");
  if (done === migrations.length) return;
  if (migrations[done - 1] === "") throw storeUnavailable("schema_of_a_development_version");
  for (const sql of migrations.slice(done)) db.exec(sql);
  db.exec(`PRAGMA user_version=${migrations.length}`);
}

function connectionOf(db: Database.Database) {
  const statements = new Map<string, Database.Statement<unknown[]>>();

  function statement(sql: string) {
    const prepared = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }

  return {
    all: (sql: string, ...values: Values): unknown[] => statement(sql).all(...values),
    get: (sql: string, ...values: Values): unknown => statement(sql).get(...values),
    /** Answers the number of rows changed. */
    change: (sql: string, ...values: Values) => statement(sql).run(...values).changes,
    /** All of `work` or nothing, alone among all writers of the file from its first line on. */
    transaction<T>(work: () => T): T {
      db.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk has already rolled back; doing it again would be an error that hides the first.
        if (db.inTransaction) db.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

/** Tells a file from another one that took its place, which an open connection does not notice by itself. */
function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : "none";
}

/** The code of an error of the engine or the file system; libsql's errors on opening have none. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.message.startsWith("ConnectionFailed")) return "SQLITE_CANTOPEN";
  return ("code" in error && typeof error.code === "string" && error.code) || "unknown";
}
