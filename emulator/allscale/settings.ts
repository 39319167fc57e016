import { coreSettings } from "../core/account";
import { choice, flag, integer, nullable, type SettingTable, setting, type ValuesOf, webUrl } from "../core/fields";

const windowSeconds = { min: 1, max: 86_400 };
const lifetimeMs = { min: 0, max: 30 * 86_400_000 };
const acceptedShapes = ["none", "array", "number"] as const;
/** With message and request_id, without them, or with a top-level error_code. */
const errorShapes = ["auto", "documented", "observed", "flat"] as const;

/** What the sources leave open or dispute, with the likeliest value as default. */
export const settings = {
  ...coreSettings,
  claimLinkWebhookUrl: setting(null, nullable(webUrl("Where events of claim links are sent."))),
  webhookId: setting("event", choice("Whether webhook ids are new for each event.", ["event", "account"])),
  webhookStatus: setting("none", choice("Whether the webhook body carries a status.", ["none", "int"])),
  replayWindowSeconds: setting(600, integer("How far X-Timestamp may be off; sources say 300 or 600.", windowSeconds)),
  errorShape: setting("auto", choice("How errors are written; auto is as observed, by code.", errorShapes)),
  unknownFields: setting("ignore", choice("What create does with fields it does not know.", ["ignore", "refuse"])),
  coinDecimals: setting(6, integer("Decimal places of coin amounts; the documentation shows 4.", { min: 4, max: 18 })),
  acceptedCoinsInResponse: setting("none", choice("How create answers accepted_stable_coins.", acceptedShapes)),
  nativeAmountCents: setting(false, flag("Whether native intents show `amount_cents` in detail and webhook.")),
  statusShape: setting("int", choice("The payload of status: a bare int, or `{status}`.", ["int", "object"])),
  intentLifetimeMs: setting(1_800_000, integer("How long an unpaid intent lives; 0 for ever.", lifetimeMs)),
  signedResponse: setting(false, flag("Whether answers are signed, as the dashboard switch does.")),
} as const satisfies SettingTable;

export type Settings = ValuesOf<typeof settings>;
