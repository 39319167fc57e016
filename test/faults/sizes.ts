/** How much of each case is run: briefly with every `npm test`, and in full by hand. */
export type Sizes = {
  readonly sqliteKills: number;
  readonly redisKills: number;
  /** Of processes that deliver what is paid, on SQLite; a quarter as many on Redis. */
  readonly effectKills: number;
  /** Orders whose deliveries are under way when a process is killed. */
  readonly ordersPerKill: number;
  /** Of processes that send refunds, on SQLite; a quarter as many on Redis. */
  readonly payoutKills: number;
  readonly interleavings: number;
  readonly parallelOrders: number;
  readonly parallelCopies: number;
  readonly fuzzedRequests: number;
  readonly soakedPayments: number;
  readonly floodAddresses: number;
  readonly floodSoakMs: number;
  /** For what hangs; how long a case takes is up to the machine. */
  readonly caseLimitMs: number;
};

export const SHORT: Sizes = {
  sqliteKills: 6,
  redisKills: 6,
  effectKills: 4,
  ordersPerKill: 20,
  payoutKills: 3,
  interleavings: 150,
  parallelOrders: 20,
  parallelCopies: 20,
  fuzzedRequests: 3_000,
  soakedPayments: 100,
  floodAddresses: 5_000,
  floodSoakMs: 15_000,
  caseLimitMs: 10 * 60_000,
};

export const FULL: Sizes = {
  sqliteKills: 200,
  redisKills: 50,
  effectKills: 200,
  ordersPerKill: 30,
  payoutKills: 200,
  interleavings: 10_000,
  parallelOrders: 200,
  parallelCopies: 20,
  fuzzedRequests: 100_000,
  soakedPayments: 5_000,
  floodAddresses: 100_000,
  floodSoakMs: 10 * 60_000,
  caseLimitMs: 90 * 60_000,
};
