import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWithUs, freePort, hasExited, stop } from "../scripts/processes";
import { eventually } from "./eventually";

export interface RedisServer {
  readonly port: number;
  /** Ends it in good order. The data stays, for `restart`. */
  stop(): Promise<void>;
  /** SIGKILL: what was acknowledged has to be there after `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Ends it and removes the data, unless the folder was given. */
  close(): Promise<void>;
}

/** A real redis-server on a free port. If `durable`, it answers a write only once that is on disk. */
export async function startRedisServer(options: { dir?: string; durable?: boolean } = {}): Promise<RedisServer> {
  const durable = options.durable ?? true;
  const folder = options.dir ?? mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  let server = await launch(folder, port, durable);

  return {
    port,
    stop: () => stop(server),
    kill: () => stop(server, "SIGKILL"),
    async restart() {
      await stop(server);
      server = await launch(folder, port, durable);
    },
    async close() {
      await stop(server, "SIGKILL");
      if (!options.dir) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(folder: string, port: number, durable: boolean): Promise<ChildProcess> {
  const onDisk = ["--appendonly", durable ? "yes" : "no", "--appendfsync", "always", "--save", ""];
  const server = spawn("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, ...onDisk], {
    stdio: "ignore",
  });
  endWithUs(server);

  let failure: Error | null = null;
  server.once("error", (error: NodeJS.ErrnoException) => {
    failure = error.code === "ENOENT" ? new Error(MISSING) : error;
  });
  const outcome = await eventually(async () => {
    if (failure || hasExited(server)) return "ended";
    return (await answersPing(port)) ? "ready" : undefined;
  }, 60_000);
  if (outcome === "ended") throw failure ?? new Error(`redis-server ended at once with code ${server.exitCode}.`);
  return server;
}

const MISSING = "redis-server is not installed; get it with: apt-get install -y --no-install-recommends redis-server";

/** While it still loads its data it answers an error instead of PONG. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith("+PONG"));
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}
