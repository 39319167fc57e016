import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { closeAfterTest, controlOf } from "../test-support/bench-store";
import { send } from "../test-support/merchant";
import { openSink } from "../test-support/webhook-sink";
import { Account, coreSettings } from "./account";
import { route } from "./control-route";
import { deliver, type Message, postOf } from "./deliveries";
import { preventedWith } from "./faults";
import { integer, setting, text } from "./fields";
import { header, json } from "./http";
import { answered, type Provider } from "./provider";
import { startProvider } from "./server";

/** A provider that sells tickets and calls back without a signature: everything else comes from the core. */
class Box extends Account {
  readonly tickets = new Map<string, { row: number; sold: boolean }>();
  override reset(): void {
    super.reset();
    this.tickets.clear();
  }
}
const settings = { ...coreSettings, rows: setting(10, integer("How many rows there are.", { min: 1, max: 99 })) };
const sold = (box: Box, id: string): Message => ({
  url: box.settings.webhookUrl,
  tags: { ticketId: id },
  renewed: () => sold(box, id),
  build: () => postOf(box.settings.webhookUrl ?? "", JSON.stringify({ sold: id })),
});
const toy: Provider<Box> = {
  title: "Toy",
  defaults: { apiKey: "toy", apiSecret: "secret" },
  settings,
  operations: ["buy"],
  scenarios: { sells_late: { about: "Sold after an hour.", startedBy: "name" } },
  tags: { ticket_id: "ticketId" },
  routes: [
    route("POST /_emulator/tickets/{id}/sell", "Sells a ticket.", {
      body: { by: text("Who buys it.") },
      required: ["by"],
      handle: ({ account, params }, { by }) => {
        deliver(account, sold(account, params.id ?? ""));
        return json(200, { by });
      },
    }),
  ],
  newAccount: (credentials) => new Box(credentials, settings),
  handle: (host, request) => {
    const account = host.accounts.get(header(request, "x-key")) ?? null;
    const fault = account?.faults.strike(["buy", "any"]) ?? null;
    const id = `t${account?.tickets.size ?? 0}`;
    account?.tickets.set(id, { row: 1, sold: false });
    if (account?.nextScenarios.shift()) account.clock.schedule(3_600_000, () => deliver(account, sold(account, id)));
    const status = account === null ? 401 : (preventedWith(fault) ?? 200);
    const reply = json(status, { id });
    return answered({ op: "buy", account, tags: { ticketId: id }, message: null, reply }, fault);
  },
  refuse: (status, message) => json(status, { message }),
  signAgain: (_account, delivery, url) => postOf(url, delivery.request?.body ?? ""),
  sections: ({ tickets }) => [["Tickets", "Id", [...tickets.keys()].map((id) => [id])]],
};

it("a toy provider on the core has accounts, settings, faults, a clock, scenarios, logs, replay and an overview", async () => {
  const sink = await openSink();
  const emulator = await startProvider(toy, { webhookUrl: `${sink.url}/toy` });
  closeAfterTest(sink);
  closeAfterTest(emulator);
  const control = controlOf(emulator.url, "toy");
  const buy = () => send({ url: emulator.url, method: "POST", target: "/buy", headers: { "X-Key": "toy" } });

  await control("POST", "/faults", { op: "buy", http: 503, times: 1 });
  await control("POST", "/scenarios", { name: "sells-late" });
  expect([(await buy()).status, (await buy()).status]).toEqual([503, 200]);
  await control("POST", "/clock", { advance: "1h" });
  expect((await sink.waitFor(1))[0]?.body).toEqual({ sold: "t0" });
  await control("POST", "/tickets/t1/sell", { by: "Zoë" });
  await sink.waitFor(2);

  const requests = await control("GET", "/requests?ticket_id=t1");
  expect(requests.body).toMatchObject({ total: 1, requests: [{ op: "buy" }] });
  const deliveries = (await control("GET", "/deliveries?ticket_id=t1")).body?.deliveries as { id: string }[];
  const replayed = await control("POST", `/deliveries/${deliveries[0]?.id}/replay`);
  expect(replayed.body).toMatchObject({ kind: "replay", ticketId: "t1", answer: { status: 200 } });
  const { error } = (await control("POST", "/settings", { rows: 100 })).body ?? {};
  expect(error).toBe('"rows" takes an integer from 1 to 99, or null.');
  const overview = await control("GET", "/");
  for (const shown of ["<title>Toy</title>", "Tickets", "t1", "sells_late", "/_emulator/tickets/{id}/sell"]) {
    expect(overview.text).toContain(shown);
  }
  await control("POST", "/reset");
  expect((await control("GET", "/")).text).toContain("<h2>Tickets</h2><p>None.");
});

it("the core has no word of a provider and imports none", async () => {
  const folder = new URL(".", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  expect(files.length).toBeGreaterThan(20);
  const words =
    /all_?scale|intent\b|intents\b|intentId|intent_id|usd[tc]|stable.?coin|claim|kyt|calypso|onekey|koinal|x-webhook/i;
  for (const name of files) {
    const source = await readFile(new URL(name, folder), "utf8");
    expect(words.exec(source)?.[0], name).toBeUndefined();
    const imported = [...source.matchAll(/from "([^"]+)"/g)].map(([, path]) => path ?? "");
    expect(imported.filter((path) => !/^(\.\/|node:)/.test(path))).toEqual([]);
  }
});
