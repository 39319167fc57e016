import { randomUUID } from "node:crypto";
import { Redis } from "@upstash/redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "./eventually";
import { type RedisServer, startRedisServer } from "./redis-server";
import { startUpstashBridge, type UpstashBridge } from "./upstash-bridge";

describe("the Upstash bridge", () => {
  let server: RedisServer;
  let bridge: UpstashBridge;
  beforeAll(async () => {
    server = await startRedisServer();
    bridge = await startUpstashBridge({ redisPort: server.port, token: "right" });
  });
  afterAll(async () => {
    await bridge?.close();
    await server?.close();
  });

  const client = (changes = {}) =>
    new Redis({
      url: bridge.url,
      token: "right",
      automaticDeserialization: false,
      enableAutoPipelining: false,
      ...changes,
    });
  const post = (path: string, body: unknown, headers = {}) =>
    fetch(`${bridge.url}${path}`, {
      method: "POST",
      headers: { authorization: "Bearer right", ...headers },
      body: JSON.stringify(body),
    });

  it.each(["base64", false] as const)(
    "carries texts, numbers, null and lists (encoding %s)",
    async (responseEncoding) => {
      const redis = client({ responseEncoding });
      const key = randomUUID();
      const texts = ["", "OK", "0012", "10.00", "12345678901234567890", "é🥯\u2028", "a\u0000b", '{"a":1}', "null"];
      for (const text of texts) {
        expect(await redis.set(key, text)).toBe("OK");
        expect(await redis.get(key)).toBe(text);
      }
      expect(await redis.get(randomUUID())).toBeNull();
      expect(await redis.incr(randomUUID())).toBe(1);
      expect(await redis.hset(`${key}h`, { a: "OK", b: "é" })).toBe(2);
      expect(await redis.hgetall(`${key}h`)).toEqual(["a", "OK", "b", "é"]);
      expect(await redis.zadd(`${key}z`, { score: 1.5, member: "é" }, { score: 2, member: "b" })).toBe(2);
      expect(await redis.zrange(`${key}z`, 0, -1, { withScores: true })).toEqual(["é", "1.5", "b", "2"]);
      const nested = "return {1, 'é', {ARGV[1], false, {2}}, redis.status_reply('OK')}";
      expect(await redis.eval(nested, [], ["x"])).toEqual([1, "é", ["x", null, [2]], "OK"]);
    },
  );

  it("keeps bytes as they are", async () => {
    const key = randomUUID();
    await post("/", ["EVAL", "return redis.call('SET', KEYS[1], '\\255\\0\\1')", "1", key]);
    const answer = await post("/", ["get", key], { "upstash-encoding": "base64" });
    expect(await answer.json()).toEqual({ result: Buffer.from([255, 0, 1]).toString("base64") });
  });

  it("runs pipelines with an error for each command that failed", async () => {
    const key = randomUUID();
    const pipeline = client().pipeline().set(key, "text").incr(key).get(key);
    const results = await pipeline.exec({ keepErrors: true });
    expect(results.map((item) => item.result)).toEqual(["OK", undefined, "text"]);
    expect(results[1]?.error).toMatch(/not an integer/);
  });

  it("runs transactions without anything in between, and refuses broken ones whole", async () => {
    const key = randomUUID();
    const transactions = Array.from({ length: 20 }, () =>
      client().multi().incr(key).incr(key).exec<[number, number]>(),
    );
    for (const [first, second] of await Promise.all(transactions)) expect(second).toBe(first + 1);
    const broken = await post("/multi-exec", [["INCR", key], ["NONSENSE"]]);
    expect(broken.status).toBe(400);
    expect(await client().get(key)).toBe("40");
  });

  it("takes commands from the path", async () => {
    const key = randomUUID();
    const headers = { authorization: "Bearer right" };
    await fetch(`${bridge.url}/set/${key}/${encodeURIComponent("é/x")}`, { headers });
    expect(await (await fetch(`${bridge.url}/get/${key}`, { headers })).json()).toEqual({ result: "é/x" });
  });

  it("answers errors as Upstash does", async () => {
    expect((await post("/", ["GET"])).status).toBe(400);
    expect(await (await post("/", ["GET"])).json()).toEqual({ error: expect.stringMatching(/^ERR wrong number/) });
    expect((await post("/", "no list")).status).toBe(400);
    expect((await fetch(bridge.url, { method: "POST", body: "{" })).status).toBe(401);
    const wrong = client({ token: "wrong" });
    await expect(wrong.get("a")).rejects.toThrow(/Unauthorized/);
  });

  it("runs scripts by text and by name, without the flag that only Upstash knows", async () => {
    const flagged = client().createScript<string>("#!lua flags=allow-key-locking\nreturn ARGV[1]");
    await expect(flagged.exec([], ["a"])).rejects.toThrow(/Unexpected flag/);
    const script = client().createScript<string>("return ARGV[1]");
    expect(await script.exec([], ["a"])).toBe("a");
    expect(await script.exec([], ["b"])).toBe("b");
    await client().scriptFlush();
    expect(await script.exec([], ["c"])).toBe("c");
  });

  it("comes back by itself after the server was killed, with everything that was acknowledged", async () => {
    const key = randomUUID();
    await client().set(key, "kept");
    await server.kill();
    await expect(client({ retry: { retries: 0 } }).get(key)).rejects.toThrow();
    await server.restart();
    expect(await eventually(async () => (await client().get<string>(key)) ?? undefined)).toBe("kept");
  });
});
