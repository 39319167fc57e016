import "server-only";
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type Database from "libsql";
import type AsyncDatabase from "libsql/promise";
import { StoreUnavailableError, storeUnavailable } from "./order-store";
import { queueWrites } from "./sqlite-writes";

export type SqliteFile = ReturnType<typeof openSqliteFile>;
export type Connection = ReturnType<typeof connectionOf>;
export type Values = readonly (string | number | null)[];

/** In the engine, where it blocks every request of this process. The rest of the patience is spent asleep. */
const BUSY_TIMEOUT_MS = 25;

const WAL_LIMIT_BYTES = 4 * 1024 * 1024;

/** After these the connection is as good as before. After anything else it is replaced. */
const HARMLESS = /^SQLITE_(BUSY|FULL|LOCKED|CONSTRAINT)/;

/** With FULL, COMMIT waits until the disk has it, and all that was written before it. */
const BEGIN_DURABLE = "PRAGMA synchronous=FULL; BEGIN IMMEDIATE";
const BEGIN = "PRAGMA synchronous=NORMAL; BEGIN IMMEDIATE";

/** Reopening too often would run out of files, as the engine closes the old ones only when they are garbage-collected. */
const REOPEN_AFTER_MS = 2_000;

/**
 * A database file that is opened on first use and opened again whenever that may help: after an error of the file, and
 * when another file stands at the path. `migrations` are run in order, each once in the life of the file; an empty one
 * stands for a schema that was never released, and a file that ends with it is refused.
 *
 * It has one connection for reading and one for writing, whose COMMIT waits for the disk on a thread of the engine. What
 * is not yet on the disk is not yet seen by readers.
 */
export function openSqliteFile(path: string, migrations: readonly string[]) {
  // libsql takes "http:" and "libsql:" for servers; an absolute path is always a file.
  const absolutePath = resolve(path);
  let engine: Engine;
  let opened: ReturnType<typeof open> | null = null;
  let suspect = false;
  let closed = false;

  function connect(): ReturnType<typeof open> {
    if (closed) throw storeUnavailable("closed");
    if (opened) {
      const isOther = opened.identity !== identityOf(absolutePath);
      // What can no longer be written can still be read over a connection from before.
      const mayHelp = suspect && performance.now() - opened.openedAtMs >= REOPEN_AFTER_MS;
      if (!isOther && !(mayHelp && isWritable(absolutePath))) return opened;
      disconnect();
    }
    opened = open(engine, absolutePath, migrations);
    suspect = false;
    return opened;
  }

  function disconnect(): void {
    opened?.reading.close();
    opened?.writing.close();
    opened = null;
  }

  function failureOf(error: unknown): StoreUnavailableError {
    if (error instanceof StoreUnavailableError) return error;
    const kind = kindOf(error);
    suspect ||= !HARMLESS.test(kind);
    return storeUnavailable(kind);
  }

  function begin(durable: boolean) {
    // A transaction that could not even be rolled back would go on in the next one.
    if (opened?.writing.inTransaction) disconnect();
    const { writing, writer } = connect();
    writing.exec(durable ? BEGIN_DURABLE : BEGIN);
    return {
      db: writer,
      // The synchronous connection's handle is the asynchronous one's too.
      commit: () => engine.async.prototype.exec.call(writing, "COMMIT"),
      rollback() {
        // A full disk has already rolled back; doing it again would be an error that hides the first.
        if (writing.open && writing.inTransaction) writing.exec("ROLLBACK");
      },
    };
  }

  const enqueue = queueWrites({ begin, isBusy, failureOf, tooLate: () => storeUnavailable("slow_disk") });

  return {
    /** Runs `work`, which has to be synchronous. Any failure of the engine is thrown as `StoreUnavailableError`. */
    async read<T>(work: (db: Connection) => T): Promise<T> {
      engine = await loadEngine();
      try {
        return work(connect().reader);
      } catch (error) {
        // Another process is just making the file.
        if (isBusy(error)) return enqueue(work, { durable: false });
        throw failureOf(error);
      }
    },
    /**
     * All of `work` or nothing, alone among all writers of the file from its first line on. It may run more than once, and
     * fails as `read` does. What is not `durable` survives the end of the process, and a loss of power only together with
     * a durable write after it.
     */
    async write<T>(work: (db: Connection) => T, options: { durable: boolean } = { durable: true }): Promise<T> {
      engine = await loadEngine();
      return enqueue(work, options);
    },
    close() {
      closed = true;
      if (opened) leave(opened.writing);
      disconnect();
    },
  };
}

type Engine = { readonly sync: typeof Database; readonly async: typeof AsyncDatabase };
let loaded: Promise<Engine> | undefined;

/**
 * Hidden from the bundler, whose list of files for a serverless function would carry 20 MB for a store that cannot work
 * there. `next.config.mjs` adds them to the build for the container.
 */
function loadEngine(): Promise<Engine> {
  loaded ??= Promise.all([
    import(/* turbopackIgnore: true */ "libsql"),
    import(/* turbopackIgnore: true */ "libsql/promise"),
  ]).then(
    ([sync, async]) => ({ sync: sync.default, async: async.default }),
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
  const writing = new engine.sync(path);
  try {
    // WAL lets readers and the writer pass each other.
    writing.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL`);
    // A long read makes the WAL grow; without a limit it keeps that size.
    writing.exec(`PRAGMA journal_size_limit=${WAL_LIMIT_BYTES}`);
    migrate(writing, migrations);
    const reading = new engine.sync(path);
    reading.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA query_only=ON`);
    const [reader, writer] = [connectionOf(reading), connectionOf(writing)];
    return { reading, reader, writing, writer, identity: identityOf(path), openedAtMs: performance.now() };
  } catch (error) {
    writing.close();
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
  db.exec(BEGIN_DURABLE);
  try {
    const { done } = db.prepare("SELECT user_version AS done FROM pragma_user_version").get() as { done: number };
    if (done > migrations.length) throw storeUnavailable("schema_from_the_future");
    if (migrations[done - 1] === "" && done < migrations.length)
      throw storeUnavailable("schema_of_a_development_version");
    for (const sql of migrations.slice(done)) db.exec(sql);
    if (done < migrations.length) db.exec(`PRAGMA user_version=${migrations.length}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
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
  };
}

/** Tells a file from another one that took its place, which an open connection does not notice by itself. */
function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : "none";
}

const isBusy = (error: unknown) => kindOf(error).startsWith("SQLITE_BUSY");

/** The code of an error of the engine or the file system; libsql's errors on opening have none. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.message.startsWith("ConnectionFailed")) return "SQLITE_CANTOPEN";
  return ("code" in error && typeof error.code === "string" && error.code) || "unknown";
}
