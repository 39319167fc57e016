import { expect, it } from "vitest";
import { startHttpServer } from "@/test/http-server";
import { figure, isReached, ratio } from "./figure";
import { pace, percentile, rush } from "./load";

it("rush sends each request once, so many at a time, and keeps within them", async () => {
  const seen: string[] = [];
  let [now, most] = [0, 0];
  const server = await startHttpServer((request, response) => {
    seen.push(request.url ?? "");
    most = Math.max(most, ++now);
    setTimeout(() => {
      now -= 1;
      response.end();
    }, 5);
  });
  const sends = Array.from({ length: 40 }, (_, n) => ({ path: `/${n}` }));
  const { perSecond, p50Ms, p99Ms } = await rush(server.url, sends, 8);
  expect(seen.toSorted()).toEqual(sends.map(({ path }) => path).toSorted());
  expect(most).toBe(8);
  expect(p50Ms).toBeGreaterThan(4);
  expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
  expect(perSecond).toBeLessThan(8 / 0.004);
  await server.close();
});

it("pace keeps its rate when answers are slow", async () => {
  const arrivals: number[] = [];
  const server = await startHttpServer((_, response) => {
    arrivals.push(performance.now());
    setTimeout(() => response.end(), 300);
  });
  await pace(
    server.url,
    Array.from({ length: 20 }, () => ({ path: "/" })),
    100,
  );
  expect(arrivals).toHaveLength(20);
  // One after the other they would take 6 s.
  expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeLessThan(3_000);
  await server.close();
});

it("a refused request ends the measurement, because it is faster than the work", async () => {
  const server = await startHttpServer((_, response) => void response.writeHead(429).end("later"));
  await expect(rush(server.url, [{ path: "/" }], 1)).rejects.toThrow("GET /: 429 later");
  await server.close();
});

it("a figure is the median of ratios of the same round, and knows whether it is reached", () => {
  const of = (perSecond: number) => ({ perSecond, p50Ms: 1, p99Ms: 1 });
  const rounds = { app: [of(40), of(60), of(90)], bare: [of(100), of(100), of(100)] };
  const found = ratio("x", rounds, "perSecond", { atLeast: 0.6 });
  expect(found).toMatchObject({ value: 0.6, spread: [0.4, 0.9], seen: "60.0/s against 100/s" });
  expect(isReached(found)).toBe(true);
  expect(isReached(figure("y", [3, 5, 4], { atMost: 3 }))).toBe(false);
  expect(percentile([5, 1, 3], 99)).toBe(5);
  expect(() => percentile([], 50)).toThrow();
});
