import { type Figure, figure } from "./figure";
import { type Measured, median, pace } from "./load";
import { type MadeOrder, makeOrder, makeOrders, pollOf, settle } from "./orders";
import { type Rig, startBareHandlers, startRig } from "./rig";

const POLL_EVERY_S = 5;
const STEPS = [500, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000];
const MOST_P99_MS = 100;

/** Each payer polls every 5 s, and so is asked about upstream each time. */
function follow(url: string, orders: readonly MadeOrder[], seconds: number, send = pollOf): Promise<Measured> {
  const perSecond = orders.length / POLL_EVERY_S;
  const sends = Array.from({ length: perSecond * seconds }, (_, n) => orders[n % orders.length]);
  return pace(
    url,
    sends.flatMap((order) => (order ? [send(order)] : [])),
    perSecond,
  );
}

export async function benchPayers(): Promise<Figure[]> {
  const rig = await startRig();
  try {
    const orders = await makeOrders(rig.url, Math.max(...STEPS));
    await follow(rig.url, orders.slice(0, 500), POLL_EVERY_S);
    const few: Measured[] = [];
    const many: Measured[] = [];
    for (let round = 0; round < 3; round += 1) {
      few.push(await follow(rig.url, orders.slice(0, 10), 20));
      many.push(await follow(rig.url, orders.slice(0, 1_000), 10));
    }
    const ratios = many.map(({ p99Ms }, index) => p99Ms / (few[index]?.p99Ms ?? Number.NaN));
    const p99 = (rounds: readonly Measured[]) => median(rounds.map(({ p99Ms }) => p99Ms)).toPrecision(3);
    const growth = `${p99(many)} ms against ${p99(few)} ms`;
    return [
      figure("p99 of a poll, 1,000 payers against 10", ratios, { atMost: 2.5 }, growth),
      await capacity(rig, orders),
    ];
  } finally {
    await rig.close();
  }
}

/** The last step that keeps its p99. At the first that does not, a bare handler shows what the machine can do. */
async function capacity(rig: Rig, orders: readonly MadeOrder[]): Promise<Figure> {
  let reached = 0;
  const seen: string[] = [];
  for (const payers of STEPS) {
    const { p99Ms } = await follow(rig.url, orders.slice(0, payers), 10);
    seen.push(`${payers}: ${p99Ms.toFixed()} ms`);
    if (p99Ms > MOST_P99_MS) {
      seen.push(`bare ${(await bareP99Ms(rig, orders.slice(0, payers))).toFixed()} ms`);
      break;
    }
    reached = payers;
  }
  return figure(
    `payers followed at once with p99 <= ${MOST_P99_MS} ms`,
    [reached],
    { atLeast: 3_000 },
    seen.join(", "),
  );
}

async function bareP99Ms(rig: Rig, orders: readonly MadeOrder[]): Promise<number> {
  const bare = await startBareHandlers(rig.upstream);
  try {
    const asked = ({ paymentId }: MadeOrder) => ({ path: `/asked/${paymentId}` });
    await follow(bare.url, orders.slice(0, 500), POLL_EVERY_S, asked);
    return (await follow(bare.url, orders, 10, asked)).p99Ms;
  } finally {
    bare.close();
  }
}

/** One minute of one payer with one tab, and of another with six. */
export async function benchTabs(): Promise<Figure[]> {
  const rig = await startRig();
  try {
    const figures: Figure[] = [];
    const [one, six] = [await makeOrder(rig.url), await makeOrder(rig.url)];
    const asked = async ({ paymentId }: MadeOrder) => {
      const calls = Object.entries(await rig.upstream.calls());
      return calls.reduce((sum, [path, count]) => sum + (path.includes(paymentId) ? count : 0), 0);
    };
    const poll = (order: MadeOrder, tabs: number, seconds: number) => {
      const sends = Array.from({ length: (tabs * seconds) / POLL_EVERY_S }, () => pollOf(order));
      return pace(rig.url, sends, tabs / POLL_EVERY_S);
    };
    await Promise.all([poll(one, 1, 60), poll(six, 6, 60)]);
    const before = { one: await asked(one), six: await asked(six) };
    figures.push(figure("upstream calls a minute, 1 tab", [before.one], { atMost: 12 }));
    figures.push(figure("upstream calls a minute, 6 tabs", [before.six], { atMost: 12 }, "six pages, staggered"));
    await settle(rig.url, [one, six]);
    await Promise.all([poll(one, 1, 15), poll(six, 6, 15)]);
    const after = (await asked(one)) + (await asked(six)) - before.one - before.six;
    figures.push(figure("upstream calls after the webhook", [after], { atMost: 0 }));
    return figures;
  } finally {
    await rig.close();
  }
}
