/** A fault to build into the app, and what has to notice it. */
export type Sabotage = {
  readonly name: string;
  readonly path: string;
  /** Text that is there exactly once, and what takes its place. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  /** The check of the smoke test, and the request of the collection, that fail. */
  readonly smoke: string;
  readonly postman: string;
};

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: "verification off",
    path: "lib/provider/allscale/signing.ts",
    edits: [["if (await isSigned(canonical)) {", "if ((await isSigned(canonical)) || signature !== '') {"]],
    smoke: "webhook-refused",
    postman: "Forged",
  },
  {
    name: "rate limit off",
    path: "lib/web/rate-limit.ts",
    edits: [
      [
        "async take({ policy, address }) {",
        "async take({ policy, address }) {\nif (address !== '') return { ok: true };",
      ],
    ],
    smoke: "rate-limit",
    postman: "Create until refused",
  },
  {
    name: "amount bounds off",
    path: "lib/money/amount.ts",
    edits: [
      ["if (!parsed.ok || parsed.minor > max)", "if (!parsed.ok)"],
      ["if (parsed.minor < min)", "if (parsed.minor < 0)"],
    ],
    smoke: "amounts",
    postman: "Amount far too high",
  },
  {
    name: "secret in a page",
    path: "app/page.tsx",
    edits: [["{parts.above}", "{parts.above}<data value={process.env.ALLSCALE_API_SECRET} />"]],
    smoke: "secrets",
    postman: "Tip page",
  },
  {
    name: "webhook answered 200 before it is stored",
    path: "lib/checkout/receive-webhook.ts",
    edits: [
      [
        "const settled = await settle(",
        "if (source === 'webhook') {\nvoid settle(flow, { observation, source, deliveryId }).catch(() => undefined);\nreturn { ok: true, result: 'paid' };\n}\nconst settled = await settle(",
      ],
    ],
    smoke: "webhook-signed",
    postman: "Well signed, of an unknown payment",
  },
];

/** The file's text with the fault in it. Throws when the text to replace is not there exactly once. */
export function sabotaged(text: string, { path, edits }: Sabotage): string {
  return edits.reduce((result, [from, to]) => {
    const count = result.split(from).length - 1;
    if (count !== 1) throw new Error(`${path} has ${count} times, not once: ${from}`);
    return result.replace(from, () => to);
  }, text);
}
