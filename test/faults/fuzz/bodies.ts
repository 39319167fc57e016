import fc from "fast-check";
import { ANY_UNIT } from "@/test/any-unit";

/** Names that mean something to JavaScript objects, or to us. */
const KEY = fc.constantFrom(
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "amount",
  "name",
  "message",
  "anonymous",
  "idempotencyKey",
  "customAmount",
  "orderId",
  "status",
  "",
);

const HUGE = fc.constantFrom(61, 281, 1_000, 7_000, 9_000, 70_000, 300_000).map((length) => "x".repeat(length));

/** Texts that break careless code: controls, directions, lone surrogates, line ends, markup, formulas, paths. */
export const NASTY = fc.oneof(
  fc.string({ unit: ANY_UNIT, maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "\u0000",
    "\ud800",
    "\u202e5.00",
    "\r\nSet-Cookie: a=b",
    "<script>",
    "{{7*7}}",
    "=cmd()",
    "../../etc",
  ),
  HUGE,
);

const AMOUNT = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("5.00", "7", "12.34") },
  fc.constantFrom(
    "5.00",
    "0.07",
    "1e3",
    "-1",
    "5,00",
    "1.005",
    "５.00",
    "00005",
    "NaN",
    "Infinity",
    "0x10",
    " 5 ",
    "9".repeat(32),
  ),
  fc.constantFrom<unknown>(5, -0, 1e308, null, true, [], {}, ["5.00"], { toString: "5.00" }),
  NASTY,
);

const value = fc.oneof({ weight: 4, arbitrary: NASTY }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) });

/** JSON text with the keys written out, because an object literal would swallow `__proto__`. */
function json(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each) ?? "null"}`).join(",")}}`;
}

const deep = fc.constantFrom("[", '{"a":').map((open) => open.repeat(4_000));

export const jsonBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: AMOUNT.map((amount) => json([["amount", amount]])) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(AMOUNT, fc.array(fc.tuple(KEY, value), { maxLength: 6 }))
      .map(([amount, more]) => json([["amount", amount], ...more])),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "null", "\ufeff{}", '{"amount":"5.00"', '{"amount":1e999}', "{}{}", "undefined"),
  },
);

export const formBody: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(
      fc.tuple(
        KEY,
        fc.oneof(
          AMOUNT.map((each) => (typeof each === "string" ? each : JSON.stringify(each))),
          fc.constant("other"),
        ),
      ),
      { maxLength: 8 },
    )
    .map((fields) => fields.map(([name, text]) => `${name}=${encodeForForm(text)}`).join("&")),
  fc.constantFrom("amount=%", "amount=%ff%fe", "amount=5.00&amount=6.00", "&&&=&=", "amount[]=5.00", "%00=%00"),
  NASTY,
);

/** A webhook's body with some fields spoilt. It never names the money of an order, so it must never pay one. */
export function webhookBody(paymentIds: readonly string[]): fc.Arbitrary<{ webhookId: string; body: string }> {
  const spoilt = fc.constantFrom<unknown>(null, 0, -1, 1.5, 2 ** 53, "1", true, [], {}, "", "x".repeat(300), "\u0000");
  const field = fc.constantFrom(
    "all_scale_transaction_id",
    "all_scale_checkout_intent_id",
    "webhook_id",
    "amount_cents",
    "currency",
    "amount_coins",
    "coin_symbol",
    "chain_id",
    "tx_hash",
    "order_id",
    "status",
    "extra_obj",
    "__proto__",
  );
  const id = paymentIds.length === 0 ? fc.constant("none") : fc.constantFrom(...paymentIds);
  return fc
    .record({ id, webhookId: fc.uuid(), changes: fc.array(fc.tuple(field, spoilt), { maxLength: 4 }) })
    .map(({ id: paymentId, webhookId, changes }) => {
      const fields: [string, unknown][] = [
        ["webhook_id", webhookId],
        ["all_scale_checkout_intent_id", paymentId],
        ["all_scale_transaction_id", webhookId],
        ["amount_cents", 499],
        ["currency", 1],
        ["amount_coins", "4.990000"],
        ["coin_symbol", "USDT"],
      ];
      return { webhookId, body: json([...fields, ...changes]) };
    });
}

function encodeForForm(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
